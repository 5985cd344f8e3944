import type { Clock } from '../../base/clock.ts'

/**
 * The time from one taking of a Page to its end. A claim belongs to the tenure in which it was made; a later tenure, even of the
 * same process, does not revive it.
 */
export interface Tenure {
  /** Rises with every taking of the Page, by any process. */
  fence: number
  /** When the Page was taken, by `clock.elapsed()`. A reply claimed before was last tried before. */
  takenMs: number
  /** Whether messages of the Page may be sent now. Call it when a request is written to Facebook. */
  maySend: () => boolean
}

/** The Pages that this process works on. */
export interface KeptPages {
  /** Null for a Page of which nothing is claimed: another process keeps it, or is about to. */
  tenureOf: (pageId: string) => Tenure | null
  /** Sets the queues that follow the changes. */
  lead: (queues: PageQueues) => void
  /** Notifies the Page's keeper of an event that this process has stored. */
  tellEvent: (pageId: string, seq: number) => void
}

export interface PageQueues {
  /** The Page was taken: its waiting rows are to be read, replies before events. */
  taken: (pageId: string) => void
  /** Nothing more of it is claimed. Resolves when every claim is released and its outcome is durable. */
  leave: (pageId: string) => Promise<void>
  /** Another process may have it: every claim is void, and its data in memory are out of date. */
  lost: (pageId: string) => void
  /** Another process has put events into the rows, none with a number up to `after`. */
  eventsCame: (after: number) => void
}

/** For a process that is the only one to work on its database. */
export const everyPage = (clock: Pick<Clock, 'elapsed'>): KeptPages => {
  const tenure: Tenure = { fence: 0, takenMs: clock.elapsed(), maySend: () => true }
  return { tenureOf: () => tenure, lead: () => undefined, tellEvent: () => undefined }
}
