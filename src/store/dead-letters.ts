import type { DeadReason } from '../messages.ts'

/** Replies that are sent only if the operator retries them. A running bot notices changes made by another process. */
export interface DeadLetters {
  /** The latest come first. `next` is the `after` of the rest; null when there is none. */
  list: (query: {
    pageId?: string | undefined
    /** Only those with this reason. */
    reason?: DeadReason | undefined
    limit: number
    after?: string | undefined
  }) => Promise<{ letters: DeadLetter[]; next: string | null }>
  get: (id: string) => Promise<DeadLetter | null>
  /**
   * Puts them back into the outbox at their old places, with their ids. One whose window has closed becomes a dead letter again.
   *
   * @returns those that were put back
   */
  retry: (which: DeadSelection) => Promise<DeadMark[]>
  /**
   * Deletes them.
   *
   * @returns those that existed
   */
  drop: (which: DeadSelection) => Promise<DeadMark[]>
}

export type DeadMark = Pick<DeadLetter, 'id' | 'pageId' | 'windowEndsMs'>

export type DeadSelection = { ids: readonly string[] } | { all: true; pageId?: string | undefined }

export interface DeadLetter {
  /** Id of the reply. */
  id: string
  pageId: string
  psid: string | null
  reason: DeadReason
  /** Graph's error, when Graph refused the reply. */
  error: GraphFacts | null
  /** When the webhook accepted the event that the reply answers, ms since the epoch. */
  acceptedMs: number
  diedMs: number
  /** End of its conversation's standard messaging window now; null when it was never open. */
  windowEndsMs: number | null
  /** JSON text of a {@link ../messages.ts Reply}. */
  body: string
}

/** Graph's error, without secrets. */
export interface GraphFacts {
  verdict: string
  code: number | null
  subcode: number | null
  fbtraceId: string | null
  message: string
}
