import { join } from 'node:path'
import t from 'tap'
import { openSqliteStore } from '../../src/store/sqlite/adapter.ts'
import { historyContract } from './contract-history.ts'
import { storeContract } from './contract.ts'
import type { OpenStore } from './steps.ts'

const open: OpenStore = (place, clock) =>
  openSqliteStore({
    file: join(place, 'evergreen.db'),
    clock,
    onExit: (error) => {
      throw error
    },
  })

t.test('the SQLite adapter keeps the contract', (t) => {
  storeContract(t, open)
  t.end()
})

t.test('the SQLite adapter keeps the contract about what is over', (t) => {
  historyContract(t, open)
  t.end()
})
