import type { BatchAnswer, TriedAlone } from '../queues/batches.ts'
import { leastOf, type Operation } from '../queues/operations.ts'
import { sqliteCode, type Database } from './database.ts'

/** Executes a batch; where it fails, its operations apart, as far as that may help. */
export const answerBatch = (
  database: Pick<Database, 'commit'>,
  operations: readonly Operation[],
): BatchAnswer => {
  try {
    return { results: database.commit(operations) }
  } catch (error) {
    const whole = failure(error)
    // Try the operations apart, so that one that fails does not take the others with it.
    if (!isWorldsFault(whole)) return { each: operations.map((operation) => tryAlone(database, operation)) }
    const parts = partsOf(operations)
    if (parts.length === 1 || isLocked(whole)) return { error: whole }
    return { each: tryParts(database, parts) }
  }
}

/**
 * A look at a damaged page of the file must not refuse the callbacks of its batch, nor a full disk the looks. Each look is tried alone,
 * and the operations between looks together, in their order. After the first of these that fails, no later one is tried, so that there is
 * no gap in what is stored.
 */
const tryParts = (database: Pick<Database, 'commit'>, parts: readonly Part[]): TriedAlone[] => {
  let lost: TriedAlone | null = null
  return parts.flatMap(({ isLook, operations }): TriedAlone[] => {
    if (isLook) return operations.map((operation) => tryAlone(database, operation))
    if (lost === null) {
      const tried = answerBatch(database, operations)
      if ('results' in tried) return tried.results.map((result) => ({ result }))
      if ('each' in tried) return tried.each
      lost = { error: tried.error, isWorlds: true }
    }
    const each = lost
    return operations.map(() => each)
  })
}

interface Part {
  isLook: boolean
  operations: Operation[]
}

/** Operations that change nothing and on whose order with others nothing depends: what the console and the commands show. */
const LOOKS: ReadonlySet<Operation['op']> = new Set([
  'conversation',
  'recent_visitors',
  'find_by_name',
  'counts',
  'parked',
  'left_to_people',
  'list_dead',
  'get_dead',
  'recall',
  'list_records',
  'list_answers',
  'list_questions',
  'statistics',
])

const partsOf = (operations: readonly Operation[]): Part[] => {
  const parts: Part[] = []
  for (const operation of operations) {
    const isLook = LOOKS.has(operation.op)
    const last = parts.at(-1)
    if (last === undefined || last.isLook !== isLook) parts.push({ isLook, operations: [operation] })
    else last.operations.push(operation)
  }
  return parts
}

const tryAlone = (database: Pick<Database, 'commit'>, operation: Operation): TriedAlone => {
  try {
    return { result: database.commit([operation])[0] }
  } catch (cause) {
    const error = failure(cause)
    const least = leastOf(operation)
    if (isWorldsFault(error) || least === null) return { error, isWorlds: isWorldsFault(error) }
    const kept = tryAlone(database, least)
    if ('error' in kept && kept.isWorlds) return kept
    return { error, isWorlds: false, keptLeast: 'result' in kept }
  }
}

const failure = (error: unknown) => ({
  message: error instanceof Error ? error.message : String(error),
  code: sqliteCode(error),
})

// SQLITE_PERM, BUSY, LOCKED, NOMEM, READONLY, INTERRUPT, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL, NOTADB: every operation would fail
// with these.
const isWorldsFault = ({ code }: { code: number | null }): boolean =>
  code !== null && [3, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 26].includes(code & 0xff)

/** SQLITE_BUSY, LOCKED, PROTOCOL: another process holds the file, and each further try would wait for it again. */
const isLocked = ({ code }: { code: number | null }): boolean =>
  code !== null && [5, 6, 15].includes(code & 0xff)
