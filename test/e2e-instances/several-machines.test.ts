import t from 'tap'
import { createRng } from '../../sandbox/src/rng.ts'
import { callbackOf } from '../helpers/bot.ts'
import { isTorture, roundsOr, SEED } from '../helpers/faults.ts'
import { startInstances, untilKept } from '../helpers/instances.ts'
import { startPager } from '../helpers/pager.ts'
import { sql } from '../helpers/postgres.ts'
import { createTalk } from '../helpers/talk.ts'
import { until } from '../helpers/until.ts'
import { createWay } from '../helpers/way.ts'

/**
 * Three instances on one PostgreSQL database, behind a load balancer. They come, freeze, die, stop, lose Facebook and go: one scenario after the
 * other in one world, as each start of an instance costs a second of CPU.
 */
const ROUNDS = roundsOr(2)
const CUTS = roundsOr(1)
// A message costs the instances, the database and the sandbox 30 ms of CPU together.
const MESSAGES_A_ROUND = isTorture ? 60 : 30
const EVERY_MS = isTorture ? 60 : 150
/** Longer than it takes to claim every reply: the first answer comes while many of them still wait for the pace of their Page. */
const SLOW_MS = 200
t.test('three instances share the Pages of one database', async (t) => {
  const pager = await startPager(t)
  const { town, url, instances, failed, keeperOf } = await startInstances(t, {
    size: { pages: 6, visitors: 16 },
    latencyMs: 15,
    env: { ALERT_URL: pager.url, MESSAGES_PER_SECOND: '20' },
  })
  const { sandbox, pageIds, psids } = town
  const [first, second] = instances
  if (first === undefined || second === undefined) throw new Error('no instance')
  const toFacebook = await createWay(t, sandbox.origin)
  second.env['FB_GRAPH_URL'] = toFacebook.url
  const rng = createRng(SEED)
  const talk = createTalk({ ...town, psids: psids.slice(0, 3) }, rng)

  /** Visitors write all the time while this goes on; then each message must have been answered. */
  const underLoad = async (change: () => Promise<void>): Promise<void> => {
    const writing = setInterval(() => talk.write(), EVERY_MS)
    t.teardown(() => clearInterval(writing))
    await change()
    clearInterval(writing)
    sandbox.courier.hurry()
    await talk.answered()
  }

  await t.test('from one instance to three, under load, no callback fails', async (t) => {
    await underLoad(async () => {
      await untilKept(url, [6])
      for (const instance of instances.slice(1)) await instance.start()
      await untilKept(url, [2, 2, 2])
    })
    t.same(talk.wrongs(), [], `each of ${talk.written()} messages is answered once and in order`)
    t.equal(failed(), 0)
  })

  await t.test(
    'new callbacks that come to every instance at once, in another order, are answered once',
    async (t) => {
      const { conversations, write, answered, wrongs } = createTalk(
        { ...town, psids: psids.slice(3, 6) },
        rng,
      )
      // Only a visitor who wrote before may be answered.
      for (const place of conversations) write(place, 'say hello')
      await answered()
      const callbacks = conversations.map(({ pageId, psid, texts }) => {
        texts.push('say how')
        return callbackOf(pageId, psid, { mid: `m_${pageId}_${psid}`, text: 'say how', atMs: Date.now() })
      })
      const entry = callbacks.flatMap((callback) => callback.entry)
      const codes = instances.flatMap(({ callBack }, at) => [
        callBack({ object: 'page', entry: at === 0 ? entry : entry.toReversed() }),
        ...(at === 1 ? callbacks : callbacks.toReversed()).map((callback) => callBack(callback)),
      ])
      t.same(new Set(await Promise.all(codes)), new Set([200]))
      await answered()
      // A second answer would precede these.
      for (const place of conversations) write(place, 'say bye')
      await answered()
      t.same(wrongs(), [])
    },
  )

  await t.test(
    'an instance that was frozen for longer than its lease says nothing more of what it had',
    async (t) => {
      const frozen = first
      const keepers = await Promise.all(pageIds.map(keeperOf))
      const { conversations, write, written, answered, wrongs } = createTalk(
        { ...town, pageIds: pageIds.filter((_, at) => keepers[at] === frozen), psids: psids.slice(6) },
        rng,
      )
      t.equal(conversations.length, 20)
      sandbox.trouble('delay', { delayMs: SLOW_MS })
      for (const place of conversations) write(place)
      await sandbox.until(() => conversations.some(({ got }) => got().length > 0))
      frozen.freeze()
      await untilKept(url, [3, 3])
      sandbox.courier.hurry()
      await answered()
      const thawedMs = Date.now()
      frozen.thaw()
      await frozen.logged(
        ({ msg, pages, time }) => Number(time) >= thawedMs && msg.includes('Pages') && pages === 0,
      )
      sandbox.trouble('delay', { delayMs: 0 })
      for (const place of conversations) write(place, 'say again')
      sandbox.courier.hurry()
      await answered()
      t.same(wrongs(), [], `each of ${written()} messages is answered once and in order`)
      await untilKept(url, [2, 2, 2])
    },
  )

  await t.test(
    'whichever way an instance ends, the others go on: nothing is lost, doubled or reordered',
    async (t) => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const ending = instances[rng.int(instances.length)]
        if (ending === undefined) throw new Error('no instance')
        const refused = failed()
        let left = MESSAGES_A_ROUND
        const endsAt = MESSAGES_A_ROUND - rng.int(MESSAGES_A_ROUND / 2)
        const writing = setInterval(() => (left -= 1) >= 0 && talk.write(), 20)
        t.teardown(() => clearInterval(writing))
        await until(() => left <= endsAt, { everyMs: 10 })
        const how = (['killed', 'stopped', 'all killed'] as const)[round % 3]
        const beganMs = performance.now()
        if (how === 'all killed') {
          await Promise.all(instances.map(({ kill9 }) => kill9()))
          await Promise.all(instances.map(({ start }) => start()))
        } else {
          if (how === 'killed') await ending.kill9()
          else t.equal(await ending.sigterm(), 0)
          await untilKept(url, [3, 3])
          const gapMs = Math.round(performance.now() - beganMs)
          t.comment(`${how}: the others had its Pages after ${gapMs} ms`)
          await ending.start()
        }
        await untilKept(url, [2, 2, 2])
        await until(() => left <= 0, { everyMs: 20 })
        clearInterval(writing)
        sandbox.courier.hurry()
        await talk.answered()
        t.same(talk.wrongs(), [], `each of ${talk.written()} messages is answered once and in order`)
        if (how !== 'all killed') t.equal(failed(), refused, 'no callback was refused')
      }
    },
  )

  await t.test('callbacks that Facebook repeats to every instance are not answered again', async (t) => {
    const again = talk.conversations.map(({ pageId, psid, heard }) => callbackOf(pageId, psid, ...heard()))
    const answers = instances.flatMap(({ callBack }, at) =>
      (at === 0 ? again : again.toReversed()).map((callback) => callBack(callback)),
    )
    t.same(new Set(await Promise.all(answers)), new Set([200]))
    t.same(talk.wrongs(), [])
  })

  await t.test(
    'while Facebook does not answer one instance, for longer than a lease, the others answer for its Pages',
    async (t) => {
      const told = pager.alerts().length
      for (let round = 0; round < CUTS; round += 1) {
        if (round > 0) {
          // It would take no Pages for minutes.
          t.equal(await second.sigterm(), 0)
          await second.start()
          await untilKept(url, [2, 2, 2])
        }
        const writing = setInterval(() => talk.write(), EVERY_MS)
        t.teardown(() => clearInterval(writing))
        const cutMs = performance.now()
        // Connections are refused, or nothing is answered on them.
        if (round % 2 === 0) toFacebook.cut()
        else toFacebook.stall()
        await untilKept(url, [0, 3, 3])
        t.comment(`the others had its Pages after ${Math.round(performance.now() - cutMs)} ms`)
        clearInterval(writing)
        sandbox.courier.hurry()
        await talk.answered()
        t.same(
          talk.wrongs(),
          [],
          `each of ${talk.written()} messages is answered once, in order, and during the cut`,
        )

        // It accepts all the time, and nothing is left in its hands.
        toFacebook.lead(sandbox.origin)
        for (const place of talk.conversations) talk.write(place)
        await talk.answered()
        t.same(talk.wrongs(), [], 'and when it can reach Facebook again')
        t.equal(pager.alerts().length, told, 'no person is needed')
      }
    },
  )

  await t.test('from three instances to one, under load, no callback fails', async (t) => {
    const refused = failed()
    await underLoad(async () => {
      for (const instance of instances.slice(0, 2)) t.equal(await instance.sigterm(), 0)
      await untilKept(url, [6])
    })
    t.same(talk.wrongs(), [], `each of ${talk.written()} messages is answered once and in order`)
    t.equal(failed(), refused)
  })

  const [row] = await sql(url, 'select data from evergreen.tokens')
  t.match(row?.['data'], /"cipher":"aes-256-gcm"/)
  for (const page of sandbox.state().pages) t.notMatch(row?.['data'], page.id)
})
