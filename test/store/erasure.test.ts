import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { openDatabase } from '../../src/store/sqlite/database.ts'
import { createForgetting } from '../../src/store/sqlite/forgetting.ts'
import { lazily } from '../../src/store/sqlite/lazy-database.ts'
import type { Store } from '../../src/store/store.ts'
import { place } from './place.ts'
import { anyRoom, newEvent } from './steps.ts'

const VISITORS = 200
// As long as Facebook's, so that they cannot stand in the files by chance.
const psidOf = (n: number): string => `71234567${String(n).padStart(8, '0')}`
const FORGOTTEN = psidOf(77)

t.test('of a visitor who was forgotten no byte is left in any file', async (t) => {
  const { file, open } = place(t)
  const store = await open()
  // Rows that grow and go leave copies in free pages, in gaps between rows and in the write-ahead log.
  for (const round of ['a', 'b', 'c']) await talkToAll(store, round)
  await bury(store)
  for (const psid of [FORGOTTEN, psidOf(78)])
    await store.keepName({ pageId: 'page-1', psid, name: `Vera ${psid}` })
  t.ok(traces(file, FORGOTTEN).length > 0, 'it stood there before')

  t.same(await store.forget({ psid: FORGOTTEN }), { conversations: 1, erased: true, late: false })
  t.same(traces(file, FORGOTTEN), [], 'while the bot runs')
  t.ok(traces(file, psidOf(78)).length > 0, 'others are still known')
  await store.close()
  t.same(traces(file, FORGOTTEN), [], 'when it has stopped')

  const again = await open()
  await again.accept([newEvent('new', { psid: psidOf(78) })])
  const [claim] = await again.claimInbox(1)
  t.match(claim?.conversation.state, /guest/, 'the rest of the database is whole')
})

t.test('a running bot lets go of a visitor whom another process forgets', async (t) => {
  const { open } = place(t)
  const running = await open()
  const other = await open()
  await talkToAll(running, 'a')
  const claims = await running.claimOutbox(VISITORS, anyRoom)
  const claim = claims.find(({ conversation }) => conversation.psid === FORGOTTEN)
  const revoked: number[] = []
  running.onRevoked((ids) => void revoked.push(...ids))
  const told = new Promise<void>((resolve) => running.onForgotten(resolve))

  t.same(await other.forget({ psid: FORGOTTEN }), { conversations: 1, erased: true, late: false })
  // Before it has heard of it: what it remembers of the conversation must not be taken for true.
  await running.accept([newEvent('late', { psid: FORGOTTEN })])
  const [anew] = await running.claimInbox(1)
  t.match(anew, { conversation: { psid: FORGOTTEN, state: null } })
  if (anew === undefined) return
  await running.finishEvent(anew, anew.events[0]!, { replies: [], state: '{"visits":1}' })
  running.releaseInbox(anew)

  await told
  t.same(revoked, [claim?.id], 'the claim of the conversation that is gone, and no other')
  for (const held of claims) running.releaseOutbox(held)
  t.equal((await running.counts()).outbox.get('page-1'), VISITORS - 1)
  await running.accept([newEvent('later', { psid: FORGOTTEN })])
  t.match(await running.claimInbox(1), [{ conversation: { psid: FORGOTTEN, state: '{"visits":1}' } }])
  const third = await open()
  t.match(
    await third.claimInbox(VISITORS),
    [{ conversation: { psid: FORGOTTEN, state: '{"visits":1}' } }],
    'the new conversation stands in the database',
  )
})

t.test('where the files cannot be rewritten now, the next forgetting does it', async (t) => {
  const { file, open } = place(t)
  const store = await open()
  await talkToAll(store, 'a')
  const reader = new DatabaseSync(file)
  t.teardown(() => reader.close())
  reader.exec('pragma busy_timeout = 0; begin')
  reader.prepare('select count(*) from conversation').get()

  t.same(await store.forget({ psid: FORGOTTEN }), { conversations: 1, erased: false, late: false })
  reader.exec('commit')
  t.ok(traces(file, FORGOTTEN).length > 0)
  t.same(await store.forget({ psid: FORGOTTEN }), { conversations: 0, erased: true, late: true })
  t.same(traces(file, FORGOTTEN), [])
  t.same(await store.forget({ psid: FORGOTTEN }), { conversations: 0, erased: true, late: false })
})

