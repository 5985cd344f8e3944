import t from 'tap'
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { freshDatabase, sql } from '../helpers/postgres.ts'
import { historyContract } from '../store/contract-history.ts'
import { interjectContract } from '../store/contract-interject.ts'
import { callbacksContract } from '../store/contract-callbacks.ts'
import { storeContract } from '../store/contract.ts'
import { statisticsContract } from '../store/contract-statistics.ts'
import { recordsContract } from '../store/contract-records.ts'
import { notesContract } from '../store/contract-notes.ts'
import { refusedContract } from '../store/contract-refused.ts'
import { knownVisitorsContract } from '../store/contract-known-visitors.ts'
import { forgottenContract } from '../store/contract-forgotten.ts'
import { visitorsContract } from '../store/contract-visitors.ts'
import type { OpenStore } from '../store/steps.ts'

/** The database that stands for a place. */
const urls = new Map<string, Promise<string>>()

const open: OpenStore = async (place, clock) => {
  const url = urls.get(place) ?? freshDatabase()
  urls.set(place, url)
  return openPostgresStore({
    url: await url,
    clock,
    name: 'test',
    owner: `test ${Math.random()}`,
    leases: null,
  })
}

t.test('the PostgreSQL adapter keeps the contract', (t) => {
  storeContract(t, open)
  t.end()
})

t.test('the PostgreSQL adapter keeps the contract about callbacks', (t) => {
  callbacksContract(t, open)
  t.end()
})

t.test('the PostgreSQL adapter keeps the contract about what is over', (t) => {
  historyContract(t, open)
  t.end()
})

t.test('the PostgreSQL adapter keeps the contract about what is said in between', (t) => {
  interjectContract(t, open)
  t.end()
})

t.test('the PostgreSQL adapter keeps the contract about records', (t) => {
  recordsContract(t, open)
  t.end()
})

t.test('the PostgreSQL adapter keeps the contract about notes', (t) => {
  notesContract(t, open)
  t.end()
})

t.test('the PostgreSQL adapter keeps the contract about what is refused', (t) => {
  refusedContract(t, open, async (t, place, table, column) => {
    const url = (await urls.get(place)) ?? ''
    await sql(url, `alter table evergreen.${table} add constraint refused check (${column} is null)`)
    // The next test has the same tables.
    t.teardown(() => sql(url, `alter table evergreen.${table} drop constraint refused`))
  })
  t.end()
})

t.test('the PostgreSQL adapter keeps the contract about visitors', (t) => {
  visitorsContract(t, open)
  forgottenContract(t, open)
  knownVisitorsContract(t, open)
  t.end()
})

t.test('the PostgreSQL adapter keeps the contract about statistics', (t) => {
  statisticsContract(t, open)
  t.end()
})
