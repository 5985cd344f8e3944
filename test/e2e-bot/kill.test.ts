import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { createRng, type Rng } from '../../sandbox/src/rng.ts'
import { callbackOf, FIELDS_OF_TALK, SCRIPT_OF_TALK, startTown, type Town } from '../helpers/bot.ts'
import { isTorture, roundsOr, SEED } from '../helpers/faults.ts'
import { createTalk } from '../helpers/talk.ts'

/**
 * The bot is killed with `kill -9` at random moments, under load, again and again; in `npm run torture` more often. The three
 * kinds of moments take turns, so that an ordinary run has each, the last one without echoes.
 */
const KILLS = { withEchoes: roundsOr(2), withoutEchoes: roundsOr(1) }

/** After so many kills it is left alone until all is settled. */
const CAMPAIGN = 5
const MESSAGES_A_ROUND = isTorture ? 40 : 30

// A reply in flight at the kill is looked for, and sent again after 20 s at the latest.
t.test('kill -9 under load loses, doubles and reorders nothing', async (t) => {
  const size = { pages: 2, visitors: 6 }
  const fields = FIELDS_OF_TALK
  const town = await startTown(t, { size, fields, script: SCRIPT_OF_TALK, latencyMs: 15, seed: SEED })
  t.comment(`seed ${SEED}`)
  const talk = createTalk(town, createRng(SEED))
  let killed = 0
  const killAndStart = async (kills: number, rng: Rng): Promise<void> => {
    for (let round = 1; round <= kills; round += 1) {
      const writing = writeAllTheTime(town, talk, rng)
      const moment = await aMoment(town, killed, rng)
      killed += 1
      await town.bot.kill9()
      t.comment(`round ${round}: killed ${moment}`)
      await town.bot.start()
      writing.stop()
      town.sandbox.courier.hurry()
      if (round % CAMPAIGN > 0 && round < kills) continue
      await talk.answered()
      t.same(talk.wrongs(), [], `each of ${talk.written()} messages is answered once and in order`)
    }
  }

  t.comment('with echoes')
  await killAndStart(KILLS.withEchoes, createRng(SEED))
  t.comment('without echoes, so that a reply in doubt has to be looked for')
  const heardFields = [...town.sandbox.world.apps.values()].map(({ subscription }) => subscription?.fields)
  for (const heard of heardFields) heard?.delete('message_echoes')
  await killAndStart(KILLS.withoutEchoes, createRng(SEED + 1))
  t.notOk(heardFields.some((heard) => heard?.has('message_echoes')))

  const again = talk.conversations.map(({ pageId, psid, heard }) => callbackOf(pageId, psid, ...heard()))
  t.same(new Set(await Promise.all(again.map(town.bot.callBack))), new Set([200]))
  await town.bot.sigterm()
  t.same(talk.wrongs(), [], 'and not again when Facebook repeats all of them')
})

/** Some messages at once, then one every few milliseconds; some callbacks come twice. */
const writeAllTheTime = (
  { sandbox }: Town,
  talk: ReturnType<typeof createTalk>,
  rng: Rng,
): { stop: () => void } => {
  let left = MESSAGES_A_ROUND
  const write = (): void => {
    if ((left -= 1) < 0) return
    if (rng.int(4) === 0) sandbox.trouble('webhook-duplicate', { times: 1 })
    talk.write()
  }
  for (let n = 0; n < 10; n += 1) write()
  const going = setInterval(write, 20)
  return { stop: () => clearInterval(going) }
}

/** Waits for a moment to kill the bot: some time after the start, some callback's 200, or some reply Facebook has taken. */
const aMoment = async ({ sandbox }: Town, kind: number, rng: Rng): Promise<string> => {
  const count = 1 + rng.int(25)
  switch (kind % 3) {
    case 0: {
      const ms = 10 * count
      await sleep(ms)
      return `after ${ms} ms`
    }
    case 1:
      return nth(sandbox, count, 'its 200 for callback', ({ from, webhook }) => {
        return from === 'visitor' && webhook === 'delivered'
      })
    default:
      // Before the answer leaves the sandbox: Facebook has it, and the bot will never hear so.
      return nth(sandbox, count, 'the acceptance of reply', ({ from }) => from === 'page')
  }
}

/** Waits for the n-th such message, but not for ever: conversations with a reply in doubt stand still. */
const nth = async (
  { bus }: Town['sandbox'],
  count: number,
  what: string,
  isOne: (message: { from: string; webhook: string | null }) => boolean,
): Promise<string> => {
  let left = count
  const seen = Promise.withResolvers<void>()
  const stop = bus.watch((event) => {
    if (event.type === 'message' && isOne(event.message) && (left -= 1) === 0) seen.resolve()
  })
  await Promise.race([seen.promise, sleep(1500)])
  stop()
  return `at ${what} ${count - left}`
}
