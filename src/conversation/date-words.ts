import { isPair, matchKey } from '../script/match-key.ts'

/** Names that dates are written with, as `matchKey` leaves them. */
export interface DateWords {
  /** From 1. */
  months: ReadonlyMap<string, number>
  /** Monday is 0. */
  weekdays: ReadonlyMap<string, number>
  /** "tomorrow" and the like, with how many days that is from today; the longest first. */
  near: readonly (readonly [words: string, days: number])[]
}

/** Visitors of any script write in these, and dates in them were always understood. */
const ALWAYS = ['en', 'de']
/** The day after tomorrow has a word in many languages, and three in English. */
const OWN_NEAR: readonly [string, number][] = [['day after tomorrow', 2]]
/** 1 June 2026 is a Monday. */
const MONDAY = [2026, 5, 1] as const

// Making one takes some milliseconds.
const known = new Map<string, DateWords>()

/** The names in some languages (`de`, `pt_BR`), as ICU has them. */
export const dateWordsOf = (languages: readonly string[]): DateWords => {
  const key = languages.join()
  const made = known.get(key) ?? make([...new Set([...languages, ...ALWAYS])])
  known.set(key, made)
  return made
}

/** The month that a word names or begins to name; undefined for none, and for one that may be two. */
export const monthOf = (word: string, { months }: DateWords): number | undefined => {
  const named = months.get(word)
  if (named !== undefined || word.length < SHORTEST_BEGINNING) return named
  const begun = new Set([...months].flatMap(([name, month]) => (name.startsWith(word) ? month : [])))
  const [only] = begun
  return begun.size === 1 ? only : undefined
}

const SHORTEST_BEGINNING = 3

/** How many days from today a text says; undefined where it names no near day. */
export const nearIn = (key: string, { near }: DateWords): number | undefined =>
  near.find(([words]) => (isPair(words) ? key.includes(words) : ` ${key} `.includes(` ${words} `)))?.[1]

/** The day of the week in a text; undefined for none. */
export const weekdayIn = (key: string, { weekdays }: DateWords): number | undefined =>
  key
    .split(' ')
    .map((word) => weekdays.get(word))
    .find((day) => day !== undefined)

const make = (languages: readonly string[]): DateWords => {
  const months = new Map<string, number>()
  const weekdays = new Map<string, number>()
  const near = new Map<string, number>(OWN_NEAR)
  for (const language of languages) {
    const locale = `${language.replace('_', '-')}-u-ca-gregory-nu-latn`
    // Slavic languages put the month into another case beside a day.
    for (const beside of [{}, { day: 'numeric' }] as const) {
      for (const month of ['long', 'short'] as const) {
        const format = new Intl.DateTimeFormat(locale, { ...beside, month, timeZone: 'UTC' })
        for (let index = 0; index < 12; index += 1)
          add(months, partOf(format, 'month', Date.UTC(2026, index, 1)), index + 1)
      }
    }
    const format = new Intl.DateTimeFormat(locale, { weekday: 'long', timeZone: 'UTC' })
    const [year, month, first] = MONDAY
    for (let day = 0; day < 7; day += 1)
      add(weekdays, partOf(format, 'weekday', Date.UTC(year, month, first + day)), day)
    const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
    for (const days of [0, 1, 2]) add(near, relative.format(days, 'day'), days)
  }
  return { months, weekdays, near: [...near].toSorted(([one], [other]) => other.length - one.length) }
}

/** Names with digits in them (`12月`, `in 2 days`) are no names. */
const add = (names: Map<string, number>, name: string, value: number): void => {
  const key = matchKey(name)
  if (key !== '' && !/\d/.test(key) && !names.has(key)) names.set(key, value)
}

const partOf = (format: Intl.DateTimeFormat, type: 'month' | 'weekday', atMs: number): string =>
  format.formatToParts(atMs).find((part) => part.type === type)?.value ?? ''
