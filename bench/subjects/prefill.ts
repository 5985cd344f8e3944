import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { systemClock } from '../../src/base/clock.ts'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { PAGE_IDS, psidOf } from '../lib/requests.ts'

/** Fills a product's database before it starts, with waiting replies or with past conversations. */
const file = join(process.env['BENCH_DIR'] ?? '.', 'evergreen.db')
const replies = Number(process.env['REPLIES'] ?? 0)
const conversations = Number(process.env['CONVERSATIONS'] ?? 0)
const pages = Number(process.env['PAGES'] ?? PAGE_IDS.length)
// An hour ago, because replies to visitors who have just written would be sent first.
const WAITED_MS = 3_600_000
const clock = { ...systemClock, now: () => systemClock.now() - WAITED_MS }

const store = await openSqliteStore({
  file,
  clock,
  onExit: (error) => {
    throw error
  },
})
for (const pageId of PAGE_IDS) store.pausePage(pageId, true)
const reply = JSON.stringify({ message: { text: 'We are open Monday to Friday.' } })
for (let n = 0; n < replies; n += 500) {
  await store.accept(
    Array.from({ length: Math.min(500, replies - n) }, (_, i) => {
      const conversation = (n + i) % 10_000
      return {
        key: `message:backlog-${n + i}`,
        kind: 'message' as const,
        pageId: PAGE_IDS[conversation % pages] ?? '',
        psid: psidOf(conversation),
        timestampMs: clock.now(),
        opensWindow: true,
        body: '{}',
      }
    }),
  )
  for (;;) {
    const claims = await store.claimInbox(500)
    if (claims.length === 0) break
    await Promise.all(
      claims.flatMap((claim) =>
        claim.events.map((event) => store.finishEvent(claim, event, { replies: [reply] })),
      ),
    )
    for (const claim of claims) store.releaseInbox(claim)
  }
}
await store.close()

if (conversations > 0) {
  const db = new DatabaseSync(file)
  const add = db.prepare(
    'insert into conversation (id, page, psid, state, window_ends_ms) values (?, 1, ?, ?, 1)',
  )
  db.exec('begin')
  // Their ids come from the sequence of all numbers.
  const reserve = `insert into meta (name, value) values ('seq', ?)
    on conflict (name) do update set value = value + excluded.value returning value`
  const { value: last } = db.prepare(reserve).get(conversations) as { value: number }
  db.prepare('insert into page (no, id) values (1, ?) on conflict do nothing').run(PAGE_IDS[0] ?? '')
  for (let n = 0; n < conversations; n += 1) add.run(last - n, `stored-${n}`, '{"visits":3,"language":"en"}')
  db.exec('commit')
  db.close()
}
