/** Visitors' messages without a sure reply of the script; the newest 100,000 are kept. */
export interface OpenQuestions {
  /** Questions that ask the same are one group; the most frequent groups come first. */
  list: (query: { pageId?: string | undefined; limit: number }) => Promise<OpenQuestionGroup[]>
  /**
   * Deletes a group.
   *
   * @returns the number of its questions
   */
  drop: (likeness: string) => Promise<number>
}

export interface OpenQuestion {
  /** The message with the question; null where Facebook did not name it. */
  mid: string | null
  /** `doubtful`: the script replied to a phrase that is only similar. */
  how: 'doubtful' | 'fallback'
  text: string
  /** Equal for texts that ask the same. */
  likeness: string
  /** The reply with the most similar phrase, and its confidence from 0 to 1; null for none. */
  nearest: { reply: string; confidence: number } | null
  /** The language model's answer to the visitor; absent where the script answered. */
  answer?: string
}

export interface OpenQuestionGroup extends Omit<OpenQuestion, 'text' | 'mid'> {
  count: number
  /** The Page of the visitor who asked last. */
  pageId: string
  /** When visitors last asked the question, ms since the epoch. */
  lastMs: number
  /** Up to three wordings, the latest first. */
  texts: string[]
}
