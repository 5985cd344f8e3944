import { latinDigits } from '../base/digits.ts'
import { dayBeside, isDay, placeInWeek } from '../script/hours.ts'
import { matchKey } from '../script/match-key.ts'
import { dateWordsOf, monthOf, nearIn, weekdayIn, type DateWords } from './date-words.ts'

/** Where and in which languages a date is said. */
export interface DatePlace {
  nowMs: number
  timeZone: string
  /** Of the script: in these, months and days are known by their names. */
  languages: readonly string[]
}

/** The date that a text says, as `2026-12-24`; null for none. Without a year it is the next one there is. */
export const dateIn = (written: string, { nowMs, timeZone, languages }: DatePlace): string | null => {
  const text = latinDigits(written)
  const { date: today, day } = placeInWeek(timeZone, nowMs)
  const words = dateWordsOf(languages)
  const key = matchKey(text)
  const near = nearIn(key, words)
  const weekday = weekdayIn(key, words)
  const ahead = weekday === undefined ? undefined : (weekday - day + 7) % 7
  // "Dienstag morgen" is a Tuesday, in the morning.
  if (near !== undefined && (ahead === undefined || ahead === near)) return dayBeside(today, near)
  const inDigits = digitsIn(text, today)
  if (inDigits !== undefined) return inDigits
  const named = namedIn(key, today, words)
  if (named !== undefined) return named
  // On a Friday, "Friday" may be today or in a week; "next Friday" may be two days.
  return ahead === undefined || ahead === 0 || NEXT.test(` ${key} `) ? null : dayBeside(today, ahead)
}

const NEXT = / (?:next|nachste[mnr]?|prochaine?|proxim[ao]|prossim[ao]|volgende?|nastepn[aey]) /

/** A date in digits; undefined where there is none, null where it is none of the calendar. */
const digitsIn = (text: string, today: string): string | null | undefined => {
  const iso = /\b(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)/.exec(text)
  if (iso !== null) return dateOf(iso[1], iso[3], iso[4], today)
  const asian = /(?:(\d{4})\s*[年년]\s*)?(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일号號]?/.exec(text)
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

/** A day beside the name of its month; undefined where there is none, null where it is none of the calendar. */
const namedIn = (key: string, today: string, words: DateWords): string | null | undefined => {
  const said = key.split(' ').filter((word) => !BETWEEN.has(word))
  const year = said.find((word) => /^(?:19|20|21)\d\d$/.test(word))
  for (const [index, word] of said.entries()) {
    const month = /\d/.test(word) ? undefined : monthOf(word, words)
    if (month === undefined) continue
    const day = dayOfMonth(said[index - 1]) ?? dayOfMonth(said[index + 1])
    if (day !== undefined) return dateOf(year, String(month), day, today)
  }
  return undefined
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
