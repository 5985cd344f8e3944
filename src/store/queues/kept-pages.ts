import type { Clock } from '../../base/clock.ts'

/**
 * One time of keeping a Page, from its taking to its end. A claim belongs to the tenure in which it was handed out: it gains nothing
 * from a later one, not even of the same process.
 */
export interface Tenure {
  /** Rises with every taking of the Page, by whichever process. */
  fence: number
  /** When the Page was taken, by `clock.elapsed()`. A reply that was handed out before was last tried before. */
  takenMs: number
  /** Whether something may be said for the Page now. To be asked in the moment in which it is written to Facebook. */
  maySend: () => boolean
}

/** The Pages that this process works on. */
export interface KeptPages {
  /** Null for a Page of which nothing is to be handed out: another process keeps it, or is about to. */
  tenureOf: (pageId: string) => Tenure | null
  /** Names the queues that have to follow. */
  lead: (queues: PageQueues) => void
  /** Tells the process that keeps the Page of an event that this one has stored. */
  tellEvent: (pageId: string, seq: number) => void
}

export interface PageQueues {
  /** The Page was taken: what waits for it in the rows is to be read, replies before events. */
  taken: (pageId: string) => void
  /** Nothing more of it is handed out. Resolves when all that is handed out has come back, and what became of it is durable. */
  leave: (pageId: string) => Promise<void>
  /** Another process may have it: every claim is void, and what is in memory is not true any more. */
  lost: (pageId: string) => void
  /** Another process has put events into the rows, none with a number up to `after`. */
  eventsCame: (after: number) => void
}

/** Of a process that shares its database with no other one that works on it. */
export const everyPage = (clock: Pick<Clock, 'elapsed'>): KeptPages => {
  const tenure: Tenure = { fence: 0, takenMs: clock.elapsed(), maySend: () => true }
  return { tenureOf: () => tenure, lead: () => undefined, tellEvent: () => undefined }
}
