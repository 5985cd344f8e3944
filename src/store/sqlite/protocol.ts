import type { BatchAnswer } from '../queues/batches.ts'
import type { ForeignWrite, Operation } from '../queues/operations.ts'

/** A batch for the database thread. */
export interface Batch {
  operations: Operation[]
}

/** Messages of the open database thread: the result of a batch or, without a request, changes by another process. */
export type ThreadMessage = BatchAnswer | ForeignWrite

/** The first message to the thread. */
export interface Open {
  /** The file. */
  open: string
  /** Its folder, where this process holds it. */
  held?: string | undefined
}

/** The thread's first message. */
export type Opened = { opened: { instance: string; pages: string[] } } | { refused: OpenRefusal }

export interface OpenRefusal {
  reason: 'damaged' | 'unavailable'
  message: string
}
