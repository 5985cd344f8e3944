import t from 'tap'
import { createRecovery } from '../../src/reception/recovery.ts'
import { createFakeClock } from '../helpers/clock.ts'

const build = (recall: () => Promise<string | null>) => {
  const clock = createFakeClock()
  const remembered: string[] = []
  const logged: string[] = []
  const note = (_facts: object, message: string): void => void logged.push(message)
  const notAsked = () => Promise.reject(new Error('not asked for'))
  const recovery = createRecovery({
    store: {
      accept: notAsked,
      sentReplies: notAsked,
      recentVisitors: notAsked,
      recall,
      remember: async (_name, text) => void remembered.push(text),
    },
    graph: {
      now: () => null,
      subscribe: notAsked,
      subscribedFields: notAsked,
      conversations: notAsked,
      recentMessages: notAsked,
    },
    tokens: { tokenFor: () => null, statuses: () => [], suspect: () => {}, onChange: () => () => {} },
    isToBeSubscribed: () => false,
    toEvents: () => [],
    clock,
    random: () => 0.5,
    log: { debug: note, info: note, warn: note, error: note },
    onTrouble: () => {},
  })
  return { recovery, clock, remembered, logged }
}

t.test('who stops before the start was not there', async (t) => {
  const { recovery, remembered } = build(async () => null)
  await recovery.stop()
  t.same(remembered, [])
})

t.test('a stop in the middle of the start leaves nothing running', async (t) => {
  const { recovery, clock, remembered } = build(async () => null)
  const starting = recovery.start()
  const stopping = recovery.stop()
  await starting
  await clock.advance(2000)
  await stopping
  t.same(remembered, [])
  t.equal(clock.pending(), 0)
})

t.test('a start that cannot read how long it was away looks after the Pages all the same', async (t) => {
  const { recovery, remembered, logged } = build(() => Promise.reject(new Error('disk I/O error')))
  await recovery.start()
  t.equal(remembered.length, 1)
  t.match(logged, ['how long the bot was away could not be read'])
  await recovery.stop()
})
