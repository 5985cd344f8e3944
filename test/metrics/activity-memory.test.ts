import t from 'tap'
import { createActivityMemory } from '../../src/metrics/activity-memory.ts'
import { createActivity } from '../../src/metrics/activity.ts'
import { createFakeClock } from '../helpers/clock.ts'

const MINUTE = 60_000
const VERA = { pageId: '1001', psid: 'vera' }

/** One process after the other over the same notes. */
const world = () => {
  const clock = createFakeClock()
  const notes = new Map<string, string>()
  const warnings: string[] = []
  const written: string[] = []
  let isBroken = false
  const start = async () => {
    const activity = createActivity({ clock })
    const memory = createActivityMemory({
      activity,
      store: {
        remember: async (name, text) => {
          if (isBroken) throw new Error('disk full')
          written.push(text)
          notes.set(name, text)
        },
        recall: async (name) => notes.get(name) ?? null,
      },
      clock,
      log: { warn: (_facts, message) => void warnings.push(message) },
    })
    await memory.start()
    return { activity, memory }
  }
  return { clock, notes, warnings, written, start, breakDisk: (now: boolean) => void (isBroken = now) }
}

t.test('the plots go on where they were, after a stop and after a crash', async (t) => {
  const { clock, start } = world()
  const first = await start()
  first.activity.heard(VERA, { kind: 'message', silent: false, replies: 1 })
  first.activity.sent(VERA, 100)
  first.activity.refused('1001', 'transient')
  await clock.advance(2 * MINUTE)
  first.activity.sent(VERA, 300)
  await first.memory.stop()
  await clock.advance(MINUTE)

  const second = await start()
  t.same(second.activity.ofPage('1001').repliesPerMinute.slice(-4), [1, 0, 1, 0])
  t.match(second.activity.ofPage('1001'), {
    latency: { p50Ms: 100, p95Ms: 300 },
    refusals: [{ verdict: 'transient', count: 1 }],
    lastHeardMs: clock.now() - 3 * MINUTE,
  })
  second.activity.sent(VERA, 200)
  await clock.advance(MINUTE)
  // Nothing stops it in an orderly way.
  const third = await start()
  t.same(third.activity.ofPage('1001').repliesPerMinute.slice(-5), [1, 0, 1, 1, 0])
  t.match(third.activity.ofPage('1001').latency, { p50Ms: 200 })

  await clock.advance(61 * MINUTE)
  const last = await start()
  t.match(last.activity.ofPage('1001'), { latency: null, refusals: [] })
})

t.test('it names no visitor, and what does not change is not written again', async (t) => {
  const { clock, start, written } = world()
  const { activity } = await start()
  await clock.advance(10 * MINUTE)
  t.same(written, [])
  activity.heard(VERA, { kind: 'message', silent: false, replies: 1 })
  activity.sent(VERA, 100)
  await clock.advance(10 * MINUTE)
  t.equal(written.length, 1)
  t.notMatch(written.join(), /vera/)
})

t.test('it is as large as there are Pages, however busy they are', async (t) => {
  const { clock, start, notes } = world()
  const { activity, memory } = await start()
  for (let minute = 0; minute < 200; minute += 1) {
    for (let n = 0; n < 20; n += 1) activity.sent(VERA, n)
    await clock.advance(MINUTE)
  }
  await memory.stop()
  t.ok((notes.get('activity') ?? '').length < 6000)
})

t.test('a note that cannot be read or written costs nothing but the past', async (t) => {
  const { clock, start, notes, warnings, breakDisk } = world()
  for (const note of ['', '{', '[]', '{"1001":5}', '{"1001":{"minutes":[{}]}}', 'null']) {
    notes.set('activity', note)
    const { activity, memory } = await start()
    activity.sent(VERA, 100)
    t.equal(activity.ofPage('1001').repliesPerMinute.at(-1), 1, note)
    breakDisk(true)
    await memory.stop()
    breakDisk(false)
  }
  t.match(warnings.join(), /could not be read; counting anew.*could not be written down/s)
  t.ok(clock.pending() === 0)
})
