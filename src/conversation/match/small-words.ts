import { FILLERS, QUESTION_WORDS } from './english.ts'
import { FOREIGN_FILLERS, FOREIGN_QUESTION_WORDS } from './other-languages.ts'

/** Whether a word says little about what a visitor wants. */
export const isFiller = (word: string): boolean => FILLERS.has(word) || FOREIGN_FILLERS.has(word)

/** Whether a word says what kind of answer is wanted: more than a filler, less than a thing. */
export const isQuestionWord = (word: string): boolean =>
  QUESTION_WORDS.has(word) || FOREIGN_QUESTION_WORDS.has(word)
