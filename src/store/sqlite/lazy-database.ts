import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'

/** What this room uses of a statement. */
export interface LazyStatement {
  run: (...values: SQLInputValue[]) => ReturnType<StatementSync['run']>
  get: (...values: SQLInputValue[]) => ReturnType<StatementSync['get']>
  all: (...values: SQLInputValue[]) => ReturnType<StatementSync['all']>
}

/** A database whose statements SQLite compiles at their first use. */
export interface LazyDatabase {
  prepare: (sql: string) => LazyStatement
  exec: (sql: string) => void
}

/** The tables have a hundred statements, of which a command uses three: compiling all of them took half the time of an open. */
export const lazily = (db: DatabaseSync): LazyDatabase => ({
  prepare: (sql) => {
    let compiled: StatementSync | null = null
    const statement = (): StatementSync => (compiled ??= db.prepare(sql))
    return {
      run: (...values) => statement().run(...values),
      get: (...values) => statement().get(...values),
      all: (...values) => statement().all(...values),
    }
  },
  exec: (sql) => db.exec(sql),
})
