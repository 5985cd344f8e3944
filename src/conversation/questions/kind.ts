import type { QuickReply } from '../../messages.ts'
import type { Question, Words } from '../../script/types.ts'
import type { DatePlace } from '../dates.ts'
import type { Given } from './given.ts'

/** The parts that differ between kinds of questions. */
export interface Kind {
  /**
   * The remembered value of the answer; null where it does not fit the question.
   *
   * @param text - the cleaned text of `given`
   */
  answerIn: (text: string, question: Question, given: Given, place: DatePlace) => string | null
  /** The days that the text may say, one or several, of which the visitor picks one. */
  daysIn?: (text: string, question: Question, given: Given, place: DatePlace) => readonly string[]
  /** Name of the bot's words for an answer that does not fit. */
  retry: Extract<keyof Words, `not${string}`>
  /** Facebook's own button with the visitor's data, in place of choices. */
  button?: QuickReply
  /** Any text is an answer, so a word that ends the form, or asks for a person, may be one. */
  takesAnyText?: true
  /** Answers are written in digits, so digits that do not fit are a wrong answer to this question, and none to another. */
  isInDigits?: true
  /** An answer may be part of a sentence that asks for another reply: "Are you open on Friday?" */
  standsInQuestions?: true
  /** A word that ends the form may be one of the answers; then it counts as the answer. */
  namesAnswers?: true
}
