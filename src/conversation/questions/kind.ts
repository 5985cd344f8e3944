import type { QuickReply } from '../../messages.ts'
import type { Question, Words } from '../../script/types.ts'
import type { DatePlace } from '../dates.ts'
import type { Given } from './given.ts'

/** What one kind of question has of its own. */
export interface Kind {
  /**
   * The answer as it is remembered; null where it does not fit the question.
   *
   * @param text - the cleaned one of `given`
   */
  answerIn: (text: string, question: Question, given: Given, place: DatePlace) => string | null
  /** The days that the text may say, one or several, of which the visitor picks one. */
  daysIn?: (text: string, question: Question, given: Given, place: DatePlace) => readonly string[]
  /** Which of the bot's words are said to an answer that does not fit. */
  retry: Extract<keyof Words, `not${string}`>
  /** Facebook's own button with what it knows of the visitor, in place of choices. */
  button?: QuickReply
  /** Any text is an answer, so a word that ends the form, or asks for a person, may be one. */
  takesAnyText?: true
  /** An answer may stand in a sentence that asks for something else: "Are you open on Friday?" */
  standsInQuestions?: true
  /** A word that ends the form may be one of the answers, and then is it. */
  namesAnswers?: true
}
