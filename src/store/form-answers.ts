export interface FormAnswerList {
  /** Those that came first come first. `next` is the `after` of the rest; null when there is none. */
  list: (query: {
    limit: number
    after?: number | undefined
  }) => Promise<{ answers: KeptAnswers[]; next: number | null }>
  /** Those whose delivery is due, at most `limit` of them; `nextMs` is when the next one will be, null for none. */
  due: (nowMs: number, limit: number) => Promise<{ answers: KeptAnswers[]; nextMs: number | null }>
  /** Sets when delivery is tried next; null when no further try is needed. */
  tried: (id: number, nextMs: number | null) => Promise<void>
  /** Throws away those up to this id that are not waiting for delivery. @returns how many */
  drop: (upTo: number) => Promise<number>
}

export interface NewAnswers {
  /** The name of the form. */
  form: string
  /** Where they are to be delivered; null where they are only kept. */
  url: string | null
  /** JSON text of the answers by name. */
  body: string
}

export interface KeptAnswers extends NewAnswers {
  /** Rises with time. */
  id: number
  pageId: string
  psid: string | null
  /** When the event that completed them was accepted, ms since the epoch. */
  keptMs: number
  /** When delivery is tried next, ms since the epoch; null when there is nothing to deliver. */
  dueMs: number | null
}
