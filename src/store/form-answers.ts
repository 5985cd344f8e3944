export interface FormAnswerList {
  /** The oldest come first. `next` is the `after` of the rest; null when there is none. */
  list: (query: {
    limit: number
    after?: number | undefined
  }) => Promise<{ answers: KeptAnswers[]; next: number | null }>
  /** At most `limit` answers whose delivery is due; `nextMs` is when the next one is due, null for none. */
  due: (nowMs: number, limit: number) => Promise<{ answers: KeptAnswers[]; nextMs: number | null }>
  /** Sets when delivery is tried next; null ends the tries. */
  tried: (id: number, nextMs: number | null) => Promise<void>
  /**
   * Deletes those up to this id that do not wait for delivery.
   *
   * @returns their number
   */
  drop: (upTo: number) => Promise<number>
}

export interface NewAnswers {
  /** The name of the form. */
  form: string
  /** The address to deliver them to; null where they are only kept. */
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
