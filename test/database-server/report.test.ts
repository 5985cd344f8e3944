import t from 'tap'
import type { StoreReport } from '../../src/store/report.ts'
import { freshDatabase, sql } from '../helpers/postgres.ts'
import { until } from '../helpers/until.ts'
import { instance, keepsAll } from './instances.ts'
import { eventOf, newEvent } from '../store/steps.ts'

const listen = () => {
  const heard: string[] = []
  let commits = 0
  const report: StoreReport = {
    committed: () => (commits += 1),
    pageTaken: (why) => void heard.push(`taken ${why}`),
    pageGone: (why) => void heard.push(`gone ${why}`),
    writeFenced: () => void heard.push('fenced'),
    reconnected: (what) => void heard.push(`reconnected ${what}`),
  }
  return { report, heard, commits: () => commits }
}

const PAGES = ['page-1', 'page-2']

t.test('why a Page comes and goes is told by both of its keepers', async (t) => {
  const url = await freshDatabase()
  const [one, other] = [listen(), listen()]
  const first = await instance(t, url, { report: one.report })
  await keepsAll(first, ...PAGES)
  t.same(one.heard, ['taken new', 'taken new'])
  t.ok(one.commits() > 0)
  t.equal(await first.rest(60_000), false, 'with no other instance nothing happens, also when one comes')

  const second = await instance(t, url, { report: other.report })
  await until(() => one.heard.length === 3 && other.heard.length === 1)
  t.same([one.heard.at(-1), other.heard], ['gone balanced', ['taken left']])

  await sql(url, `update evergreen.lease set until = now() - interval '1 second' where page > 0`)
  await until(() => one.heard.includes('gone lapsed') && other.heard.includes('gone lapsed'))
  await until(() => PAGES.every((page) => first.duty.keeps(page) || second.duty.keeps(page)))
  const taken = [...one.heard, ...other.heard].filter((line) => line.startsWith('taken'))
  t.same(taken.toSorted(), ['taken lapsed', 'taken lapsed', 'taken left', 'taken new', 'taken new'])

  const before = other.heard.length
  t.equal(await first.rest(60_000), true)
  t.equal(one.heard.at(-1), 'gone rested')
  await until(() => other.heard.length > before)
  t.same(other.heard.slice(before), ['taken left'])
})

t.test(
  'a write that comes after another instance has taken the Page is told, and a lost connection, too',
  async (t) => {
    const url = await freshDatabase()
    const { report, heard } = listen()
    const { store, duty } = await instance(t, url, { report, times: { leaseMs: 60_000, beatMs: 30_000 } })
    await keepsAll({ duty, store }, 'page-1')
    await store.accept([newEvent('a')])
    const [claim] = await store.claimInbox(1)
    if (claim === undefined) throw new Error('not claimed')
    await sql(
      url,
      `update evergreen.lease set owner = 'another', fence = fence + 1, until = now() + interval '9 seconds' where page > 0`,
    )
    t.equal(await store.finishEvent(claim, eventOf(claim), { replies: ['one'] }), null)
    await until(() => heard.includes('gone lapsed'))
    t.same(heard.toSorted(), ['fenced', 'gone lapsed', 'taken new'])
    await store.releaseInbox(claim)

    await sql(
      url,
      `select pg_terminate_backend(pid) from pg_stat_activity
     where application_name like 'evergreen %' and datname = current_database()`,
    )
    await until(() =>
      store.probe().then(
        () => true,
        () => false,
      ),
    )
    await until(() => heard.length === 5)
    t.same(heard.slice(3).toSorted(), ['reconnected leases', 'reconnected queues'])
  },
)

t.test('rows that wait for a vacuum are told by table', async (t) => {
  const url = await freshDatabase()
  const { store } = await instance(t, url)
  t.ok((await store.deadRows()).has('inbox'))
})
