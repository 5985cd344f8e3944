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

const pace = (rates: { message: number; media?: number; read?: number }) => {
  const clock = createFakeClock()
  const pacer = createPacer({ clock, rates: { media: 10, read: 2, ...rates } })
  const { signal } = new AbortController()
  const sentMs: number[] = []
  /** @returns when its turn came */
  const turn = async (isFresh = true, isStreamed = false, pageId = 'p'): Promise<number> => {
    await pacer.turn(pageId, { isFresh, isStreamed, signal })
    sentMs.push(clock.elapsed())
    return clock.elapsed()
  }
  return { clock, pacer, turn, sentMs }
}

t.test('in no second more messages go out than allowed, and no less than nearly that', async (t) => {
  for (const message of [35, 300]) {
    const { clock, turn, sentMs } = pace({ message })
    const turns = Array.from({ length: 4 * message }, () => turn(false))
    await clock.advance(5000)
    await Promise.all(turns)
    for (const [n, fromMs] of sentMs.entries()) {
      const inSecond = sentMs.slice(n).filter((ms) => ms < fromMs + 1000).length
      if (inSecond > message) t.fail(`${inSecond} messages from ${fromMs} ms on`)
    }
    t.ok((sentMs.at(-1) ?? 0) < 4500, `${message}: took ${sentMs.at(-1)} ms`)
  }
})

t.test('who has just written goes before what waits, and each Page has a pace of its own', async (t) => {
  const { clock, turn } = pace({ message: 10 })
  const waiting = Array.from({ length: 50 }, () => turn(false))
  await clock.advance(0)
  const fresh = turn(true)
  t.equal(await turn(false, false, 'q'), 0, 'another Page')
  await clock.advance(100)
  t.equal(await fresh, 100)
  await clock.advance(6000)
  await Promise.all(waiting)
})

t.test('audio and video are slower than everything else, and hold nothing else up', async (t) => {
  const { clock, turn } = pace({ message: 35, media: 10 })
  const videos = Array.from({ length: 30 }, () => turn(true, true))
  const texts = Array.from({ length: 30 }, () => turn(true))
  await clock.advance(1000)
  t.ok(Math.max(...(await Promise.all(texts))) < 1300)
  await clock.advance(3000)
  t.ok(Math.max(...(await Promise.all(videos))) > 2800)
})

t.test('who stops waiting gets a turn at once', async (t) => {
  const { clock, pacer } = pace({ message: 1 })
  const stop = new AbortController()
  const options = { isFresh: true, isStreamed: false, signal: stop.signal }
  await pacer.turn('p', options)
  const second = pacer.turn('p', options)
  stop.abort()
  await second
  t.equal(clock.elapsed(), 0)
})

t.test('from 80 % usage on it slows down, at 100 % almost to a stop, and recovers when told', async (t) => {
  const { clock, pacer, turn } = pace({ message: 10 })
  const spacing = async (percent: number): Promise<number> => {
    pacer.used('p', percent)
    await clock.advance(60_000)
    const turns = Array.from({ length: 4 }, () => turn())
    await clock.advance(10_000)
    const times = await Promise.all(turns)
    return (times[3] ?? 0) - (times[2] ?? 0)
  }
  t.equal(await spacing(79), 100)
  t.equal(await spacing(90), 200)
  t.equal(await spacing(100), 2000)
  t.equal(await spacing(250), 2000)
  t.equal(await spacing(10), 100)
})

t.test('a Page that was slowed down speeds up again where Facebook no longer tells its usage', async (t) => {
  const { clock, pacer, turn } = pace({ message: 10 })
  pacer.used('p', 100)
  for (let answers = 0; answers < 13; answers += 1) pacer.used('p', null)
  await clock.advance(60_000)
  const spacing = async (): Promise<number> => {
    const turns = Array.from({ length: 4 }, () => turn())
    await clock.advance(10_000)
    const times = await Promise.all(turns)
    return (times[3] ?? 0) - (times[2] ?? 0)
  }
  const nearly = await spacing()
  t.ok(nearly > 100 && nearly < 120, `${nearly} ms`)
  pacer.used('p', null)
  t.equal(await spacing(), 100)
  pacer.used('p', null)
  t.equal(await spacing(), 100, 'and no faster')
})

t.test('looks for a reply that was looked for before leave room for others', (t) => {
  const { pacer } = pace({ message: 35, read: 2 })
  t.same(
    Array.from({ length: 3 }, () => pacer.bookRead('p', false)),
    [0, 500, 1000],
  )
  const again = Array.from({ length: 3 }, () => pacer.bookRead('q', true))
  t.same(again, [0, 1000, 2000])
  t.end()
})

t.test(
  'a Page that was taken over begins without a burst: its last keeper may have used this second up',
  async (t) => {
    const atOnce = async (isTaken: boolean): Promise<number> => {
      const { clock, turn, pacer, sentMs } = pace({ message: 48, media: 24, read: 24 })
      if (isTaken) pacer.taken('p')
      t.equal(pacer.bookRead('p', false) > 0, isTaken, 'a look at a conversation')
      const turns = Array.from({ length: 4 }, () => turn(false))
      await clock.advance(0)
      const sent = sentMs.length
      await clock.advance(1000)
      await Promise.all(turns)
      return sent
    }
    t.equal(await atOnce(false), 4)
    t.equal(await atOnce(true), 0)
  },
)

t.test('what a Page owes it owes after it was taken again, too', (t) => {
  const { pacer } = pace({ message: 12 })
  const looks = Array.from({ length: 4 }, () => pacer.bookRead('p', false))
  pacer.taken('p')
  t.ok(pacer.bookRead('p', false) > (looks.at(-1) ?? 0))
  t.end()
})
