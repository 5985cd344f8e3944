import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { openTestStore } from '../helpers/store.ts'
import { createFakeClock } from '../helpers/clock.ts'
import { historyContract } from './contract-history.ts'
import { interjectContract } from './contract-interject.ts'
import { callbacksContract } from './contract-callbacks.ts'
import { storeContract } from './contract.ts'
import { statisticsContract } from './contract-statistics.ts'
import { recordsContract } from './contract-records.ts'
import { notesContract } from './contract-notes.ts'
import { refusedContract } from './contract-refused.ts'
import { knownVisitorsContract } from './contract-known-visitors.ts'
import { forgottenContract } from './contract-forgotten.ts'
import { visitorsContract } from './contract-visitors.ts'
import { newEvent, type OpenStore } from './steps.ts'

const open: OpenStore = (place, clock) =>
  openTestStore({
    file: join(place, 'evergreen.db'),
    clock,
  })

t.test('the SQLite adapter keeps the contract', (t) => {
  storeContract(t, open)
  t.end()
})

t.test('the SQLite adapter keeps the contract about callbacks', (t) => {
  callbacksContract(t, open)
  t.end()
})

t.test('the SQLite adapter keeps the contract about what is over', (t) => {
  historyContract(t, open)
  t.end()
})

t.test('the SQLite adapter keeps the contract about what is said in between', (t) => {
  interjectContract(t, open)
  t.end()
})

t.test('the SQLite adapter keeps the contract about records', (t) => {
  recordsContract(t, open)
  t.end()
})

t.test('the SQLite adapter keeps the contract about notes', (t) => {
  notesContract(t, open)
  t.end()
})

t.test('the SQLite adapter keeps the contract about what is refused', (t) => {
  refusedContract(t, open, (_, place, table, column) => {
    const db = new DatabaseSync(join(place, 'evergreen.db'))
    db.exec(
      `create trigger refused before insert on ${table} when new.${column} is not null begin select raise(abort, 'refused'); end`,
    )
    db.close()
  })
  t.end()
})

t.test('the SQLite adapter keeps the contract about visitors', (t) => {
  visitorsContract(t, open)
  forgottenContract(t, open)
  knownVisitorsContract(t, open)
  t.end()
})

t.test('the SQLite adapter keeps the contract about sums', (t) => {
  statisticsContract(t, open)
  t.end()
})

t.test('the database and its companions are for the owner only', async (t) => {
  const place = t.testdir()
  const store = await open(place, createFakeClock())
  await store.accept([newEvent('a')])

  const modes = readdirSync(place).map((name) => statSync(join(place, name)).mode & 0o777)
  t.ok(modes.length >= 2, 'there is a log beside it')
  t.same(new Set(modes), new Set([0o600]))
  await store.close()
})
