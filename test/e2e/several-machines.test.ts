import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { createRng } from '../../sandbox/src/rng.ts'
import { callbackOf, startTown, type BotProcess } from '../helpers/bot.ts'
import { roundsOr, SEED } from '../helpers/faults.ts'
import { freshDatabase, sql } from '../helpers/postgres.ts'
import { createTalk } from '../helpers/talk.ts'

/**
 * Two instances on one PostgreSQL database: one works, the other stands by. The one that works dies or stops, again and again.
 */
const ROUNDS = roundsOr(2)
const MESSAGES_A_ROUND = 40
const SETTLED_WITHIN_MS = 90_000

t.test(
  'whichever way the keeper ends, the other goes on: nothing is lost, doubled or reordered',
  async (t) => {
    const url = await freshDatabase()
    const env = { DATABASE_URL: url, TOKEN_KEY: randomBytes(32).toString('base64') }
    const town = await startTown(t, { size: { pages: 2, visitors: 6 }, env, latencyMs: 15, seed: SEED })
    const { sandbox } = town
    const rng = createRng(SEED)
    const talk = createTalk(town, rng)
    let [keeper, other]: [BotProcess, BotProcess] = [town.bot, await town.bot.twin()]
    let taking = other.start()
    for (let round = 0; round < ROUNDS; round += 1) {
      await other.logged(({ msg }) => msg.includes('stands by'))
      let left = MESSAGES_A_ROUND
      const writing = setInterval(() => (left -= 1) >= 0 && talk.write(), 20)
      await sleep(10 * rng.int(60))
      const beganMs = performance.now()
      const isKilled = round % 2 === 0
      if (isKilled) await keeper.kill9()
      else t.equal(await keeper.sigterm(), 0)
      await taking
      const gapMs = Math.round(performance.now() - beganMs)
      t.comment(`${isKilled ? 'killed' : 'stopped'}: the other listened after ${gapMs} ms`)
      clearInterval(writing)
      sandbox.courier.hurry()
      ;[keeper, other] = [other, keeper]
      taking = other.start()
      // The last one stands by until it is killed.
      taking.catch(() => undefined)
      await talk.answered(SETTLED_WITHIN_MS)
      t.same(talk.wrongs(), [], `each of ${talk.written()} messages is answered once and in order`)
    }

    const again = talk.conversations.map(({ pageId, psid, heard }) => callbackOf(pageId, psid, ...heard()))
    t.same(new Set(await Promise.all(again.map(keeper.callBack))), new Set([200]))
    t.same(talk.wrongs(), [], 'and not again when Facebook repeats all of them')

    const [row] = await sql(url, 'select data from evergreen.tokens')
    t.match(row?.['data'], /"cipher":"aes-256-gcm"/)
    for (const page of sandbox.state().pages) t.notMatch(row?.['data'], page.id)
  },
)

t.test('a keeper that was frozen for longer than its lease says nothing more, and ends', async (t) => {
  const url = await freshDatabase()
  const env = {
    DATABASE_URL: url,
    TOKEN_KEY: randomBytes(32).toString('base64'),
    MESSAGES_PER_SECOND: '300',
  }
  // Slow, so that many replies have been handed out and wait for a connection.
  const town = await startTown(t, { size: { pages: 1, visitors: 40 }, env, latencyMs: 300, seed: SEED })
  const { sandbox, bot } = town
  const talk = createTalk(town, createRng(SEED))
  // The frozen one keeps its port.
  const other = await bot.twin('elsewhere')
  const taking = other.start()
  await other.logged(({ msg }) => msg.includes('stands by'))
  for (let n = 0; n < 40; n += 1) talk.write()
  await sleep(400)
  bot.freeze()
  await taking
  sandbox.setWebhook({ url: `${other.address}/webhook`, verifyToken: 'verify-1' })
  bot.thaw()
  t.equal(await bot.ended(), 1)
  sandbox.courier.hurry()
  await talk.answered(SETTLED_WITHIN_MS)
  t.same(talk.wrongs(), [], `each of ${talk.written()} messages is answered once and in order`)
})
