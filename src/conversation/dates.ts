import { latinDigits } from '../base/digits.ts'
import { dayBeside, isDay, placeInWeek } from '../script/hours.ts'
import { matchKey } from '../script/match-key.ts'
import { dateWordsOf, daysSaid, isOtherWeek, monthOf, withoutMornings, type DateWords } from './date-words.ts'

/** Where and in which languages a date is said. */
export interface DatePlace {
  nowMs: number
  timeZone: string
  /** Of the script: in these, months and days are known by their names. */
  languages: readonly string[]
}

/** The date that a text says, as `2026-12-24`; null for none, and for two days. Without a year it is the next one there is. */
export const dateIn = (written: string, { nowMs, timeZone, languages }: DatePlace): string | null => {
  const text = latinDigits(written).replace(TIME_OF_DAY, ' ')
  const { date: today, day } = placeInWeek(timeZone, nowMs)
  const words = dateWordsOf(languages)
  const key = withoutMornings(matchKey(text.replace(POSSESSIVE, '')), words)
  const near = daysSaid(key, words.near)
  const ahead = daysSaid(key, words.weekdays).map((weekday) => (weekday - day + 7) % 7)
  const [days, ...others] = new Set([...near, ...ahead])
  const isOne = days !== undefined && others.length === 0
  if (isOne && near.length > 0) return dayBeside(today, days)
  const inDigits = digitsIn(text, today)
  if (inDigits !== undefined) return inDigits
  const named = namedIn(key, today, words)
  if (named !== undefined) return named
  // On a Friday, "Friday" may be today or in a week; "Friday 11" is a day of the month, or an hour.
  const isSure = isOne && days > 0 && !isOtherWeek(key, words) && !hasNumberOfDate(key, words)
  return isSure ? dayBeside(today, days) : null
}

/** `19:30` and `19.30`, where that is no day of a month. */
const TIME_OF_DAY = /(?<![\d.])(?:[01]?\d|2[0-4])(?::[0-5]\d|\.(?:00|1[3-9]|[2-5]\d))(?![\d.])/g

/** "Tomorrow's fine." */
const POSSESSIVE = /(?<=\p{L})['’]s\b/gu

/** Whether a number stands before or behind a day of the week, or a year anywhere: then a date is said that was not understood. */
const hasNumberOfDate = (key: string, { weekdays }: DateWords): boolean => {
  const said = ` ${key
    .split(' ')
    .filter((word) => !BETWEEN.has(word))
    .join(' ')} `
  const isBeside = (name: string): boolean => {
    const [before = '', behind] = said.split(` ${name} `)
    if (behind === undefined) return false
    return [before.split(' ').at(-1), behind.split(' ')[0]].some((word) => dayOfMonth(word) !== undefined)
  }
  return /\d[日号號일]|\b(?:19|20|21)\d\d\b/.test(key) || [...weekdays.keys()].some(isBeside)
}

/** A date in digits; undefined where there is none, null where it is none of the calendar. */
const digitsIn = (text: string, today: string): string | null | undefined => {
  const iso = /\b(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)/.exec(text)
  if (iso !== null) return dateOf(iso[1], iso[3], iso[4], today)
  const asian =
    /(?:(\d{4})\s*[年년]\s*)?(\d{1,2})\s*[月월]\s*(\d{1,2})(?:\s*[日일号號]|(?!\d|\s?\p{L}))/u.exec(text)
  if (asian !== null) return dateOf(asian[1], asian[2], asian[3], today)
  let found: null | undefined
  for (const [, first, sign, second, year] of text.matchAll(DAY_AND_MONTH)) {
    // "12-14" is rather a span of times.
    if (sign === '-' && year === undefined) continue
    // There is no 24th month: the month stands first, as in America.
    const isMonthFirst = sign === '/' && Number(second) > 12
    const date = isMonthFirst ? dateOf(year, first, second, today) : dateOf(year, second, first, today)
    // "um 19.30 am 24.12.": the time is no date.
    if (date !== null) return date
    found = null
  }
  return found
}

const DAY_AND_MONTH = /\b(\d{1,2})\s*([./-])\s*(\d{1,2})(?:\s*\2\s*(\d{4}|\d{2})?)?(?!\d)/g

/** A day beside the name of its month; undefined where there is none, null where it is none of the calendar, or of two months. */
const namedIn = (key: string, today: string, words: DateWords): string | null | undefined => {
  const said = key.split(' ').filter((word) => !BETWEEN.has(word))
  const year = said.find((word) => /^(?:19|20|21)\d\d$/.test(word))
  const found = said.flatMap((word, index) => {
    const at = [index - 1, index + 1].find((beside) => dayOfMonth(said[beside]) !== undefined)
    // "marți" is a Tuesday in Romanian, and how "martie" begins.
    const isNoMonth = at === undefined || /\d/.test(word) || words.weekdays.has(word)
    const month = isNoMonth ? undefined : monthOf(word, words)
    return month === undefined ? [] : { at, month, day: dayOfMonth(said[at ?? 0]) }
  })
  const [first, ...others] = found
  if (first === undefined) return undefined
  // "mar 5 mai" is a Tuesday in French, and March in English.
  if (others.some(({ at, month }) => at === first.at && month !== first.month)) return null
  return dateOf(year, String(first.month), first.day, today)
}

/** What stands between a day and its month: "24th of December", "24 de diciembre". */
const BETWEEN = new Set(['of', 'the', 'de', 'del', 'd', 'den', 'di', 'o'])

const dayOfMonth = (word: string | undefined): string | undefined =>
  /^(\d{1,2})(?:st|nd|rd|th|er|e|o|a)?$/.exec(word ?? '')?.[1]

const dateOf = (
  year: string | undefined,
  month: string | undefined,
  day: string | undefined,
  today: string,
): string | null => {
  const thisYear = Number(today.slice(0, 4))
  const inYear = (one: number): string | null =>
    isDay(one, Number(month), Number(day))
      ? `${String(one).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
      : null
  if (year !== undefined) return inYear(year.length === 2 ? 2000 + Number(year) : Number(year))
  const next = inYear(thisYear)
  return next !== null && next >= today ? next : inYear(thisYear + 1)
}
