import { DAY, isOtherWeek, type DateWords } from './date-words.ts'
import {
  areDoubtsKnown,
  besideWordsOf,
  DAY_ARTICLES,
  hasDoubt,
  HOUR_PREPOSITIONS,
  isCountedNoun,
  JOINING_DAYS,
  NUMBER_PREPOSITIONS,
} from './doubt-words.ts'
import { isAroundAnswer } from './number-words.ts'

/**
 * Whether the words around a day leave a doubt: they deny the day, name a day before or after it, make it one of several, or contain a
 * number that may be another day of the month.
 *
 * @param rest - the rest of the text after `matchKey`, with {@link DAY} in place of each understood day
 * @param languages - languages of the script
 * @param ownDay - day of the month of the understood day: "Friday the 4th"
 */
export const leavesDoubt = (
  rest: string,
  words: DateWords,
  languages: readonly string[],
  ownDay: number,
): boolean => {
  const said = rest.split(' ')
  if (hasDoubt(rest, languages) || /\d[日号號일]/.test(rest)) return true
  // In a language without a list of doubt words, a day must stand alone.
  if (!areDoubtsKnown(languages) && !said.every(isKnown)) return true
  const besides = besideWordsOf(languages)
  return said.some((word, index) => {
    if (word !== DAY)
      return (
        isMonthAlone(said, index, words) ||
        isYear(word) ||
        (isOfMonth(word) && Number.parseInt(word, 10) !== ownDay && !isElse(said, index, words))
      )
    return (
      isBehindAny(besides, said, index) || [index - 1, index + 1].some((at) => words.ors.has(said[at] ?? ''))
    )
  })
}

/** Whether "before", "after" or "until" stands before words for another week: "after next Friday", "Friday after next week". */
export const isBesideOtherWeek = (key: string, words: DateWords, languages: readonly string[]): boolean => {
  const besides = besideWordsOf(languages)
  const said = key.split(' ')
  return said.some((word, index) => isOtherWeek(word, words) && isBehindAny(besides, said, index))
}

/** Articles may be between. */
const isBehindAny = (words: ReadonlySet<string>, said: readonly string[], index: number): boolean =>
  words.has(said.slice(0, index).findLast((one) => words.has(one) || !DAY_ARTICLES.has(one)) ?? '')

const isKnown = (word: string): boolean =>
  word === '' ||
  word === DAY ||
  /^\d+$/.test(word) ||
  DAY_ARTICLES.has(word) ||
  NUMBER_PREPOSITIONS.has(word) ||
  isCountedNoun(word) ||
  isAroundAnswer(word)

const isYear = (word: string): boolean => /^(?:19|20|21)\d\d$/.test(word)

/** "Friday in May". Short names and two English ones are also other words: "may I come". */
const isMonthAlone = (said: readonly string[], index: number, { months }: DateWords): boolean => {
  const word = said[index] ?? ''
  if (!months.has(word)) return false
  return (word.length > 3 && word !== 'march') || BEFORE_MONTH.has(said[index - 1] ?? '')
}

const BEFORE_MONTH = new Set([
  'in',
  'of',
  'im',
  'mid',
  'next',
  'mitte',
  'ende',
  'anfang',
  'de',
  'en',
  'em',
  'di',
  'a',
])

const isOfMonth = (word: string): boolean =>
  /^\d{1,2}(?:st|nd|rd|th|er|e|o|a)?$/.test(word) && Number.parseInt(word, 10) <= 31

/** Whether a number is an hour or counts something: "at 7", "for 4", "4 people", "2 or 3 people", "3 days". */
const isElse = (said: readonly string[], index: number, { spans }: DateWords): boolean => {
  const isJoined = (at: number): boolean => JOINING_DAYS.has(said[at] ?? '')
  // "3 to 5 March" has two days.
  if (isJoined(index + 1) && said[index + 2] === DAY) return false
  const numbers = [
    index,
    isJoined(index + 1) ? index + 2 : index + 1,
    ...(isJoined(index - 1) ? [index - 2] : []),
  ]
  if (isNumber(said[index]) && spans.has(said[index + 1] ?? '')) return true
  const areHours = numbers.every((at) => !isNumber(said[at]) || Number(said[at]) <= 24)
  const isAhead = (word: string): boolean =>
    NUMBER_PREPOSITIONS.has(word) || (areHours && HOUR_PREPOSITIONS.has(word))
  return (
    isNumber(said[index]) &&
    numbers.some((at) => isNumber(said[at]) && (isCounted(said, at) || isAhead(said[at - 1] ?? '')))
  )
}

/** The one number beside a date, where it counts something ("24.12., 4 people"); undefined for none and for several. */
export const countIn = (rest: string): string | undefined => {
  const said = rest.split(' ')
  const numbers = said.flatMap((word, index) => (/\d/.test(word) ? index : []))
  const [only, ...others] = numbers
  return only !== undefined && others.length === 0 && isCounted(said, only) ? said[only] : undefined
}

const isCounted = (said: readonly string[], index: number): boolean =>
  isNumber(said[index]) && isCountedNoun(said[index + 1] ?? '')

const isNumber = (word: string | undefined): boolean => /^\d+$/.test(word ?? '')
