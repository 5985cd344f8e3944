import { setImmediate as nextTurn } from 'node:timers/promises'
import type { KeptPages } from '../queues/kept-pages.ts'
import type { Leases } from './leases.ts'

/** A notification holds 8000 bytes. */
const MOST_PAGES_TOLD = 500

/**
 * Tells the keepers of Pages of the events that this instance stores for them. Outside the transactions that store them: the server
 * commits those with a notification one after the other, each with its fsync. What is stored in one turn of the event loop, and while
 * a notification is under way, shares the next one. Of an instance that dies in between nothing is heard: keepers read the rows at every beat.
 *
 * @param deps.numberOf - the number of a Page; null for one that is not known
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
