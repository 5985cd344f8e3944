import t from 'tap'
import { createInboxQueue } from '../../src/store/queues/inbox-queue.ts'
import { everyPage } from '../../src/store/queues/kept-pages.ts'
import { createLiveConversations } from '../../src/store/queues/live-conversations.ts'
import type { InboxRow } from '../../src/store/queues/rows.ts'
import { createFakeClock } from '../helpers/clock.ts'
import { inOrder } from './steps.ts'

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

t.test('a queue keeps 1024 events in memory, and reads what came in beyond them from the rows', async (t) => {
  const rows: InboxRow[] = []
  const handled: string[] = []
  const handledAtRead: number[] = []
  const queue = createInboxQueue({
    rows: {
      load: async ({ after, limit }) => {
        handledAtRead.push(handled.length)
        const found = rows.filter(({ seq }) => seq > after).slice(0, limit)
        return { rows: found, end: found.length < limit }
      },
    },
    pages: everyPage(createFakeClock()),
    live: createLiveConversations(),
    wake: () => undefined,
  })
  t.same(await queue.claim(1), [], 'nothing waits in the rows')
  const conversations = 40
  for (let seq = 0; seq < 1200; seq += 1) {
    const id = (seq % conversations) + 1
    const of = { state: null, windowEndsMs: null, psid: `psid-${id}` }
    const event = { seq: seq + 1, acceptedMs: 0, body: `${id}.${Math.floor(seq / conversations)}` }
    rows.push({ ...of, ...event, conversation: id, page: 'page-1' })
    queue.add({ ...of, id, pageId: 'page-1' }, event, seq < conversations ? null : event.seq - conversations)
  }
  for (let claims = await queue.claim(10); claims.length > 0; claims = await queue.claim(10)) {
    for (const claim of claims) {
      for (const event of claim.events) {
        handled.push(event.body)
        rows.splice(rows.map(({ seq }) => seq).indexOf(event.seq), 1)
        queue.finished(claim, event)
      }
      queue.release(claim)
    }
  }
  t.match(handledAtRead, [0, 1024])
  t.equal(handled.length, 1200)
  t.ok(inOrder(handled))
})
