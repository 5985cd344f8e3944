import t from 'tap'
import { createAnswersCourier, type AnswersParcel } from '../../src/forms/post-answers.ts'
import type { Queue } from '../../src/store/store.ts'
import type { KeptAnswers } from '../../src/store/form-answers.ts'
import { soleDuty, soleInstance } from '../../src/base/duty.ts'
import { createFakeClock, settle } from '../helpers/clock.ts'

const build = (post: (url: string, parcel: AnswersParcel) => Promise<void>) => {
  const clock = createFakeClock()
  const kept: KeptAnswers[] = []
  let listener = (_queue: Queue): void => undefined
  const logged: { facts: object; message: string }[] = []
  const note = (facts: object, message: string): void => void logged.push({ facts, message })
  const courier = createAnswersCourier({
    duty: soleDuty,
    instances: soleInstance(),
    store: {
      onWork: (heard) => {
        listener = heard
        return () => undefined
      },
      formAnswers: {
        list: async () => ({ answers: kept, next: null }),
        due: async (nowMs, limit) => {
          const waiting = kept.filter(({ dueMs }) => dueMs !== null)
          const later = waiting.flatMap(({ dueMs }) => (dueMs !== null && dueMs > nowMs ? [dueMs] : []))
          return {
            answers: waiting.filter(({ dueMs }) => (dueMs ?? 0) <= nowMs).slice(0, limit),
            nextMs: later.length === 0 ? null : Math.min(...later),
          }
        },
        tried: async (id, nextMs) => {
          const one = kept.find((answers) => answers.id === id)
          if (one !== undefined) one.dueMs = nextMs
        },
        drop: async () => 0,
      },
    },
    post,
    clock,
    log: { debug: note, info: note, warn: note, error: note },
  })
  const add = async (id: number): Promise<void> => {
    const nowMs = clock.now()
    kept.push({
      id,
      pageId: '1',
      psid: '7',
      form: 'book',
      url: 'https://x.y/secret',
      keptMs: nowMs,
      dueMs: nowMs,
      body: '{"n":"4"}',
    })
    listener('answers')
    await settle()
  }
  return { clock, kept, logged, courier, add }
}

t.test('answers are posted as soon as they are there, and once', async (t) => {
  const posted: [string, AnswersParcel][] = []
  const { courier, add, kept, clock } = build(async (...what) => void posted.push(what))
  courier.start()
  await add(1)
  await add(2)
  await clock.advance(24 * 3_600_000)
  t.same(posted[0], [
    'https://x.y/secret',
    { id: 1, form: 'book', pageId: '1', psid: '7', at: '2026-11-21T12:00:00.000Z', answers: { n: '4' } },
  ])
  t.equal(posted.length, 2)
  t.ok(kept.every(({ dueMs }) => dueMs === null))
  await courier.stop()
})

t.test('a receiver that is away gets them when it is back, and its address is not logged', async (t) => {
  let away = true
  let tries = 0
  const { courier, add, kept, clock, logged } = build(async () => {
    tries += 1
    if (away) throw new Error('connect ECONNREFUSED https://x.y/secret')
  })
  courier.start()
  await add(1)
  t.equal(tries, 1)
  await clock.advance(3_600_000)
  t.ok(tries > 3 && tries < 12, 'at growing intervals')
  away = false
  await clock.advance(3_600_000)
  t.equal(kept[0]?.dueMs, null)
  t.notMatch(JSON.stringify(logged), /secret/)
  await courier.stop()
  t.equal(clock.pending(), 0)
})

t.test('answers that a clock which was ahead has dated are posted once the clock is right', async (t) => {
  const posted: number[] = []
  const { courier, add, clock, kept } = build(async (_url, { id }) => void posted.push(id))
  const years = 2 * 365 * 24 * 3_600_000
  clock.set(years)
  await add(1)
  clock.set(-years)
  courier.start()
  await settle()
  t.same(posted, [1])
  t.ok(kept.every(({ dueMs }) => dueMs === null))
  await courier.stop()
})

t.test('after a week they are only kept, and that is said', async (t) => {
  const { courier, add, kept, clock, logged } = build(() => Promise.reject(new Error('no')))
  courier.start()
  await add(1)
  await clock.advance(8 * 24 * 3_600_000)
  t.equal(kept[0]?.dueMs, null)
  t.match(logged.at(-1)?.message, /only kept/)
  await courier.stop()
})

t.test('a start that was overtaken by the stop posts nothing', async (t) => {
  const posted: string[] = []
  const { courier, add, clock } = build(async (url) => void posted.push(url))
  await courier.stop()
  courier.start()
  await add(1)
  t.same(posted, [])
  t.equal(clock.pending(), 0)
})
