import { described, type Read, type Reading } from './reading.ts'
import { meantDays, meantTimes } from './meant-hours.ts'
import { entriesOf, kindOf, nodeText } from './nodes.ts'
import { mapping, oneOrMore, optional, required } from './shapes.ts'
import { text } from './values.ts'
import { quoted } from './mistakes.ts'

/** Opening hours in the time of a place. */
export interface Hours {
  timeZone: string
  /** By day of the week, Monday first: spans in minutes after midnight. A span that ends past 1440 ends the day after. */
  week: readonly (readonly OpenSpan[])[]
  /** Days that are closed in spite of `week`: `2026-12-24`, or `12-25` for every year. */
  closed: ReadonlySet<string>
}

export interface OpenSpan {
  fromMinute: number
  toMinute: number
}

const DAY_MINUTES = 24 * 60
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const NAMES = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']
/** The pattern is also the schema's, which has no flag for capital letters. */
const DAY = `(${NAMES.map((name) => `[${name[0]?.toUpperCase()}${name[0]}]${name.slice(1, 3)}(?:${name.slice(3)})?`).join('|')})`
// Word processors turn the hyphen between two words or numbers into a long dash.
const DAY_OR_DAYS = new RegExp(`^${DAY}(?:\\s*[-–—]\\s*${DAY})?$`)
const SPAN = /^(\d{1,2})(?:[:.](\d{2}))?\s*[-–—]\s*(\d{1,2})(?:[:.](\d{2}))?$/
const CLOSED = /^(?:(\d{4})-)?(\d{2})-(\d{2})$/

/** Whether the place is open at a moment, ms since the epoch. */
export const isOpen = (hours: Hours, atMs: number): boolean => {
  const { day, minute, date } = placeInWeek(hours.timeZone, atMs)
  const opens = (on: number, at: number, dateOn: string): boolean =>
    !hours.closed.has(dateOn) &&
    !hours.closed.has(dateOn.slice(5)) &&
    (hours.week[on] ?? []).some(({ fromMinute, toMinute }) => at >= fromMinute && at < toMinute)
  return opens(day, minute, date) || opens((day + 6) % 7, minute + DAY_MINUTES, dayBeside(date, -1))
}

const TIMES = 'times like 9:00-18:00, or closed'

const time: Read<string> = text(TIMES, { max: 100, why: 'no times are longer' })

const span: Read<OpenSpan> = described(
  (node, reading) => {
    const value = time(node, reading)
    if (value === undefined) return undefined
    const [, fromHour, fromRest = '0', toHour, toRest = '0'] = SPAN.exec(value) ?? []
    const fromMinute = Number(fromHour) * 60 + Number(fromRest)
    const toMinute = Number(toHour) * 60 + Number(toRest)
    const fits =
      Number(fromRest) < 60 && Number(toRest) < 60 && fromMinute < DAY_MINUTES && toMinute <= DAY_MINUTES
    if (fromHour === undefined || !fits || fromMinute === toMinute) {
      return reading.refuse(reading.placeOf(reading.follow(node)), quoted(value), TIMES, timesHint(value))
    }
    return { fromMinute, toMinute: toMinute > fromMinute ? toMinute : toMinute + DAY_MINUTES }
  },
  () => ({ type: 'string', pattern: SPAN.source }),
)

const timesHint = (value: string): string | null => {
  const meant = meantTimes(value)
  if (meant === null) return null
  if (meant === 'closed') return 'A day without hours is written like "sun: closed", without brackets.'
  return meant.startsWith('[')
    ? `Several times of a day stand in brackets: ${meant}.`
    : `Did you mean ${quoted(meant)}?`
}

const spans = oneOrMore(TIMES, span)

const week: Read<OpenSpan[][]> = described(
  (node, reading) => {
    const entries = entriesOf(node, reading, 'times by day, like mon-fri: 9:00-18:00')
    if (entries === undefined) return undefined
    const read: OpenSpan[][] = DAYS.map(() => [])
    for (const { key, place, value } of entries) {
      const [, first, last = first] = DAY_OR_DAYS.exec(key) ?? []
      if (first === undefined || last === undefined) {
        reading.refuse(
          place,
          quoted(key),
          `a day or days: ${DAYS.join(', ')}, or like mon-fri`,
          daysHint(key),
        )
        continue
      }
      const times = closedAllDay(value, reading) ? [] : spans(value, reading)
      const from = dayOf(first)
      const count = (dayOf(last) - from + 7) % 7
      for (let step = 0; step <= count; step += 1) read[(from + step) % 7] = times ?? []
    }
    return read
  },
  () => ({
    type: 'object',
    patternProperties: {
      [DAY_OR_DAYS.source]: { anyOf: [spans.schema?.() ?? {}, { const: 'closed' }] },
    },
    additionalProperties: false,
  }),
)

