import t from 'tap'
import { createAutomaticReplies } from '../../src/alerts/automatic-replies.ts'
import { createFakeClock } from '../helpers/clock.ts'

t.test('that a Page answers by itself is told once, kept over restarts, and over after a week', async (t) => {
  const clock = createFakeClock()
  const notes = new Map<string, string>()
  const writes: string[] = []
  const lines: string[] = []
  const store = {
    remember: async (name: string, text: string) => {
      writes.push(name)
      notes.set(name, text)
    },
    recall: async (name: string) => notes.get(name) ?? null,
  }
  const log = { warn: (_facts: object, message: string) => void lines.push(message) }
  const { seen, seenMs } = createAutomaticReplies({ store, clock, log })
  t.equal(seenMs('1001'), null)
  for (let each = 0; each < 5; each += 1) {
    seen('1001')
    await clock.advance(600_000)
  }
  t.same(writes, ['automatic-replies:1001'], 'a write an hour')
  t.match(lines, [/automatic replies of the Page inbox are on.*Automations/])

  const later = createAutomaticReplies({ store, clock, log })
  await later.recall(['1001', '1002'])
  t.type(later.seenMs('1001'), 'number')
  t.equal(later.seenMs('1002'), null)
  await clock.advance(8 * 24 * 3_600_000)
  t.equal(later.seenMs('1001'), null)
})
