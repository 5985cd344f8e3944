import type { Operation } from '../queues/operations.ts'

/** Operations that are executed together, and their positions in the transaction. */
export interface OperationGroup {
  operations: Operation[]
  places: number[]
}

/**
 * Groups operations of one kind, because many small statements cost more than a large one.
 *
 * - `finish_event` at the place of the first, up to one of {@link NOT_PASSED}, because a later `accept` must find the state that it
 *   leaves.
 * - `sent` at the place of the first, because sent replies must not be read again.
 * - `accept` at the place of the last, up to a read of the inbox.
 * - `load_outbox` at the end, because it must find the replies that the others put into the outbox.
 *
 * Only a `sent` passes a `forget`, which deletes its rows in either order.
 */
export const partsOf = (operations: readonly Operation[]): OperationGroup[] => {
  const parts: OperationGroup[] = []
  let accept = noPart()
  let load = noPart()
  let finish = noPart()
  const sent = noPart()
  const close = (part: OperationGroup): OperationGroup => {
    if (part.operations.length > 0) parts.push(part)
    return noPart()
  }
  for (const [place, operation] of operations.entries()) {
    const { op } = operation
    if (op === 'load_inbox' || op === 'forget') accept = close(accept)
    if (NOT_PASSED.has(op)) finish = noPart()
    if (op === 'forget') load = close(load)
    const part =
      op === 'accept'
        ? accept
        : op === 'load_outbox'
          ? load
          : op === 'sent'
            ? sent
            : op === 'finish_event'
              ? finish
              : noPart()
    if (part !== accept && part !== load && part.operations.length === 0) parts.push(part)
    part.operations.push(operation)
    part.places.push(place)
  }
  close(accept)
  close(load)
  return parts
}

/**
 * Operations that a later `finish_event` must not be moved before: a read of the inbox, which must find a finished event no more; an
 * `interject`, which needs its own event; a `retry_dead`, which puts back replies that the event may confirm; and a `drop_questions`,
 * which keeps later ones.
 */
const NOT_PASSED: ReadonlySet<Operation['op']> = new Set([
  'load_inbox',
  'forget',
  'interject',
  'retry_dead',
  'drop_questions',
])

const noPart = (): OperationGroup => ({ operations: [], places: [] })
