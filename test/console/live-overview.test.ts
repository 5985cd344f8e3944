import t from 'tap'
import { createLiveOverview, type Watcher } from '../../src/console/live-overview.ts'
import { createFakeClock, settle } from '../helpers/clock.ts'

const build = () => {
  const clock = createFakeClock()
  const parts: Record<string, string> = { verdict: 'well', pages: 'one' }
  const problems: string[] = []
  let drawn = 0
  const live = createLiveOverview({
    draw: async () => {
      drawn += 1
      return { ...parts }
    },
    clock,
    log: { error: (_facts, message) => void problems.push(message) },
  })
  const watcher = (): Watcher & { heard: unknown[]; allowed: boolean } => {
    const self = {
      heard: [] as unknown[],
      allowed: true,
      mayLook: () => self.allowed,
      changed: (changed: Record<string, string>) => void self.heard.push(changed),
      beat: () => void self.heard.push('beat'),
      dismissed: () => void self.heard.push('dismissed'),
      end: () => void self.heard.push('end'),
    }
    return self
  }
  return { clock, parts, live, watcher, problems, drawn: () => drawn }
}

t.test('a new listener hears all, then only what changes', async (t) => {
  const { clock, parts, live, watcher } = build()
  const one = watcher()
  live.watch(one)
  await clock.advance(0)
  t.same(one.heard.splice(0), [{ verdict: 'well', pages: 'one' }])

  await clock.advance(4000)
  t.same(one.heard, [])
  parts['verdict'] = 'needed'
  await clock.advance(2000)
  t.same(one.heard, [{ verdict: 'needed' }])
})

t.test('what happens is shown at once, however often it is said', async (t) => {
  const { clock, parts, live, watcher, drawn } = build()
  const one = watcher()
  live.watch(one)
  await clock.advance(100)
  const before = drawn()
  parts['verdict'] = 'needed'
  for (let n = 0; n < 100; n += 1) live.poke()
  await clock.advance(50)
  t.same(one.heard.at(-1), { verdict: 'needed' })
  t.equal(drawn(), before + 1)
})

t.test('many watchers cost one drawing, none cost none', async (t) => {
  const { clock, live, watcher, drawn } = build()
  live.poke()
  await clock.advance(60_000)
  t.equal(drawn(), 0)

  const stops = [watcher(), watcher(), watcher()].map((one) => live.watch(one))
  await clock.advance(2000)
  t.equal(drawn(), 2)
  for (const stop of stops) stop()
  await clock.advance(60_000)
  t.ok(drawn() <= 3)
  t.equal(clock.pending(), 0, 'and no timer is left')
})

t.test('who may look no longer is told so and hears nothing more', async (t) => {
  const { clock, parts, live, watcher } = build()
  const [one, other] = [watcher(), watcher()]
  live.watch(one)
  live.watch(other)
  await clock.advance(0)
  one.allowed = false
  parts['verdict'] = 'needed'
  await clock.advance(2000)
  t.same(one.heard.slice(1), ['dismissed', 'end'])
  t.same(other.heard.slice(1), [{ verdict: 'needed' }])
})

t.test('a quiet page hears a beat, so that proxies keep its line open', async (t) => {
  const { clock, live, watcher } = build()
  const one = watcher()
  live.watch(one)
  await clock.advance(21_000)
  clock.set(-3_600_000)
  await clock.advance(24_000)
  t.same(one.heard.slice(1), ['beat', 'beat'], 'also where the clock of the machine is set back')
})

t.test('a drawing that fails is logged, and the next one is tried', async (t) => {
  const clock = createFakeClock()
  const problems: string[] = []
  let fails = true
  const live = createLiveOverview({
    draw: async () => {
      if (fails) throw new Error('gone')
      return { verdict: 'well' }
    },
    clock,
    log: { error: (_facts, message) => void problems.push(message) },
  })
  const { watcher } = build()
  const one = watcher()
  live.watch(one)
  await clock.advance(0)
  fails = false
  await clock.advance(2000)
  t.same(problems, ['the console could not be drawn'])
  t.same(one.heard, [{ verdict: 'well' }])
})

t.test('the end of the process ends every watch', async (t) => {
  const { clock, live, watcher } = build()
  const one = watcher()
  live.watch(one)
  await clock.advance(0)
  live.stop()
  await settle()
  t.same(one.heard.slice(1), ['end'])
  t.equal(clock.pending(), 0)
})
