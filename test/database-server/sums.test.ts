import t from 'tap'
import { createSums, type CountedThing } from '../../src/store/postgres/counts.ts'
import { createFakeClock } from '../helpers/clock.ts'
import { freshDatabase, sql } from '../helpers/postgres.ts'
import { withConnection } from '../helpers/postgres-server.ts'
import { until } from '../helpers/until.ts'
import { instance, keepsAll } from './instances.ts'
import { handleAll, newEvent, sendAll } from '../store/steps.ts'

const REPLY: CountedThing = { what: 'replies', page: 1, atMs: Date.UTC(2026, 10, 30, 23, 59), by: 1 }

t.test(
  'transactions share the writing of their sums, at most two of which are within a second',
  async (t) => {
    const clock = createFakeClock()
    const sums = createSums(clock)
    t.equal(sums.take(true), null)
    sums.add([REPLY])
    t.ok(sums.take(false))
    sums.add([REPLY, { ...REPLY, page: 2 }])
    await clock.advance(499)
    sums.add([REPLY, { ...REPLY, by: 0, page: 3 }, { ...REPLY, atMs: REPLY.atMs + 60_000 }])
    t.equal(sums.take(false), null)
    await clock.advance(1)
    const taken = sums.take(false)
    t.equal(sums.take(true), null, 'what is taken is taken once')
    t.same(rowsOf(taken), [
      'day 2026-11-30 1: 2',
      'day 2026-11-30 2: 1',
      'day 2026-12-01 1: 1',
      'hour 2026-11-30T23 1: 2',
      'hour 2026-11-30T23 2: 1',
      'hour 2026-12-01T00 1: 1',
      'month 2026-11 1: 2',
      'month 2026-11 2: 1',
      'month 2026-12 1: 1',
    ])
    sums.add([REPLY])
    taken?.giveBack()
    t.ok(rowsOf(sums.take(true)).includes('month 2026-11 1: 3'), 'what was not written is not lost')
  },
)

const LENGTHS: Record<string, number> = { hour: 13, day: 10, month: 7 }

const rowsOf = (taken: ReturnType<ReturnType<typeof createSums>['take']>): string[] => {
  const [spans = [], , starts = [], , pages = [], counts = []] = (taken?.query.values ?? []) as (
    string | number
  )[][]
  return spans
    .map((span, n) => {
      const start = new Date(Number(starts[n])).toISOString().slice(0, LENGTHS[span])
      return `${span} ${start} ${pages[n]}: ${counts[n]}`
    })
    .toSorted()
}

t.test(
  'what an instance counts is in the database after a beat, also where nothing more happens',
  async (t) => {
    const url = await freshDatabase()
    const { store, duty } = await instance(t, url)
    await keepsAll({ duty, store }, 'page-1')
    await store.accept([newEvent('a'), newEvent('b', { psid: 'psid-2' })])
    await handleAll(store, (key) => [key])
    t.equal((await sendAll(store)).length, 2)
    await until(async () => {
      const [row] = await sql(
        url,
        `select sum(count)::int as replies from evergreen.statistic where span = 'month' and what = 'replies'`,
      )
      return row?.['replies'] === 2
    })
  },
)

t.test(
  'a visitor whose first messages two instances accept in the same moment is counted once',
  async (t) => {
    const url = await freshDatabase()
    const stores = [(await instance(t, url)).store, (await instance(t, url)).store]
    const [page] = await sql(url, `insert into evergreen.page (id) values ('page-1') returning no`)
    await sql(url, `insert into evergreen.conversation (page, psid) values ($1, 'psid-1')`, [page?.['no']])
    await withConnection(url, async (ask) => {
      // Both have read the row as it was before either of them has written it.
      await ask('begin')
      await ask('select from evergreen.conversation for update')
      const accepted = Promise.all(stores.map((store, n) => store.accept([newEvent(`m${n}`)])))
      await until(async () => {
        const [row] = await ask(
          `select count(*)::int as waiting from pg_stat_activity
           where datname = current_database() and wait_event_type = 'Lock'`,
        )
        return row?.['waiting'] === 2
      })
      await ask('commit')
      await accepted
    })
    t.same(
      await sql(
        url,
        `select span, count::int from evergreen.statistic where what = 'visitors' order by span`,
      ),
      [
        { span: 'day', count: 1 },
        { span: 'hour', count: 1 },
        { span: 'month', count: 1 },
      ],
    )
  },
)

t.test('instances lock the conversations of a transaction in one order, counted first or not', async (t) => {
  const url = await freshDatabase()
  const stores = [(await instance(t, url)).store, (await instance(t, url)).store]
  const atMs = newEvent('').timestampMs
  const said = (key: string, visitors: readonly string[], ms: number) =>
    visitors.map((psid) => newEvent(`${key}-${psid}`, { psid, timestampMs: ms }))
  for (const psid of ['first', 'second', 'third'])
    await stores[0]?.accept(said('m0', [psid], atMs - 3_600_000))
  // Of this hour only the third visitor is yet to be counted.
  await stores[0]?.accept(said('m1', ['first'], atMs))
  await withConnection(url, async (ask) => {
    await ask('begin')
    await ask(`select from evergreen.conversation where psid = 'first' for update`)
    const waiting = async (): Promise<number> => {
      const [row] = await ask(
        `select count(*)::int as waiting from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock'`,
      )
      return Number(row?.['waiting'])
    }
    const held = stores[0]?.accept(said('m2', ['first', 'third'], atMs + 600_000))
    await until(async () => (await waiting()) === 1)
    let goesOn = false
    const other = stores[1]
      ?.accept(said('m3', ['second', 'third'], atMs + 600_000))
      .then(() => (goesOn = true))
    await until(async () => goesOn || (await waiting()) === 2)
    t.ok(goesOn, 'the other instance does not wait for a conversation behind the one that is held')
    await ask('commit')
    await Promise.all([held, other])
  })
})
