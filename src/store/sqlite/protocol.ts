import type { BatchAnswer } from '../queues/batches.ts'
import type { ForeignWrite, Operation } from '../queues/operations.ts'

/** What the adapter sends to the database thread. */
export interface Batch {
  operations: Operation[]
}

/** What the database thread says once it is open: what became of a batch, and, unasked, what another process has written. */
export type ThreadMessage = BatchAnswer | ForeignWrite

/** The first message to the thread. */
export interface Open {
  /** The file. */
  open: string
}

/** The thread's first message. */
export type Opened = { opened: { instance: string; pages: string[] } } | { refused: OpenRefusal }

export interface OpenRefusal {
  reason: 'damaged' | 'unavailable'
  message: string
}
