import { join } from 'node:path'
import t from 'tap'
import { openSqliteStore } from '../../src/store/sqlite/adapter.ts'
import { storeContract } from './contract.ts'

t.test('the SQLite adapter keeps the contract', (t) => {
  storeContract(t, (place, clock) =>
    openSqliteStore({
      file: join(place, 'evergreen.db'),
      clock,
      onExit: (error) => {
        throw error
      },
    }),
  )
  t.end()
})
