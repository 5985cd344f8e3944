import t from 'tap'
import { createBatches, type BatchAnswer, type Failure } from '../../src/store/queues/batches.ts'
import type { Operation } from '../../src/store/queues/operations.ts'
import { BotError } from '../../src/base/errors.ts'
import { createFakeClock } from '../helpers/clock.ts'

const GONE: Failure = { message: 'the disk is full', code: 13 }
const WRONG: Failure = { message: 'NOT NULL', code: 19 }
const probe = (nowMs: number): Operation => ({ op: 'probe', nowMs })

const build = () => {
  const clock = createFakeClock()
  const sent: Operation[][] = []
  const tookMs: number[] = []
  const batches = createBatches({
    send: (operations) => void sent.push(operations),
    refused: ({ message }) => new BotError('BOT_STORE_UNAVAILABLE', message),
    clock,
    report: { committed: (ms) => void tookMs.push(ms) },
  })
  const answer = async (with_: BatchAnswer): Promise<void> => {
    batches.settle(with_)
    await clock.advance(5000)
  }
  return { clock, batches, sent, tookMs, answer, turn: () => clock.advance(0) }
}

t.test(
  'what must be remembered is tried again, also where its batch was carried out one by one',
  async (t) => {
    const { batches, sent, answer, turn } = build()
    const remembered = batches.record(probe(1))
    const asked = batches.run(probe(2))
    const wrong = batches.record(probe(3))
    const refusals = Promise.all([
      t.rejects(asked, { message: 'the disk is full' }),
      t.rejects(wrong, { message: 'NOT NULL' }, 'what is wrong by itself is refused'),
    ])
    await turn()
    await answer({
      each: [
        { error: GONE, isWorlds: true },
        { error: GONE, isWorlds: true },
        { error: WRONG, isWorlds: false },
      ],
    })
    await refusals
    t.same(sent[1], [probe(1)])
    await answer({ error: GONE })
    t.same(sent[2], [probe(1)])
    await answer({ results: [null] })
    t.equal(await remembered, null)
  },
)

t.test('before a close it is tried a few times more', async (t) => {
  const { batches, sent, answer, turn } = build()
  const remembered = t.rejects(batches.record(probe(1)), { message: 'the disk is full' })
  await turn()
  const finished = batches.finish()
  for (let n = 0; n < 4; n += 1) await answer({ each: [{ error: GONE, isWorlds: true }] })
  await remembered
  await finished
  t.equal(sent.length, 4)
})

t.test('what is told to have been stored is told with the time that it took', async (t) => {
  const { clock, batches, tookMs, answer, turn } = build()
  const asked = batches.run(probe(1))
  await turn()
  await clock.advance(40)
  await answer({ results: [null] })
  await asked
  const refused = t.rejects(batches.run(probe(2)))
  await turn()
  await answer({ error: GONE })
  await refused
  t.same(tookMs, [40])
})

t.test('what is refused for its own fault is not tried again, also alone', async (t) => {
  const { batches, sent, answer, turn } = build()
  const refused = t.rejects(batches.record(probe(1)), { code: 'BOT_STORE_REFUSED', retryable: false })
  await turn()
  await answer({ each: [{ error: WRONG, isWorlds: false }] })
  await refused
  t.equal(sent.length, 1)
})
