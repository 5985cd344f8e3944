import t from 'tap'
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import type { EventOutcome } from '../../src/store/store.ts'
import { createFakeClock } from '../helpers/clock.ts'
import { freshDatabase, sql } from '../helpers/postgres.ts'
import { keys, newEvent } from '../store/steps.ts'

t.test('events that one transaction finishes leave what they would leave one after the other', async (t) => {
  const url = await freshDatabase()
  const options = { url, clock: createFakeClock(), name: 'test', owner: 'o', leases: null }
  const store = await openPostgresStore(options)
  t.teardown(() => store.close())
  await store.accept([
    newEvent('a'),
    newEvent('b'),
    newEvent('c', { psid: 'psid-2' }),
    newEvent('d', { psid: 'psid-3' }),
    newEvent('e', { psid: 'psid-2', pageId: 'page-2' }),
    newEvent('f', { psid: 'psid-4' }),
    newEvent('g', { psid: 'psid-4' }),
  ])
  const claims = await store.claimInbox(10)
  await sql(url, `delete from evergreen.inbox where body like '%"d"%'`)
  const question = { mid: 'm-1', likeness: 'x', text: 'x?', how: 'fallback', nearest: null } as const
  const outcomes: Record<string, EventOutcome> = {
    a: { replies: ['a-1', 'a-2'], state: 'first', question },
    b: { replies: ['b-1'], state: 'last', takenBack: 'm-1' },
    c: {
      replies: [],
      question: { ...question, mid: 'm-2' },
      answers: [{ form: 'f', url: null, body: '{}' }],
    },
    d: { replies: ['d-1'], state: 'gone' },
    e: { replies: ['e-1'], takenBack: 'm-2' },
    f: { replies: [], question: { ...question, mid: null } },
  }
  await Promise.all(
    claims.flatMap((claim) => {
      const names = keys(claim)
      return claim.events.map((event, n) =>
        store.finishEvent(claim, event, outcomes[names[n] ?? ''] ?? { replies: [] }),
      )
    }),
  )

  t.same(
    await sql(
      url,
      `select p.id as page, c.psid, c.state, array(
         select body from evergreen.outbox o where o.page = p.no and o.conversation = c.id order by seq) as replies
       from evergreen.conversation c join evergreen.page p on p.no = c.page order by 1, 2`,
    ),
    [
      { page: 'page-1', psid: 'psid-1', state: 'last', replies: ['a-1', 'a-2', 'b-1'] },
      { page: 'page-1', psid: 'psid-2', state: null, replies: [] },
      { page: 'page-1', psid: 'psid-3', state: null, replies: [] },
      { page: 'page-1', psid: 'psid-4', state: null, replies: [] },
      { page: 'page-2', psid: 'psid-2', state: null, replies: ['e-1'] },
    ],
  )
  t.same(
    await sql(url, 'select mid from evergreen.open_question order by id'),
    [{ mid: 'm-2' }, { mid: null }],
    'what was deleted in the same conversation is not kept; what has no mid is',
  )
  t.same(await sql(url, 'select form from evergreen.answers'), [{ form: 'f' }])
  t.match(await store.counts(), { inbox: 0 })
})
