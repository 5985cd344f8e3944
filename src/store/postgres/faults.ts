import { codeOf } from '../../base/error-code.ts'
import type { Failure } from '../queues/batches.ts'
import { isConnectionLost } from './connection.ts'

/**
 * Whether the operation itself does not fit the tables: its values, a constraint, a size. Any other error passes or can be mended, such
 * as a missing right or table, so the operation is kept.
 */
export const isOwnFault = (error: unknown): boolean =>
  !isConnectionLost(error) && /^(21|22|23|54|EV)/.test(codeOf(error) ?? '')

/** @returns the server's words without our values, which it quotes in errors about values (class 22) */
export const failureOf = (error: unknown): Failure => {
  const message = error instanceof Error ? error.message : String(error)
  const code = codeOf(error)
  return { message: code?.startsWith('22') === true ? message.replaceAll(/"[^"]*"/g, '"…"') : message, code }
}
