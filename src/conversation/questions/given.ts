import { clip } from '../../base/clip.ts'

/** A visitor's message or tap as an answer. */
export interface Given {
  text: string | null
  /** Payload of the quick reply that was tapped. */
  payload: string | null
  atMs: number
}

const LONGEST_ANSWER = 500

/** A text for reading: on one line, without invisible characters. */
export const clean = (text: string): string =>
  clip(text, LONGEST_ANSWER)
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()

/** "4 people at 19:30" */
export const TIME_OF_DAY = /\d{1,2}:[0-5]\d/g
