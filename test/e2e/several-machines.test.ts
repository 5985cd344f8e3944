import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { createRng } from '../../sandbox/src/rng.ts'
import { callbackOf } from '../helpers/bot.ts'
import { isTorture, roundsOr, SEED } from '../helpers/faults.ts'
import { startInstances, untilKept } from '../helpers/instances.ts'
import { sql } from '../helpers/postgres.ts'
import { createTalk } from '../helpers/talk.ts'
import { until } from '../helpers/until.ts'

/** Three instances on one PostgreSQL database, behind a load balancer; they die, stop and freeze, again and again. */
const ROUNDS = roundsOr(2)
const MESSAGES_A_ROUND = 60
const SETTLED_WITHIN_MS = 90_000

t.test(
  'whichever way an instance ends, the others go on: nothing is lost, doubled or reordered',
  async (t) => {
    const size = { pages: 6, visitors: 3 }
    const { town, url, instances, failed } = await startInstances(t, { size, latencyMs: 15 })
    const { sandbox } = town
    const rng = createRng(SEED)
    const talk = createTalk(town, rng)
    await Promise.all(instances.slice(1).map((instance) => instance.start()))
    await untilKept(url, [2, 2, 2])
    for (let round = 0; round < ROUNDS; round += 1) {
      const ending = instances[rng.int(instances.length)]
      if (ending === undefined) throw new Error('no instance')
      let left = MESSAGES_A_ROUND
      const writing = setInterval(() => (left -= 1) >= 0 && talk.write(), 20)
      await sleep(10 * rng.int(60))
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
      await talk.answered(SETTLED_WITHIN_MS)
      t.same(talk.wrongs(), [], `each of ${talk.written()} messages is answered once and in order`)
    }
    if (!isTorture) t.equal(failed(), 0, 'no callback was refused')

    const again = talk.conversations.map(({ pageId, psid, heard }) => callbackOf(pageId, psid, ...heard()))
    const answers = instances.flatMap(({ callBack }, at) =>
      (at === 0 ? again : again.toReversed()).map((callback) => callBack(callback)),
    )
    t.same(new Set(await Promise.all(answers)), new Set([200]))
    t.same(talk.wrongs(), [], 'and not again when Facebook repeats all of them to every instance')

    const [row] = await sql(url, 'select data from evergreen.tokens')
    t.match(row?.['data'], /"cipher":"aes-256-gcm"/)
    for (const page of sandbox.state().pages) t.notMatch(row?.['data'], page.id)
  },
)

t.test(
  'new callbacks that come to every instance at once, in another order, are answered once',
  async (t) => {
    const { town, url, instances } = await startInstances(t, { size: { pages: 6, visitors: 4 } })
    await Promise.all(instances.slice(1).map((instance) => instance.start()))
    await untilKept(url, [2, 2, 2])
    const talk = createTalk(town, createRng(SEED))
    // Only a visitor who wrote before may be answered.
    for (const place of talk.conversations) talk.write(place, 'say hello')
    await talk.answered(SETTLED_WITHIN_MS)
    const callbacks = talk.conversations.map(({ pageId, psid, texts }) => {
      texts.push('say how')
      return callbackOf(pageId, psid, { mid: `m_${pageId}_${psid}`, text: 'say how', atMs: Date.now() })
    })
    const entry = callbacks.flatMap((callback) => callback.entry)
    const codes = instances.flatMap(({ callBack }, at) => [
      callBack({ object: 'page', entry: at === 0 ? entry : entry.toReversed() }),
      ...(at === 1 ? callbacks : callbacks.toReversed()).map((callback) => callBack(callback)),
    ])
    t.same(new Set(await Promise.all(codes)), new Set([200]))
    await talk.answered(SETTLED_WITHIN_MS)
    // A second answer would precede these.
    for (const place of talk.conversations) talk.write(place, 'say bye')
    await talk.answered(SETTLED_WITHIN_MS)
    t.same(talk.wrongs(), [])
  },
)

t.test('from one instance to three and back, under load, no callback fails', async (t) => {
  const { town, url, instances, failed } = await startInstances(t, {
    size: { pages: 6, visitors: 3 },
    latencyMs: 15,
  })
  const talk = createTalk(town, createRng(SEED))
  const writing = setInterval(() => talk.write(), 20)
  t.teardown(() => clearInterval(writing))
  await untilKept(url, [6])
  for (const instance of instances.slice(1)) await instance.start()
  await untilKept(url, [2, 2, 2])
  for (const instance of instances.slice(0, 2)) t.equal(await instance.sigterm(), 0)
  await untilKept(url, [6])
  clearInterval(writing)
  town.sandbox.courier.hurry()
  await talk.answered(SETTLED_WITHIN_MS)
  t.same(talk.wrongs(), [], `each of ${talk.written()} messages is answered once and in order`)
  t.equal(failed(), 0)
})

t.test(
  'an instance that was frozen for longer than its lease says nothing more of what it had',
  async (t) => {
    // Slow, so that many replies have been handed out and wait for a connection.
    const { town, instances } = await startInstances(t, {
      size: { pages: 1, visitors: 40 },
      env: { MESSAGES_PER_SECOND: '300' },
      latencyMs: 300,
    })
    const { bot } = town
    const [, other] = instances
    const talk = createTalk(town, createRng(SEED))
    await other?.start()
    for (let n = 0; n < 40; n += 1) talk.write()
    await sleep(400)
    bot.freeze()
    await other?.logged(({ msg, pages }) => msg.includes('Pages') && pages === 1)
    town.sandbox.courier.hurry()
    await talk.answered(SETTLED_WITHIN_MS)
    const thawedMs = Date.now()
    bot.thaw()
    await bot.logged(
      ({ msg, pages, time }) => Number(time) >= thawedMs && msg.includes('Pages') && pages === 0,
    )
    for (const place of talk.conversations) talk.write(place, 'say again')
    town.sandbox.courier.hurry()
    await talk.answered(SETTLED_WITHIN_MS)
    t.same(talk.wrongs(), [], `each of ${talk.written()} messages is answered once and in order`)
  },
)
