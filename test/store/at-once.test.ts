import t from 'tap'
import { createAtOnce } from '../../src/store/sqlite/at-once.ts'
import { createLiveConversations } from '../../src/store/sqlite/live.ts'
import { newEvent } from './steps.ts'

t.test('of the visitors who wrote last the state is remembered, of a bounded number', (t) => {
  const atOnce = createAtOnce({
    live: createLiveConversations(),
    isInboxKnown: () => true,
    isOutboxOpen: () => true,
  })
  atOnce.answerWith(() => ({ outcome: { replies: [] }, stored: () => undefined, dropped: () => undefined }))
  const stateOf = (psid: string): string | null | undefined => {
    const attempt = atOnce.begin(newEvent('a', { psid }))
    atOnce.end(attempt)
    return attempt.event.believed
  }
  const learn = (n: number, state = `"state ${n}"`): void =>
    atOnce.learn({ pageId: 'page-1', psid: `psid-${n}`, state })
  for (let n = 0; n < 10_000; n += 1) learn(n)
  t.equal(stateOf('psid-0'), '"state 0"')

  learn(0)
  learn(10_000)
  t.equal(stateOf('psid-0'), '"state 0"', 'it wrote again')
  t.equal(stateOf('psid-1'), null)
  t.equal(stateOf('psid-2'), '"state 2"')
  t.equal(stateOf('psid-10000'), '"state 10000"')

  learn(2, `"${'x'.repeat(1024)}"`)
  t.equal(stateOf('psid-2'), null, 'nor one that would fill the memory')
  t.end()
})
