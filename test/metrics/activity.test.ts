import t from 'tap'
import { createActivity } from '../../src/metrics/activity.ts'
import { createFakeClock } from '../helpers/clock.ts'

const MINUTE = 60_000
const VERA = { pageId: '1001', psid: 'vera' }
const heard = { kind: 'message', silent: false, replies: 1 }

t.test('replies fall into the minute they were sent in, and out of the hour', async (t) => {
  const clock = createFakeClock()
  const activity = createActivity({ clock })
  activity.sent(VERA, 100)
  activity.sent(VERA, 100)
  await clock.advance(2 * MINUTE)
  activity.sent(VERA, 100)

  t.same(activity.ofPage('1001').repliesPerMinute.slice(-4), [0, 2, 0, 1])
  t.equal(activity.ofPage('1001').repliesPerMinute.length, 60)
  await clock.advance(58 * MINUTE)
  t.same(activity.ofPage('1001').repliesPerMinute.slice(0, 2), [0, 1], 'the first two have passed')
  t.same(
    activity.ofPage('1002').repliesPerMinute,
    Array.from({ length: 60 }, () => 0),
    'each Page its own',
  )
})

t.test('latency is told as the middle and the slow end of the last hour', async (t) => {
  const clock = createFakeClock()
  const activity = createActivity({ clock })
  t.equal(activity.ofPage('1001').latency, null)
  for (let ms = 1; ms <= 100; ms += 1) activity.sent(VERA, ms)
  t.same(activity.ofPage('1001').latency, { p50Ms: 50, p95Ms: 95 })

  await clock.advance(61 * MINUTE)
  t.equal(activity.ofPage('1001').latency, null, 'an hour later they say nothing any more')
})

t.test('a busy Page is judged by its last 500 replies', async (t) => {
  const activity = createActivity({ clock: createFakeClock() })
  for (let n = 0; n < 500; n += 1) activity.sent(VERA, 9000)
  for (let n = 0; n < 500; n += 1) activity.sent(VERA, 10)
  t.same(activity.ofPage('1001').latency, { p50Ms: 10, p95Ms: 10 })
})

t.test('refusals are added up over the hour, the most frequent first', async (t) => {
  const clock = createFakeClock()
  const activity = createActivity({ clock })
  activity.refused('1001', 'transient')
  await clock.advance(MINUTE)
  activity.refused('1001', 'rate_limited')
  activity.refused('1001', 'rate_limited')
  t.same(activity.ofPage('1001').refusals, [
    { verdict: 'rate_limited', count: 2 },
    { verdict: 'transient', count: 1 },
  ])
  await clock.advance(60 * MINUTE)
  t.same(activity.ofPage('1001').refusals, [])
})

t.test('conversations are remembered by what was heard last, not more than 50', async (t) => {
  const clock = createFakeClock()
  const activity = createActivity({ clock })
  activity.heard(VERA, heard)
  await clock.advance(1000)
  activity.heard({ pageId: '1001', psid: 'timo' }, { kind: 'postback', silent: true, replies: 0 })
  activity.sent(VERA, 5)
  activity.heard(VERA, { ...heard, kind: 'read' })
  activity.heard({ pageId: '1001', psid: null }, { ...heard, kind: 'change' })

  t.match(activity.conversations(), [
    { psid: 'timo', lastKind: 'postback', silent: true, lastSentMs: null },
    { psid: 'vera', lastKind: 'message', silent: false, lastSentMs: clock.now(), unsent: 0 },
  ])
  t.equal(activity.conversations().length, 2)
  t.equal(activity.ofPage('1001').lastHeardMs, clock.now())

  for (let n = 0; n < 60; n += 1) activity.heard({ pageId: '1001', psid: `p${n}` }, heard)
  t.equal(activity.conversations().length, 50)
  t.equal(activity.conversations()[0]?.psid, 'p59')
})

t.test('a reply that is still to be sent is counted as such', async (t) => {
  const activity = createActivity({ clock: createFakeClock() })
  activity.heard(VERA, { ...heard, replies: 2 })
  activity.heard(VERA, heard)
  activity.sent(VERA, 5)
  t.equal(activity.conversations()[0]?.unsent, 2)
  activity.died(VERA)
  t.equal(activity.conversations()[0]?.unsent, 1, 'one that was given up is not')
})
