import t from 'tap'
import { createInTurn } from '../../src/base/in-turn.ts'
import { createPump } from '../../src/base/pump.ts'
import { settle } from '../helpers/clock.ts'

t.test('work runs one at a time, and once more however often it was woken meanwhile', async (t) => {
  let runs = 0
  let atOnce = 0
  const gate = Promise.withResolvers<void>()
  const pump = createPump({
    run: async () => {
      runs += 1
      atOnce += 1
      t.equal(atOnce, 1)
      await gate.promise
      atOnce -= 1
    },
    onError: (error) => t.fail(String(error)),
  })
  for (let n = 0; n < 5; n += 1) pump.wake()
  t.ok(pump.isBusy())
  t.equal(runs, 1)
  gate.resolve()
  await pump.idle()
  t.equal(runs, 2)
  t.notOk(pump.isBusy())
  pump.wake()
  await pump.idle()
  t.equal(runs, 3)
})

t.test('it goes on while there may be more to do', async (t) => {
  let left = 3
  const pump = createPump({ run: async () => (left -= 1) > 0, onError: () => undefined })
  pump.wake()
  await pump.idle()
  t.equal(left, 0)
})

t.test('a run that fails is told, and the next wake runs again', async (t) => {
  const told: unknown[] = []
  let runs = 0
  const pump = createPump({
    run: async () => {
      runs += 1
      if (runs === 1) throw new Error('no')
    },
    onError: (error) => void told.push(error),
  })
  pump.wake()
  await settle()
  pump.wake()
  await pump.idle()
  t.equal(runs, 2)
  t.match(told, [{ message: 'no' }])
})

t.test(
  'tasks in turn run one after the other, and one that fails does not keep the next from running',
  async (t) => {
    const inTurn = createInTurn()
    const steps: string[] = []
    const gate = Promise.withResolvers<void>()
    const first = inTurn(async () => {
      steps.push('first begins')
      await gate.promise
      steps.push('first fails')
      throw new Error('no')
    })
    const second = inTurn(() => {
      steps.push('second')
      return 2
    })
    await Promise.resolve()
    t.same(steps, ['first begins'])
    gate.resolve()
    await t.rejects(first, { message: 'no' })
    t.equal(await second, 2)
    t.same(steps, ['first begins', 'first fails', 'second'])
  },
)
