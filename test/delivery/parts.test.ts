import t from 'tap'
import { backoffMs } from '../../src/base/backoff.ts'
import { createPacer } from '../../src/delivery/sending/pacer.ts'
import { createFakeClock } from '../helpers/clock.ts'

t.test('waits double up to the cap, and jitter takes anything from nothing to all of it', (t) => {
  const at = (attempt: number, random: number): number =>
    backoffMs(attempt, { baseMs: 1000, capMs: 60_000, random: () => random })
  t.same(
    [0, 1, 2, 5, 6, 7, 1000].map((attempt) => at(attempt, 0.999999)),
    [1000, 2000, 4000, 32_000, 60_000, 60_000, 60_000],
  )
  t.equal(at(3, 0), 0)
  t.equal(at(3, 0.5), 4000)
  t.end()
})

t.test('a burst up to one second of the allowance goes at once, the rest is spaced out', (t) => {
  const clock = createFakeClock()
  const pacer = createPacer({ clock, rates: { text: 10, media: 1, read: 1 } })
  t.same(
    Array.from({ length: 13 }, () => pacer.book('p', 'text')),
    [...Array.from({ length: 10 }, () => 0), 100, 200, 300],
  )
  t.equal(pacer.book('p', 'media'), 0, 'another kind has its own allowance')
  t.equal(pacer.book('p', 'media'), 1000)
  t.equal(pacer.book('q', 'text'), 0, 'and so has another Page')
  t.end()
})

t.test('in any second no more calls come due than allowed', async (t) => {
  const clock = createFakeClock()
  const pacer = createPacer({ clock, rates: { text: 20, media: 1, read: 1 } })
  const dueMs: number[] = []
  for (let n = 0; n < 200; n += 1) {
    dueMs.push(clock.now() + pacer.book('p', 'text'))
    if (n % 7 === 0) await clock.advance(50)
  }
  const startMs = dueMs[0] ?? 0
  for (let second = 1; second < 8; second += 1) {
    const fromMs = startMs + second * 1000
    const count = dueMs.filter((ms) => ms >= fromMs && ms < fromMs + 1000).length
    t.ok(count <= 20, `${count} calls in second ${second}`)
  }
})

t.test('from 80 % usage on it slows down, at 100 % almost to a stop, and recovers when told', async (t) => {
  const clock = createFakeClock()
  const pacer = createPacer({ clock, rates: { text: 100, media: 1, read: 1 } })
  const spacing = async (percent: number): Promise<number> => {
    pacer.used('p', percent)
    await clock.advance(60_000)
    for (let n = 0; n < 200; n += 1) pacer.book('p', 'text')
    const before = pacer.book('p', 'text')
    return pacer.book('p', 'text') - before
  }
  t.equal(await spacing(79), 10)
  t.equal(await spacing(90), 20)
  t.equal(await spacing(100), 200)
  t.equal(await spacing(250), 200)
  t.equal(await spacing(10), 10)
})

t.test('a clock set back does not freeze a Page', async (t) => {
  const clock = createFakeClock()
  let backMs = 0
  const pacer = createPacer({
    clock: { ...clock, now: () => clock.now() - backMs },
    rates: { text: 10, media: 1, read: 1 },
  })
  for (let n = 0; n < 10; n += 1) pacer.book('p', 'text')
  backMs = 3_600_000
  t.ok(pacer.book('p', 'text') <= 100)
  await clock.advance(1000)
  t.equal(pacer.book('p', 'text'), 0)
})
