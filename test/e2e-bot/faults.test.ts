import t from 'tap'
import type { TroubleBody } from '../../sandbox/src/api.ts'
import { createRng } from '../../sandbox/src/rng.ts'
import { callbackOf, startTown, type Town } from '../helpers/bot.ts'
import { isTorture } from '../helpers/faults.ts'
import { createTalk, type Talk } from '../helpers/talk.ts'

interface Fault {
  /** As the end of a sentence about Graph. */
  name: string
  trouble: TroubleBody
  kind?: 'lose-answer' | 'throttle'
  echoes?: false
}

/**
 * Facebook misbehaves, in every way we know, towards the real bot. Each fault has a Page of its own, so that all happen at
 * the same time; Pages without a fault must not feel any of it.
 */
const FAULTS: Fault[] = [
  {
    name: 'answers 500 for a while',
    trouble: { times: 5, status: 500, error: { code: 2, is_transient: true } },
  },
  { name: 'answers with an HTML page', trouble: { times: 1, status: 502, raw: '<html>sorry</html>' } },
  { name: 'answers with half a body', trouble: { times: 1, status: 200, raw: '{"recipient_id":"7","mess' } },
  {
    name: 'carries a send out, answers with half a body, and echoes nothing',
    kind: 'lose-answer',
    echoes: false,
    trouble: { times: 3, raw: '{"recipient_id":"7","mess' },
  },
  { name: 'carries a send out and answers nothing', kind: 'lose-answer', trouble: { times: 3 } },
  {
    name: 'carries a send out, answers nothing, and echoes nothing',
    kind: 'lose-answer',
    echoes: false,
    trouble: { times: 1 },
  },
  { name: 'takes two seconds for each answer', trouble: { times: 6, delayMs: 2000 } },
  { name: 'carries a send out after we stopped waiting', trouble: { times: 1, delayMs: 17_000 } },
  { name: 'says that calls come too fast', trouble: { times: 3, status: 400, error: { code: 613 } } },
  {
    name: 'calls a living token dead',
    trouble: { times: 2, status: 400, error: { code: 190, error_subcode: 460 } },
  },
  ...(isTorture ? slowFaults() : []),
  { name: 'is well', trouble: { times: 1, delayMs: 1 } },
]

// They mostly wait.
t.jobs = 2

/** Of each scenario in the world that several share. */
const VISITORS = 3

t.test(
  'whatever Graph answers, each message is answered once and in order',
  { buffered: true },
  async (t) => {
    // A call that takes longer than the client waits still ends within the time that a doubt lasts.
    const town = await startTown(t, { size: { pages: FAULTS.length, visitors: 3 }, inEarnest: true })
    const { sandbox, pageIds } = town
    const talk = createTalk(town, createRng(1))
    const of = (index: number) => talk.conversations.filter(({ pageId }) => pageId === pageIds[index])
    const failing = of(0)
    const well = of(FAULTS.length - 1)
    sandbox.trouble('fail', {
      pageId: pageIds[0] ?? '',
      edge: 'messages',
      times: 1000,
      status: 500,
      error: { code: 2 },
    })
    for (const place of [...failing, ...well]) talk.write(place)
    await sandbox.until(() => well.every(({ got, owed }) => got().length >= owed().length))
    t.same(
      failing.flatMap(({ got }) => got()),
      [],
      'the Page without a fault does not wait for one that fails',
    )
    sandbox.trouble('calm')

    for (const [index, { trouble, kind = 'fail', echoes = true }] of FAULTS.entries()) {
      const pageId = pageIds[index] ?? ''
      if (!echoes)
        for (const fields of sandbox.world.pages.get(pageId)?.subscriptions.values() ?? [])
          fields.delete('message_echoes')
      sandbox.trouble(kind, { pageId, edge: 'messages', ...trouble })
    }
    for (let n = 0; n < 4; n += 1) for (const place of talk.conversations) talk.write(place)

    await talk.answered()
    for (const [index, { name }] of FAULTS.entries()) {
      t.same(
        talk.wrongs().filter((wrong) => wrong.startsWith(`${pageIds[index]}/`)),
        [],
        `when it ${name}`,
      )
    }
    t.equal(await town.bot.sigterm(), 0)
  },
)

