/** What visitors wrote that the script had no sure reply for; at most 100,000 are kept, the newest. */
export interface OpenQuestions {
  /** Those that ask the same are one group; the most frequent groups come first. */
  list: (query: { pageId?: string | undefined; limit: number }) => Promise<OpenQuestionGroup[]>
  /** Throws a group away. @returns how many questions were in it */
  drop: (likeness: string) => Promise<number>
}

export interface OpenQuestion {
  /** The message it was asked with; null where Facebook did not say. */
  mid: string | null
  /** `doubtful`: a reply was given for a phrase that is only similar. */
  how: 'doubtful' | 'fallback'
  text: string
  /** Equal for texts that ask the same. */
  likeness: string
  /** The reply that comes nearest, and how sure that is, from 0 to 1; null for none. */
  nearest: { reply: string; confidence: number } | null
  /** What the visitor was answered by a language model; absent where by the script. */
  answer?: string
}

export interface OpenQuestionGroup extends Omit<OpenQuestion, 'text' | 'mid'> {
  count: number
  /** The Page whose visitor asked last. */
  pageId: string
  /** When visitors last asked the question, ms since the epoch. */
  lastMs: number
  /** Up to three wordings, the latest first. */
  texts: string[]
}
