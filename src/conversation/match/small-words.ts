import { withoutIdioms } from '../idioms.ts'
import { FILLERS, QUESTION_WORDS } from './english.ts'
import { FOREIGN_FILLERS, FOREIGN_QUESTION_WORDS } from './other-languages.ts'

/** Whether a word has little meaning for a visitor's question. */
export const isFiller = (word: string): boolean => FILLERS.has(word) || FOREIGN_FILLERS.has(word)

/** Whether a word asks for a kind of answer: more than a filler, less than a thing. */
export const isQuestionWord = (word: string): boolean =>
  QUESTION_WORDS.has(word) || FOREIGN_QUESTION_WORDS.has(word) || word.includes(' ')

/** By language, words that deny a thing. "No" is "in the" in Portuguese. */
const DENIALS: Readonly<Record<string, string>> = {
  en: 'not never dont cant cannot didnt wont',
  de: 'nicht kein keine keinen nie',
  fr: 'pas',
  es: 'no',
  it: 'non',
  pt: 'nao',
  nl: 'niet geen',
  pl: 'nie',
}

/** By language, words that ask to undo a thing. */
const UNDOINGS: Readonly<Record<string, string>> = {
  en: 'cancel canceled cancelled',
  de: 'stornieren storniere absagen',
  fr: 'annuler',
  es: 'cancelar anular',
  it: 'annullare disdire',
  pt: 'cancelar',
  nl: 'annuleren',
  pl: 'anulowac odwolac',
}

/** By language, words for a thing that the visitor already has: "I can't come, it is about my reservation". */
const OWNERS: Readonly<Record<string, string>> = {
  en: 'my our',
  de: 'mein meine meinen meiner unser unsere unseren unserer',
  fr: 'mon ma notre',
  es: 'mi nuestra nuestro',
  it: 'mia mio nostra nostro',
  pt: 'minha meu nossa nosso',
  nl: 'mijn onze ons',
  pl: 'moja moje moj mojej nasza nasze naszej',
}

const wordsIn = (rows: Readonly<Record<string, string>>, languages: readonly string[]): ReadonlySet<string> =>
  new Set(languages.flatMap((language) => rows[language.slice(0, 2)]?.split(' ') ?? []))

/** @returns as `matchKey` leaves them */
export const denialsOf = (languages: readonly string[]): ReadonlySet<string> => wordsIn(DENIALS, languages)

/** @returns as `matchKey` leaves them */
export const undoingsOf = (languages: readonly string[]): ReadonlySet<string> => wordsIn(UNDOINGS, languages)

/** @returns as `matchKey` leaves them */
export const ownersOf = (languages: readonly string[]): ReadonlySet<string> => wordsIn(OWNERS, languages)

/** The key without words of denial that ask for a thing, or only add to it: "can't you", "not only". */
export const withoutAsking = (key: string): string => withoutIdioms(key).replace(ASKING, '')

const ASKING = new RegExp(
  `^(?:${[
    '(?:h(?:i|ello|ey) )?cant (?:you|we|i)',
    '(?:hallo )?(?:kann|konnen|konnt|kannst|konnte|konnten) (?:ich|wir|ihr|sie|du|man)(?: bitte)? nicht',
    'czy nie',
  ].join('|')})(?= )|\\b(?:why dont (?:you|we)|dont forget|not (?:only|just)|nicht (?:nur|vergessen))(?= |$)`,
  'g',
)
