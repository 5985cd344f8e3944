import t from 'tap'
import { createLane } from '../../src/store/queues/outbox-lane.ts'
import type { OutboxRow } from '../../src/store/queues/rows.ts'
import { createFakeClock } from '../helpers/clock.ts'

const ALL = {
  all: Number.POSITIVE_INFINITY,
  waiting: Number.POSITIVE_INFINITY,
  backlog: Number.POSITIVE_INFINITY,
}

const row = (conversation: number): OutboxRow => ({
  conversation,
  state: null,
  windowEndsMs: null,
  psid: 'psid-1',
  seq: conversation,
  acceptedMs: 0,
  doubtMs: null,
  body: 'r',
})

t.test(
  'a read that is refused leaves its conversations waiting, and their replies are found by the next',
  async (t) => {
    let isGone = true
    const lane = createLane({
      pageId: 'page-1',
      tenure: { fence: 1, takenMs: 0, maySend: () => true },
      rows: {
        waiting: async () => [],
        load: async ({ conversations }) => {
          if (isGone) throw new Error('the database is gone')
          return { rows: conversations.map(row), unread: [] }
        },
      },
      clock: createFakeClock(),
      wake: () => undefined,
      behind: false,
      paused: false,
    })
    lane.note({ id: 7, windowEndsMs: null })
    await t.rejects(lane.read(ALL), { message: 'the database is gone' })
    t.equal(lane.takeFresh(7), false, 'a new reply does not go before the one that waits')
    t.ok(lane.isReadable())

    isGone = false
    t.same(await lane.read(ALL), [row(7)])
  },
)
