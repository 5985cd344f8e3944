import { join } from 'node:path'
import t from 'tap'
import { BotError } from '../../src/base/errors.ts'
import { createRetention } from '../../src/store/retention.ts'
import { openTestStore } from '../helpers/store.ts'
import type { History, Store } from '../../src/store/store.ts'
import { createFakeClock, settle } from '../helpers/clock.ts'
import { handleAll, newEvent, sendAll } from './steps.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

t.test(
  'keys are forgotten after two weeks, sent replies after a month, dead letters and open questions after three',
  async (t) => {
    const { clock, cuts } = fixture(t)
    await clock.advance(10 * MINUTE_MS - 1)
    t.same(cuts, [], 'not at once')
    await clock.advance(1000)
    t.same(cuts, [
      { history: 'seen', agoMs: 14 * DAY_MS },
      { history: 'sent', agoMs: 30 * DAY_MS },
      { history: 'dead', agoMs: 90 * DAY_MS },
      { history: 'questions', agoMs: 90 * DAY_MS },
      { history: 'hours', agoMs: 3 * DAY_MS },
      { history: 'days', agoMs: 400 * DAY_MS },
    ])
  },
)

t.test('a pass takes its steps apart from each other, and comes once a day', async (t) => {
  const { clock, cuts, moreSteps } = fixture(t)
  moreSteps.seen = 3
  await clock.advance(10 * MINUTE_MS)
  t.equal(cuts.length, 1)
  await clock.advance(99)
  t.equal(cuts.length, 1, 'others have their turn in between')
  await clock.advance(1)
  t.equal(cuts.length, 2)
  await clock.advance(MINUTE_MS)
  t.equal(cuts.length, 9)
  await clock.advance(DAY_MS - 2 * MINUTE_MS)
  t.equal(cuts.length, 9)
  await clock.advance(2 * MINUTE_MS)
  t.equal(cuts.length, 15)
})

t.test('a clock that is years ahead makes nothing old, and one that is behind keeps it longer', async (t) => {
  const ahead = fixture(t)
  ahead.clock.set(2 * 365 * DAY_MS)
  await ahead.clock.advance(11 * MINUTE_MS)
  t.match(ahead.cuts, [{ history: 'seen', agoMs: (2 * 365 + 14) * DAY_MS }])

  const behind = fixture(t)
  behind.facebook.aheadMs = 2 * 365 * DAY_MS
  await behind.clock.advance(11 * MINUTE_MS)
  t.match(behind.cuts, [{ history: 'seen', agoMs: 14 * DAY_MS }])

  const alone = fixture(t)
  alone.facebook.isHeard = false
  await alone.clock.advance(11 * MINUTE_MS)
  t.match(alone.cuts, [{ history: 'seen', agoMs: 14 * DAY_MS }], 'where Facebook has told no time')
})

t.test('a store that cannot forget now is asked again the next day', async (t) => {
  const { clock, cuts, warned, failWith } = fixture(t)
  failWith(new BotError('BOT_STORE_UNAVAILABLE', 'the disk is full'))
  await clock.advance(11 * MINUTE_MS)
  t.same(warned, ['old history could not be forgotten; tried again tomorrow'])
  failWith(null)
  await clock.advance(DAY_MS)
  t.equal(cuts.length, 6)
})

t.test('stopping ends it in the middle of a pass, without a word', async (t) => {
  const { clock, cuts, moreSteps, warned, retention } = fixture(t)
  moreSteps.seen = 1000
  await clock.advance(10 * MINUTE_MS)
  await retention.stop()
  await clock.advance(DAY_MS)
  t.equal(cuts.length, 1)
  t.same(warned, [])
  t.equal(clock.pending(), 0)
})

t.test('events are accepted, handled and answered between the steps of a long pass', async (t) => {
  const clock = createFakeClock()
  const store = await openTestStore({
    file: join(t.testdir(), 'evergreen.db'),
    clock,
  })
  t.teardown(() => store.close())
  const events = Array.from({ length: 1200 }, (_, n) => newEvent(`old${n}`, { psid: `psid-${n % 50}` }))
  await store.accept(events)
  await handleAll(store, (key) => [key])
  await sendAll(store, 100)
  await clock.advance(31 * DAY_MS)

  const retention = createRetention({
    store,
    isHead: () => true,
    keepQuestionsMs: 90 * DAY_MS,
    clock,
    facebookNow: clock.now,
    log: { info: () => undefined, warn: () => undefined },
  })
  retention.start()
  t.teardown(() => retention.stop())
  await clock.advance(10 * MINUTE_MS)
  let round = 0
  const accepted: string[] = []
  while ((await store.accept([newEvent('old1199')])).stored === 0 && round < 10_000) {
    const key = `new${(round += 1)}`
    t.match(await store.accept([newEvent(key)]), { stored: 1 })
    accepted.push(key)
    await clock.advance(100)
  }
  await clock.advance(MINUTE_MS)
  await settle(50)
  t.same(await handleAll(store, (key) => [key]), [...accepted, 'old1199'], 'and in order')
  t.ok(round > 1, `${round} rounds`)
})

function fixture(t: { teardown: (run: () => Promise<void>) => void }) {
  const clock = createFakeClock()
  const startMs = clock.now()
  const cuts: { history: History; agoMs: number }[] = []
  const warned: string[] = []
  const moreSteps: Record<History, number> = {
    seen: 0,
    sent: 0,
    dead: 0,
    questions: 0,
    hours: 0,
    days: 0,
  }
  let failure: Error | null = null
  const prune: Store['prune'] = (history, beforeMs) => {
    if (failure !== null) return Promise.reject(failure)
    cuts.push({ history, agoMs: clock.now() - beforeMs })
    const more = moreSteps[history] > 0
    moreSteps[history] -= 1
    return Promise.resolve({ dropped: 1, more })
  }
  const log = { info: () => undefined, warn: (_facts: object, message: string) => void warned.push(message) }
  const facebook = { aheadMs: 0, isHeard: true }
  const facebookNow = (): number | null =>
    facebook.isHeard ? clock.elapsed() + startMs + facebook.aheadMs : null
  const retention = createRetention({
    store: { prune },
    isHead: () => true,
    keepQuestionsMs: 90 * DAY_MS,
    clock,
    facebookNow,
    log,
  })
  retention.start()
  t.teardown(() => retention.stop())
  const failWith = (error: Error | null): void => void (failure = error)
  return { clock, cuts, warned, moreSteps, retention, failWith, facebook }
}
