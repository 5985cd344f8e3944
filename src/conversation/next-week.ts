import { dayBeside } from '../script/hours.ts'
import { isPair } from '../script/match-key.ts'
import type { DateWords } from './date-words.ts'

const WEEK = [0, 1, 2, 3, 4, 5, 6]
const SUNDAY = 6

/** Monday is 0. */
export const weekdayOf = (date: string): number => (new Date(date).getUTCDay() + 6) % 7

/** The seven days of a date's week, from Monday on. */
export const weekAround = (date: string): string[] => {
  const monday = dayBeside(date, -weekdayOf(date))
  return WEEK.map((day) => dayBeside(monday, day))
}

/** The key without "next week"; null where it does not say so. */
export const withoutNextWeek = (key: string, { nextWeek }: DateWords): string | null => {
  const ofChinese = key.replace(CHINESE, ' ')
  if (ofChinese !== key) return ofChinese.trim()
  for (const words of nextWeek) {
    const left = isPair(words) ? withoutPhrase(key, words) : ` ${key} `.replace(` ${words} `, ' ').trim()
    if (left !== key) return left
  }
  return null
}

/** In writing without spaces the week after next begins with another sign, and in Thai "next Sunday" contains "next week". */
const withoutPhrase = (key: string, phrase: string): string => {
  const at = key.indexOf(phrase)
  if (at === -1 || WEEK_AFTER.test(key.slice(0, at))) return key
  return `${key.slice(0, at)} ${key.slice(at + phrase.length).replace(/^の/, '')}`.trim().replace(/ +/g, ' ')
}

const WEEK_AFTER = /(?:再|さ|下|다|วัน)$/u
/** "下周五" is Friday of the next week: the sign for "week" belongs to the day. */
const CHINESE = /(?<!下)下[个個]?(?=(?:周|週|星期|礼拜|禮拜)[一二三四五六日天])/gu

/** The key with "sexta que vem" and the like as "next". */
export const comingAsNext = (key: string): string => key.replace(COMING, 'next')

const COMING = /(?<![^ ])(?:que vem|que viene|qui vient|che viene|que ve|अगल[ाेी]|आगामी|اگلے)(?= |$)/g

export const daysOfNextWeek = (today: string): string[] => weekAround(dayBeside(today, 7))

/** "Friday next week". A week begins on Sunday for some visitors, so a Sunday is one of two days, and on a Sunday each day is. */
export const inNextWeek = (weekday: number, today: string): string[] => {
  const date = dayBeside(today, 7 - weekdayOf(today) + weekday)
  if (weekdayOf(today) === SUNDAY) return weekday === SUNDAY ? [date] : [date, dayBeside(date, 7)]
  return weekday === SUNDAY ? [dayBeside(date, -7), date] : [date]
}
