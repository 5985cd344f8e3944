import type { Operation } from '../queues/operations.ts'

/** Operations that are carried out together, and where they stand among all of the transaction. */
export interface OperationGroup {
  operations: Operation[]
  places: number[]
}

/**
 * Many small statements cost more than a large one, so operations of one kind become one:
 *
 * - `finish_event` in the place of the first, as an `accept` behind it must find the state that it leaves, up to one of {@link NOT_PASSED}.
 * - `sent` in the place of the first, as what was sent must not be read again.
 * - `accept` in the place of the last, up to a read of the inbox.
 * - `load_outbox` at the end, as what the others put into the outbox must be found.
 *
 * Only a `sent` passes a `forget`, which takes its rows away in either order.
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
 * What a `finish_event` behind it must not be carried out before: a read of the inbox, which must not find an event that was finished,
 * an `interject`, which needs its own event, a `retry_dead`, which puts back replies that the event may confirm, and a
 * `drop_questions`, which leaves later ones.
 */
const NOT_PASSED: ReadonlySet<Operation['op']> = new Set([
  'load_inbox',
  'forget',
  'interject',
  'retry_dead',
  'drop_questions',
])

const noPart = (): OperationGroup => ({ operations: [], places: [] })
