import { setImmediate as nextTurn } from 'node:timers/promises'
import type { KeptPages } from '../queues/kept-pages.ts'
import type { Leases } from './leases.ts'

/** A notification holds 8000 bytes. */
const MOST_PAGES_TOLD = 500

/**
 * Notifies the keepers of Pages of the events that this instance stores for them. The notifications are sent outside the storing
 * transactions, because the server commits transactions with notifications one after the other, each with its fsync. Events stored in one
 * turn of the event loop, or while a notification is being sent, share the next one. If this instance dies before, the keepers find the
 * rows at their next beat.
 *
 * @param deps.numberOf - the number of a Page; null for an unknown one
 */
export const createEventsTold = (deps: {
  tell: Leases['tell']
  numberOf: (pageId: string) => number | null
}): KeptPages['tellEvent'] => {
  const { tell, numberOf } = deps
  const pages = new Set<string>()
  let lowest = Number.POSITIVE_INFINITY
  let isTelling = false

  const tellAll = async (): Promise<void> => {
    isTelling = true
    while (pages.size > 0) {
      await nextTurn()
      const numbers = [...pages].map(numberOf)
      const after = lowest - 1
      pages.clear()
      lowest = Number.POSITIVE_INFINITY
      await tell('events', String(after), numbers.length > MOST_PAGES_TOLD ? '*' : numbers.join(','))
    }
    isTelling = false
  }

  return (pageId, seq) => {
    pages.add(pageId)
    lowest = Math.min(lowest, seq)
    if (!isTelling) void tellAll()
  }
}
