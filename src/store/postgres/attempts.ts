import { codeOf } from '../../base/error-code.ts'
import type { BatchAnswer, TriedAlone } from '../queues/batches.ts'
import { leastOf, voidResult, type Operation } from '../queues/operations.ts'
import type { StoreReport } from '../report.ts'
import { isConnectionLost, type Connection, type Link } from './connection.ts'
import { failureOf, isOwnFault } from './faults.ts'
import type { RowNumbers } from './numbers.ts'
import { CONVERSATION_GONE, LEASE_LOST } from './schema.ts'
import type { Transaction } from './transaction.ts'

/** The most tries of a transaction that fails by a deadlock or another temporary conflict. */
const MOST_TRIES = 5

/** Repeats a batch that failed temporarily, and runs its operations one by one if one of them cannot be carried out. */
export const createAttempts = (deps: {
  transaction: Transaction
  link: Link
  numbers: RowNumbers
  report: StoreReport
  /** A fence has refused the transaction. */
  onFenced: () => void
}): ((operations: readonly Operation[]) => Promise<BatchAnswer>) => {
  const { transaction, link, numbers, report, onFenced } = deps

  const tryOut = async (operations: readonly Operation[]): Promise<unknown[]> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await transaction(await link.ready(), operations)
      } catch (error) {
        const code = codeOf(error) ?? ''
        if (!isConnectionLost(error) && link.isOpen()) await rollBack(await link.ready())
        // Its Page may be gone, too, where the database was restored to an earlier moment.
        if (code === CONVERSATION_GONE) numbers.forget()
        if (!PASSING.has(code) || tries >= MOST_TRIES) throw error
      }
    }
  }

  const tryAlone = async (operation: Operation): Promise<TriedAlone> => {
    try {
      const [result] = await tryOut([operation])
      return { result }
    } catch (error) {
      if (codeOf(error) === LEASE_LOST && 'fence' in operation) {
        report.writeFenced()
        return { result: voidResult(operation.op) }
      }
      const least = leastOf(operation)
      if (!isOwnFault(error) || least === null)
        return { error: failureOf(error), isWorlds: !isOwnFault(error) }
      const kept = await tryAlone(least)
      if ('error' in kept && kept.isWorlds) return kept
      return { error: failureOf(error), isWorlds: false, keptLeast: 'result' in kept }
    }
  }

  return async (operations) => {
    try {
      return { results: await tryOut(operations) }
    } catch (error) {
      if (codeOf(error) === LEASE_LOST) onFenced()
      else if (!isOwnFault(error)) return { error: failureOf(error) }
    }
    // Try the operations one by one, so that one that fails does not take the others with it.
    const each: TriedAlone[] = []
    for (const operation of operations) each.push(await tryAlone(operation))
    return { each }
  }
}

/** Harmless if the server has ended the transaction by itself. */
const rollBack = (connection: Connection): Promise<unknown> =>
  connection.query([{ text: 'rollback' }]).catch(() => undefined)

/** Serialization failure, deadlock, or a visitor who was forgotten meanwhile. */
const PASSING: ReadonlySet<string> = new Set(['40001', '40P01', CONVERSATION_GONE])
