import type { DeadReason } from '../messages.ts'

/**
 * Replies that are sent only when the operator retries them. A running bot notices changes made by another process.
 */
export interface DeadLetters {
  /** Those that died last come first. `next` is the `after` of the rest; null when there is none. */
  list: (query: {
    pageId?: string | undefined
    /** Only those that died for it. */
    reason?: DeadReason | undefined
    limit: number
    after?: string | undefined
  }) => Promise<{ letters: DeadLetter[]; next: string | null }>
  get: (id: string) => Promise<DeadLetter | null>
  /**
   * Puts them back where they were in the outbox, each with its id; one whose window has closed dies again.
   *
   * @returns those that were put back
   */
  retry: (which: DeadSelection) => Promise<DeadMark[]>
  /** Throws them away. @returns those that were there */
  drop: (which: DeadSelection) => Promise<DeadMark[]>
}

export type DeadMark = Pick<DeadLetter, 'id' | 'pageId' | 'windowEndsMs'>

export type DeadSelection = { ids: readonly string[] } | { all: true; pageId?: string | undefined }

export interface DeadLetter {
  /** The reply's. */
  id: string
  pageId: string
  psid: string | null
  reason: DeadReason
  /** Graph's error, where Graph refused the reply. */
  error: GraphFacts | null
  /** When the webhook accepted the event it answers, ms since the epoch. */
  acceptedMs: number
  diedMs: number
  /** End of its conversation's standard messaging window as of now; null when it was never open. */
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
