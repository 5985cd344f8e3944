import { dayBeside } from '../script/hours.ts'
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
  const said = nextWeek.find((words) => ` ${key} `.includes(` ${words} `))
  return said === undefined ? null : ` ${key} `.replace(` ${said} `, ' ').trim()
}

export const daysOfNextWeek = (today: string): string[] => weekAround(dayBeside(today, 7))

/** "Friday next week". A week begins on Sunday for some visitors, so a Sunday is one of two days, and on a Sunday each day is. */
export const inNextWeek = (weekday: number, today: string): string[] => {
  const date = dayBeside(today, 7 - weekdayOf(today) + weekday)
  if (weekdayOf(today) === SUNDAY) return weekday === SUNDAY ? [date] : [date, dayBeside(date, 7)]
  return weekday === SUNDAY ? [dayBeside(date, -7), date] : [date]
}
