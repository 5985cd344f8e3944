import type { InboxRow, InboxRows } from './rows.ts'

/**
 * Reads the rows of the inbox into memory, in rounds from the first event to the last. One read takes a part of a round, and the
 * queue is `behind` until a round has reached the last row.
 */
export interface InboxRounds {
  /** Whether the rows have events that are not in memory. */
  isBehind: () => boolean
  /** Begins a new round at the first row; a read in progress is discarded. */
  start: () => void
  /** The rows may have new events, none with a number up to `after`. */
  added: (after: number) => void
  /** Reads the next rows of the round; all callers of one moment share one read. */
  readOn: () => Promise<void>
}

/**
 * More events than usually arrive during one read. A read that reaches this number leaves the queue `behind`, so that events arriving
 * meanwhile are read from the rows, too; with a lower number each read under load would reach it again.
 */
const READ_AT_ONCE = 256

export const createInboxRounds = (deps: {
  rows: InboxRows
  /** Conversations whose rows are not read in this round. */
  except: () => number[]
  takeOver: (row: InboxRow) => void
}): InboxRounds => {
  const { rows: inboxRows, except, takeOver } = deps
  let behind = true
  let cursor = 0
  let round = 0
  let reading: Promise<void> | null = null
  /** Where to read again after the read in progress, which may have been too early; null for not at all. */
  let again: number | null = null

  const read = async (): Promise<void> => {
    const thisRound = round
    const { rows, end } = await inboxRows.load({ after: cursor, limit: READ_AT_ONCE, except: except() })
    // A round that began in between reads these rows again, in their order.
    if (thisRound !== round) return
    for (const row of rows) takeOver(row)
    cursor = rows.at(-1)?.seq ?? cursor
    const isAgain = again !== null
    if (again !== null) cursor = Math.min(cursor, again)
    again = null
    if (!end || isAgain) return
    // Events that are not in memory now belong to a claimed conversation, whose release begins a new round.
    behind = false
    cursor = 0
  }

  return {
    isBehind: () => behind,
    start: () => {
      behind = true
      again = null
      cursor = 0
      round += 1
    },
    added: (after) => {
      // The read in progress is not discarded: with many events from elsewhere, no read would ever finish.
      if (reading !== null) again = Math.min(again ?? after, after)
      else cursor = behind ? Math.min(cursor, after) : after
      behind = true
    },
    readOn: () => {
      reading ??= read().finally(() => {
        reading = null
      })
      return reading
    },
  }
}
