import t from 'tap'
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import type { Store } from '../../src/store/store.ts'
import { createFakeClock } from '../helpers/clock.ts'
import { freshDatabase, sql } from '../helpers/postgres.ts'
import { newEvent } from '../store/steps.ts'

const PAGE = 'page-later'

/** The visitors whose events are stored, each with the Page. */
const visitorsIn = async (url: string): Promise<unknown[]> =>
  (
    await sql(
      url,
      `select p.id, c.psid from evergreen.inbox i join evergreen.conversation c on c.id = i.conversation
       left join evergreen.page p on p.no = c.page order by i.seq`,
    )
  ).map(({ id, psid }) => [id, psid])

for (const [what, another] of [
  ['no Page', []],
  ['another Page', ['page-other']],
] as const) {
  t.test(
    `a Page that is younger than a dump restored under a running bot is learnt anew: ${what} has its number`,
    async (t) => {
      const url = await freshDatabase()
      const open = (): Promise<Store> =>
        openPostgresStore({ url, clock: createFakeClock(), name: 'test', owner: 'test', leases: null })
      const store = await open()
      t.teardown(() => store.close())
      await store.accept([newEvent('a', { pageId: 'page-first', psid: '1' })])
      await store.accept([newEvent('b', { pageId: PAGE, psid: '2' })])
      // As the dump was before the second event, its sequence included.
      await sql(
        url,
        `delete from evergreen.seen; delete from evergreen.inbox; delete from evergreen.conversation where psid = '2';
         delete from evergreen.page where id = '${PAGE}';
         select setval(pg_get_serial_sequence('evergreen.page', 'no'), (select max(no) from evergreen.page))`,
      )
      for (const pageId of another) await sql(url, `insert into evergreen.page (id) values ('${pageId}')`)

      await store.accept([newEvent('new visitor', { pageId: PAGE, psid: '3' })])
      await store.accept([newEvent('known visitor', { pageId: PAGE, psid: '2' })])
      await store.accept([newEvent('older Page', { pageId: 'page-first', psid: '1' })])
      t.strictSame(await visitorsIn(url), [
        [PAGE, '3'],
        [PAGE, '2'],
        ['page-first', '1'],
      ])
    },
  )
}
