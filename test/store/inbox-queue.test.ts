import t from 'tap'
import { createInboxQueue } from '../../src/store/queues/inbox-queue.ts'
import { everyPage } from '../../src/store/queues/kept-pages.ts'
import { createLiveConversations } from '../../src/store/queues/live-conversations.ts'
import type { InboxRow } from '../../src/store/queues/rows.ts'
import { createFakeClock } from '../helpers/clock.ts'

const MANY = 100

t.test(
  'a queue that has fallen behind catches up, also while many events come in during each read',
  async (t) => {
    const rows: InboxRow[] = []
    let reads = 0
    const queue = createInboxQueue({
      rows: {
        load: async ({ after, limit }) => {
          reads += 1
          // Accepted in the transaction of the read, before it.
          comeIn()
          const found = rows.filter(({ seq }) => seq > after).slice(0, limit)
          return { rows: found, end: found.length < limit }
        },
      },
      pages: everyPage(createFakeClock()),
      live: createLiveConversations(),
      wake: () => undefined,
    })
    const comeIn = (): void => {
      for (let n = 0; n < MANY; n += 1) {
        const seq = (rows.at(-1)?.seq ?? 0) + 1
        const of = { conversation: seq, state: null, windowEndsMs: null, page: 'page-1', psid: `psid-${seq}` }
        const event = { seq, acceptedMs: 0, body: '{}' }
        rows.push({ ...of, ...event })
        queue.add({ id: seq, pageId: of.page, psid: of.psid, state: null, windowEndsMs: null }, event, null)
      }
    }
    const handled: number[] = []
    for (let round = 0; round < 20; round += 1) {
      comeIn()
      for (const claim of await queue.claim(MANY)) {
        for (const event of claim.events) {
          handled.push(event.seq)
          rows.splice(
            rows.findIndex(({ seq }) => seq === event.seq),
            1,
          )
          queue.finished(claim, event)
        }
        queue.release(claim)
      }
    }
    t.same(
      handled,
      handled.toSorted((a, b) => a - b),
    )
    t.ok(reads < 10, `${reads} reads`)
  },
)