t.test('the copy is made beside the database, and elsewhere only where this fails', async (t) => {
  for (const [failing, wanted] of [
    [[], ['here']],
    [['here'], ['here', 'elsewhere']],
    [
      ['here', 'elsewhere'],
      ['here', 'elsewhere'],
    ],
  ]) {
    // Quoted for SQLite.
    const folder = t.testdir({ "one's own": {} }) + "/one's own"
    const file = join(folder, 'evergreen.db')
    openDatabase(file).close()
    const opened = new DatabaseSync(file)
    t.teardown(() => opened.close())
    const tried: string[] = []
    let givenBack = 0
    const db = {
      ...lazily(opened),
      exec: (sql: string) => {
        if (sql.includes('vacuum')) {
          tried.push(sql.includes("/one''s own'") ? 'here' : 'elsewhere')
          if (failing?.includes(tried.at(-1) ?? '')) throw Object.assign(new Error('full'), { errcode: 13 })
        }
        if (sql.includes('wal_checkpoint')) givenBack += 1
        opened.exec(sql)
      },
    }
    opened.exec(
      `insert into page values (1, 'page-1'); insert into conversation (page, psid) values (1, '7')`,
    )
    const forgetting = createForgetting({ db, nextVersion: () => 1, folder })
    forgetting.operations.forget({ op: 'forget', psid: '7', page: null })
    t.equal(forgetting.erase(1).erased, failing?.includes('elsewhere') !== true)
    t.strictSame(tried, wanted)
    t.equal(givenBack, failing?.length, 'a failure leaves no large log on the disk')
    t.match(opened.prepare('pragma temp_store').get(), { temp_store: 2 }, 'all else is made in memory')
    t.notOk(opened.prepare('pragma temp_store_directory').get()?.['temp_store_directory'])
  }
})

/** Every visitor says something; what is remembered of each grows from round to round. */
async function talkToAll(store: Store, round: string): Promise<void> {
  const psids = Array.from({ length: VISITORS }, (_, n) => psidOf((n * 7919) % VISITORS))
  await store.accept(
    psids.map((psid) =>
      newEvent(round + psid, { psid, body: JSON.stringify({ psid, text: 'I am'.repeat(99) }) }),
    ),
  )
  for (;;) {
    const claims = await store.claimInbox(50)
    if (claims.length === 0) return
    for (const claim of claims) {
      const { psid } = claim.conversation
      const state = JSON.stringify({ guest: psid, said: round.repeat(round.charCodeAt(0) * 3) })
      const answers = [{ form: 'book', url: null, body: JSON.stringify({ guest: psid }) }]
      for (const event of claim.events)
        await store.finishEvent(claim, event, { replies: [`Dear ${psid}`], state, answers })
      store.releaseInbox(claim)
    }
  }
}

async function bury(store: Store): Promise<void> {
  for (const claim of await store.claimOutbox(VISITORS, anyRoom)) {
    const [sent, dies] = claim.replies
    if (sent !== undefined)
      await store.finishReply(claim, sent, { status: 'sent', messageId: `m_${claim.conversation.psid}` })
    if (dies !== undefined) await store.finishReply(claim, dies, { status: 'dead', reason: 'unreachable' })
    store.releaseOutbox(claim)
  }
}

/**
 * The files beside the database, itself among them, in which the text stands. Rows move from the write-ahead log into the database, never back:
 * read in this order, one that moves in between is seen.
 */
function traces(file: string, text: string): string[] {
  return readdirSync(dirname(file))
    .toSorted((one, other) => other.localeCompare(one))
    .filter((name) => readFileSync(join(dirname(file), name)).includes(text))
}
