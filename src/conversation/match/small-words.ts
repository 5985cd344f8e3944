import { FILLERS, QUESTION_WORDS } from './english.ts'
import { FOREIGN_FILLERS, FOREIGN_QUESTION_WORDS } from './other-languages.ts'

/** Whether a word says little about what a visitor wants. */
export const isFiller = (word: string): boolean => FILLERS.has(word) || FOREIGN_FILLERS.has(word)

/** Whether a word says what kind of answer is wanted: more than a filler, less than a thing. */
export const isQuestionWord = (word: string): boolean =>
  QUESTION_WORDS.has(word) || FOREIGN_QUESTION_WORDS.has(word)

/** By language, words by which a visitor says that a thing is not wanted, or to be undone. "No" is "in the" in Portuguese. */
const DENIALS: Readonly<Record<string, string>> = {
  en: 'not never dont cant cannot didnt wont cancel canceled cancelled',
  de: 'nicht kein keine keinen nie stornieren storniere absagen',
  fr: 'pas annuler',
  es: 'no cancelar anular',
  it: 'non annullare disdire',
  pt: 'nao cancelar',
  nl: 'niet geen annuleren',
  pl: 'nie anulowac odwolac',
}

/** @returns as `matchKey` leaves them */
export const denialsOf = (languages: readonly string[]): ReadonlySet<string> =>
  new Set(languages.flatMap((language) => DENIALS[language.slice(0, 2)]?.split(' ') ?? []))
