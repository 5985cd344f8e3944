import t from 'tap'
import { createBeating } from '../../src/store/postgres/beating.ts'
import { createFakeClock, settle } from '../helpers/clock.ts'

t.test('troubles that take turns are each told once a minute, and anew after an answer', async (t) => {
  const clock = createFakeClock()
  const told: unknown[] = []
  let asked = 0
  let isAnswered = false
  const beating = createBeating({
    clock,
    log: { warn: (facts: unknown) => void told.push(facts) },
    beatMs: 1000,
    ask: async () => {
      asked += 1
      if (!isAnswered) throw Object.assign(new Error('no'), { code: asked % 2 === 0 ? 'EVEN' : 'ODD' })
    },
    onAnswer: () => undefined,
  })
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 250) {
      await clock.advance(250)
      await settle(3)
    }
  }
  beating.begin()
  await pass(50_000)
  t.same(told, [{ code: 'ODD' }, { code: 'EVEN' }])
  await pass(20_000)
  t.equal(told.length, 4)
  isAnswered = true
  await pass(2000)
  isAnswered = false
  await pass(2000)
  t.equal(told.length, 6)
  const ended = beating.end()
  await pass(1000)
  await ended
})
