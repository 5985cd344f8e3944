import { createBoundedMap } from '../../base/bounded-map.ts'
import type { ConversationRow } from '../queues/rows.ts'
import type { LazyDatabase } from './lazy-database.ts'

const SEQ_BLOCK = 100_000
const CACHED_CONVERSATIONS = 10_000

/** Sequence numbers rise for ever, over restarts too: blocks of them are reserved in the database. */
export const sequence = (db: LazyDatabase) => {
  const reserve = db.prepare(
    `insert into meta (name, value) values ('seq', ?) on conflict (name) do update set value = value + ? returning value`,
  )
  let next = 0
  let end = 0
  return {
    next: (): number => {
      if (next === end) {
        end = (reserve.get(SEQ_BLOCK, SEQ_BLOCK) as { value: number }).value
        next = end - SEQ_BLOCK
      }
      return ++next
    },
    clear: (): void => {
      next = end
    },
  }
}

export const pageNumbers = (db: LazyDatabase) => {
  const find = db.prepare('select no from page where id = ?')
  const add = db.prepare('insert into page (id) values (?)')
  const known = new Map<string, number>()
  return {
    numberOf: (id: string): number => {
      const cached = known.get(id)
      if (cached !== undefined) return cached
      const row = find.get(id) as { no: number } | undefined
      const no = row?.no ?? Number(add.run(id).lastInsertRowid)
      known.set(id, no)
      return no
    },
    clear: (): void => known.clear(),
  }
}

/** SQLite counts the commits of other connections; our own leave the number as it is. */
export const createForeignWrites = (db: LazyDatabase) => {
  const read = db.prepare('pragma data_version')
  const version = (): number => (read.get() as { data_version: number }).data_version
  let seen = version()
  let told = seen
  const areNew = (): boolean => {
    const before = seen
    seen = version()
    return seen !== before
  }
  return {
    /** Whether there are some since either of these was last asked. */
    areNew,
    /** Whether there were any since this was last asked. */
    happened: (): boolean => {
      areNew()
      const before = told
      told = seen
      return told !== before
    },
  }
}

/** The conversations most lately written to, oldest out. */
export const conversationCache = () => {
  const byId = new Map<number, ConversationRow>()
  const byKey = createBoundedMap<string, ConversationRow>(CACHED_CONVERSATIONS, ({ conversation }) =>
    byId.delete(conversation),
  )
  return {
    get: (key: string) => byKey.get(key),
    add: (key: string, row: ConversationRow): ConversationRow => {
      // node:sqlite rows have no prototype; a plain object is cheaper to copy and to send.
      const cached = { ...row }
      byKey.set(key, cached)
      byId.set(cached.conversation, cached)
      return cached
    },
    setState: (id: number, state: string | null): void => {
      const cached = byId.get(id)
      if (cached !== undefined) cached.state = state
    },
    clear: (): void => {
      byKey.clear()
      byId.clear()
    },
  }
}