/** The days that a writer most likely meant by another spelling: `mo-fr`, `tues`, `weekdays`. */
const daysHint = (key: string): string | null => {
  if (SEVERAL_DAYS.test(key)) return 'Each day has a line of its own.'
  const days = meantDays(key)
  return days === null ? null : `Did you mean ${quoted(days)}?`
}

/** `mon, tue`, `Sa/So`, `Mo und Di` */
const SEVERAL_DAYS = /[,;&+]|\p{L}\.?\s*\/\s*\p{L}{2}|\s(?:and|und|et|y|e|i|en)\s/u

/** Monday is 0. */
const dayOf = (name: string): number => DAYS.indexOf(name.slice(0, 3).toLowerCase() as (typeof DAYS)[number])

const closedAllDay = (node: Parameters<Reading['follow']>[0], reading: Reading): boolean =>
  nodeText(reading.follow(node)) === 'closed'

const timeZone: Read<string> = described(
  (node, reading) => {
    const value = text('a time zone like Europe/Berlin', { max: 100, why: 'none is longer' })(node, reading)
    if (value === undefined) return undefined
    const zone = zoneOf(value)
    if (zone !== undefined) return zone
    const target = reading.follow(node)
    const city = `/${value.trim().replaceAll(' ', '_').toLowerCase()}`
    const meant = Intl.supportedValuesOf('timeZone').find((one) => one.toLowerCase().endsWith(city))
    return reading.refuse(
      reading.placeOf(target),
      kindOf(target, reading),
      'a time zone like Europe/Berlin',
      meant === undefined ? null : `Did you mean ${quoted(meant)}?`,
    )
  },
  () => ({ type: 'string' }),
)

/** The IANA name of a time zone, for any spelling of its case; undefined for none. */
const zoneOf = (name: string): string | undefined => {
  // The list of all zones takes 3 ms and the first formatter of a process 25, so a formatter is made only for another spelling.
  if (Intl.supportedValuesOf('timeZone').includes(name)) return name
  // Offsets such as +02:00 have no summer time, and are hardly ever meant.
  if (/^[+-]/.test(name)) return undefined
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    return undefined
  }
}

const closedDay: Read<string> = described(
  (node, reading) => {
    const value = text('a date', { max: 100, why: 'no date is longer' })(node, reading)
    if (value === undefined) return undefined
    const [, year = '2024', month = '', day = ''] = CLOSED.exec(value) ?? []
    if (isDay(Number(year), Number(month), Number(day))) return value
    return reading.refuse(
      reading.placeOf(reading.follow(node)),
      quoted(value),
      'a date like 2026-12-24, or 12-25 for every year',
    )
  },
  () => ({ type: 'string', pattern: CLOSED.source }),
)

const readHours = mapping('the opening hours', {
  time_zone: required(timeZone, 'Where the clock hangs, like Europe/Berlin.'),
  open: required(week, 'Times by day: mon-fri: 9:00-18:00, sat: [9:00-12:00, 14:00-16:00].'),
  closed: optional(
    oneOrMore('dates', closedDay),
    'Dates on which it is closed: 2026-12-24, or 12-25 for every year.',
  ),
})

/** Reads the opening hours. */
export const hours: Read<Hours> = described(
  (node, reading) => {
    const value = readHours(node, reading)
    return value && { timeZone: value.time_zone, week: value.open, closed: new Set(value.closed) }
  },
  () => readHours.schema?.() ?? {},
)

/** Whether the day exists in the calendar. */
export const isDay = (year: number, month: number, day: number): boolean => {
  const date = new Date(Date.UTC(year, month - 1, day))
  return date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}

/** The date so many days later, by the calendar: a day has 23 or 25 hours when the clocks change. */
export const dayBeside = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00Z`) + days * DAY_MINUTES * 60_000).toISOString().slice(0, 10)

/** The weekday (Monday is 0), the minute of the day and the date (`2026-12-24`) in a zone at a moment. */
export const placeInWeek = (zone: string, atMs: number): { day: number; minute: number; date: string } => {
  const parts = Object.fromEntries(
    formatOf(zone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, value]),
  )
  const { weekday = '', hour = '0', minute = '0', year = '', month = '', day = '' } = parts
  return {
    day: Math.max(0, dayOf(weekday)),
    minute: Number(hour) * 60 + Number(minute),
    date: `${year}-${month}-${day}`,
  }
}

// Kept, because making one takes longer than using it a thousand times.
const formats = new Map<string, Intl.DateTimeFormat>()

const formatOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = formats.get(timeZone)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  })
  formats.set(timeZone, format)
  return format
}