t.test('one bot, one fault after the other', { buffered: true }, async (t) => {
  const town = await startTown(t, { size: { pages: 2, visitors: 4 * VISITORS }, latencyMs: 20 })
  const { sandbox, bot } = town
  /** Each scenario has visitors of its own. */
  const talkOf = (scenario: number): Talk =>
    createTalk(
      { ...town, psids: town.psids.slice(scenario * VISITORS, (scenario + 1) * VISITORS) },
      createRng(scenario + 2),
    )

  await t.test(
    'callbacks that come late, twice, in batches or out of turn are each answered once',
    async (t) => {
      const talk = talkOf(0)
      const [first, ...others] = talk.conversations
      if (first === undefined) return

      sandbox.trouble('webhook-lost')
      for (let n = 0; n < 3; n += 1) for (const place of talk.conversations) talk.write(place)
      sandbox.trouble('webhook-back')
      await talk.answered()
      t.same(talk.wrongs(), [], 'late')

      sandbox.trouble('webhook-duplicate', { times: 20 })
      for (let n = 0; n < 3; n += 1) for (const place of talk.conversations) talk.write(place)
      await talk.answered()
      // All of them: what is left out of the batch races with it on another connection.
      sandbox.trouble('webhook-batch', { times: 3 * talk.conversations.length })
      for (let n = 0; n < 3; n += 1) for (const place of talk.conversations) talk.write(place)
      await talk.answered()
      t.same(talk.wrongs(), [], 'twice, and in batches of the sandbox')

      // Only this test brings these.
      sandbox.trouble('webhook-drop', { times: 1000 })
      for (let n = 0; n < 4; n += 1) for (const place of talk.conversations) talk.write(place)
      const all = talk.conversations.flatMap(
        ({ pageId, psid, heard }) => callbackOf(pageId, psid, ...heard().slice(-4)).entry,
      )
      const batch = { object: 'page', entry: all }
      const single = all.map((entry) => ({ object: 'page', entry: [entry] }))
      const statuses = await Promise.all([batch, batch, ...single, batch].map(bot.callBack))
      t.same(new Set(statuses), new Set([200]))
      await talk.answered()
      t.same(
        talk.wrongs(),
        [],
        'one batch over both Pages, three times at once, with all that is in it besides',
      )

      talk.write(first, 'say one')
      talk.write(first, 'say two')
      const [one, two] = first.heard().slice(-2)
      if (one === undefined || two === undefined) return
      t.equal(await bot.callBack(callbackOf(first.pageId, first.psid, two)), 200)
      t.equal(await bot.callBack(callbackOf(first.pageId, first.psid, one, two)), 200)
      await talk.answered()
      t.same(first.got().slice(-2), ['heard two', 'heard one'], 'in the order they came in')
      t.same(
        others.flatMap(({ got, owed }) => (got().join() === owed().join() ? [] : got())),
        [],
      )
      sandbox.trouble('calm')
    },
  )

  await t.test('an orderly stop under load leaves nothing in doubt', async (t) => {
    const talk = talkOf(1)
    for (let n = 0; n < 4; n += 1) for (const place of talk.conversations) talk.write(place)
    await saidByPages(town, 8)
    t.equal(await bot.sigterm(), 0)
    t.ok(countReplies(talk) < talk.conversations.flatMap(({ owed }) => owed()).length, 'replies still wait')
    await bot.start()
    sandbox.courier.hurry()
    await talk.answered()
    await sandbox.courier.idle()
    t.same(talk.wrongs(), [], 'none is lost, doubled or out of order')
    const traffic = (await (await fetch(`${sandbox.origin}/sandbox/traffic`)).json()) as { path: string }[]
    t.same(
      traffic.filter(({ path }) => path.includes('user_id=')),
      [],
      'nothing had to be looked for',
    )
  })

  await t.test('Graph is unreachable for a while, as a whole', async (t) => {
    const talk = talkOf(2)
    sandbox.trouble('graph-down', { reset: true })
    for (let n = 0; n < 2; n += 1) for (const place of talk.conversations) talk.write(place)
    await delivered(talk, town)
    t.equal(countReplies(talk), 0)
    sandbox.trouble('graph-up')
    await talk.answered()
    t.same(talk.wrongs(), [])
  })

  await t.test(
    'a token that dies in the middle of a burst parks what is left, over a stop and a kill',
    async (t) => {
      const talk = talkOf(3)
      const burst = (): void => {
        for (let n = 0; n < 4; n += 1) for (const place of talk.conversations) talk.write(place)
      }

      burst()
      await saidByPages(town, 10)
      sandbox.trouble('password-changed')
      burst()
      await delivered(talk, town)
      const before = countReplies(talk)
      t.ok(before < talk.conversations.flatMap(({ owed }) => owed()).length, 'it died in the middle')
      t.equal(await bot.sigterm(), 0)
      await bot.start()
      for (const pageId of town.pageIds) {
        await bot.logged((line) => line['pageId'] === pageId && line['state'] === 'invalid')
      }
      burst()
      sandbox.courier.hurry()
      await delivered(talk, town)
      await bot.kill9()
      await bot.start()
      t.equal(countReplies(talk), before, 'nothing goes out')

      await bot.bootstrap(sandbox.userToken())
      await sandbox.until(() => countReplies(talk) > before)
      // And again, while the replies that waited are on their way.
      sandbox.trouble('password-changed')
      await bot.bootstrap(sandbox.userToken())
      await talk.answered()
      t.same(talk.wrongs(), [])
    },
  )
})

/** These take minutes. */
function slowFaults(): Fault[] {
  return [
    {
      name: 'carries a send out and answers after a minute',
      kind: 'lose-answer',
      trouble: { times: 1, delayMs: 60_000, raw: '{}' },
    },
    { name: 'says for how long there may be no more calls', kind: 'throttle', trouble: { minutes: 1 } },
  ]
}

const countReplies = (talk: Talk): number => talk.conversations.flatMap(({ got }) => got()).length

/** Resolves when the Pages have said so much, in the very moment they say it. */
const saidByPages = (town: Town, count: number): Promise<unknown> => {
  let left = count
  const enough = Promise.withResolvers<void>()
  const stop = town.sandbox.bus.watch((event) => {
    if (event.type === 'message' && event.message.from === 'page' && (left -= 1) === 0) enough.resolve()
  })
  return enough.promise.finally(stop)
}

/** Resolves when every callback got its 200. */
const delivered = (talk: Talk, { sandbox }: Town): Promise<unknown> =>
  sandbox.until(() =>
    talk.conversations.every(({ heard }) => heard().every(({ webhook }) => webhook === 'delivered')),
  )
