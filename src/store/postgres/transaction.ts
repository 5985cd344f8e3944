import type { Operation } from '../queues/operations.ts'
import { acceptAll } from './accepting.ts'
import { isConnectionLost, type Connection, type Query, type Row } from './connection.ts'
import { writeSums, type Sums } from './counts.ts'
import { finishAll } from './finishing.ts'
import { createPruning } from './history.ts'
import { keptStatements } from './kept.ts'
import type { NoticedElsewhere } from './noticed-elsewhere.ts'
import type { RowNumbers } from './numbers.ts'
import { partsOf } from './parts.ts'
import { loadAll, queueStatements, sentAll } from './queues.ts'
import { recordStatements } from './records.ts'
import { FORGETTING_LOCK } from './schema.ts'
import type { Known, Maker, Statements } from './statements.ts'

/** Carries out operations as one transaction. @returns the results, in order, once the transaction is durable */
export type Transaction = (open: Connection, operations: readonly Operation[]) => Promise<unknown[]>

export const createTransaction = (deps: {
  /** The owner of the leases that the transaction checks; null for a process that keeps no Pages. */
  owner: string | null
  numbers: RowNumbers
  sums: Sums
  elsewhere: NoticedElsewhere
  /** The answer was lost, so the transaction may have been committed. */
  onLost: () => void
}): Transaction => {
  const { owner, numbers, sums, elsewhere, onLost } = deps
  const makers = {
    ...queueStatements(owner),
    ...keptStatements,
    ...recordStatements,
    retry_dead: elsewhere.retry_dead,
    forget: elsewhere.forget,
    prune: createPruning(),
  }

  /** Makes the transaction fail unless each operation's Page is kept under the operation's fence; no Page can be taken until the transaction ends. */
  const hold = (operations: readonly Operation[]): Query[] => {
    if (owner === null) return []
    const fences = new Map<string, { page: number | null; fence: number }>()
    for (const operation of operations) {
      if (!('fence' in operation)) continue
      const { page, fence } = operation
      fences.set(`${fence} ${page}`, { page: numbers.page(page), fence })
    }
    if (fences.size === 0) return []
    const all = [...fences.values()]
    return [
      {
        text: 'select evergreen.hold_pages($1, $2, $3)',
        values: [owner, all.map(({ page }) => page), all.map(({ fence }) => fence)],
      },
    ]
  }

  /** The statements of one {@link partsOf part}; one result for each of its operations. */
  const statementsOf = (operations: readonly Operation[]): Statements<unknown[]> => {
    const [first] = operations
    if (first === undefined) return { queries: [], result: () => [] }
    const many = MANY[first.op]
    if (many !== undefined) return many(operations as readonly never[], numbers)
    const make = makers[first.op as keyof typeof makers] as Maker<Operation['op']>
    const { result, ...made } = make(first as never, numbers)
    return { ...made, result: (rows: readonly (readonly Row[])[]) => [result(rows)] }
  }

  return async (open, operations) => {
    await numbers.learn(
      open,
      operations.flatMap((operation) => (operation.op === 'accept' ? operation.events : [])),
      operations.flatMap((operation) =>
        'page' in operation && operation.page !== null ? [operation.page] : [],
      ),
    )
    const parts = partsOf(operations)
    const made = parts.map(({ operations: those }) => statementsOf(those))
    const forgets = operations.some(({ op }) => op === 'forget')
    const before: Query[] = [
      { text: 'begin' },
      {
        text: forgets ? 'select pg_advisory_xact_lock($1)' : 'select pg_advisory_xact_lock_shared($1)',
        values: [FORGETTING_LOCK],
      },
      ...hold(operations),
    ]
    void writeSums(
      sums,
      open,
      operations.some(({ op }) => op === 'statistics' || op === 'prune'),
    )
    const rows = await open
      .query([...before, ...made.flatMap(({ queries }) => queries), { text: 'commit' }])
      .catch((error: unknown) => {
        if (isConnectionLost(error)) onLost()
        throw error
      })
    if (forgets) numbers.forgetConversations()
    const results: unknown[] = operations.map(() => null)
    let from = before.length
    for (const [index, { queries, result, counted }] of made.entries()) {
      const mine = rows.slice(from, (from += queries.length))
      sums.add(counted?.(mine) ?? [])
      const of = result(mine)
      for (const [place, value] of of.entries()) results[parts[index]?.places[place] ?? -1] = value
    }
    return results
  }
}

/** Makers of one statement for many operations of a kind. */
const MANY: Partial<
  Record<Operation['op'], (operations: readonly never[], known: Known) => Statements<unknown[]>>
> = { accept: acceptAll, sent: sentAll, load_outbox: loadAll, finish_event: finishAll }
