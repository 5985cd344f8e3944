import type { Clock } from '../../src/base/clock.ts'
import type { Store } from '../../src/store/store.ts'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { cheapDatabaseThread } from './database-thread.ts'

/** The store on a database file; a test fails when its database thread ends without having been asked to. */
export const openTestStore = ({ file, clock }: { file: string; clock: Clock }): Promise<Store> =>
  openSqliteStore({
    file,
    clock,
    spawn: cheapDatabaseThread,
    onExit: (error) => {
      throw error
    },
  })
