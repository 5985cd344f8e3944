import { latinDigits } from '../base/digits.ts'
import { dayBeside, isDay, placeInWeek } from '../script/hours.ts'
import { matchKey } from '../script/match-key.ts'
import { isBesideOtherWeek, leavesDoubt } from './date-doubts.ts'
import { ordersOf, type DateOrder } from './date-order.ts'
import { hasDoubt, isBesideHoliday, isCountedNoun, oneOfManyOf } from './doubt-words.ts'
import { daysAhead, type DaysAhead } from './days-ahead.ts'
import { daysFrom } from './date-offsets.ts'
import { withoutIdioms } from './idioms.ts'
import {
  comingAsNext,
  daysOfNextWeek,
  inNextWeek,
  weekAround,
  weekdayOf,
  withoutNextWeek,
} from './next-week.ts'
import { isAroundAnswer } from './number-words.ts'
import { isUnreadBeside } from './weekday-neighbours.ts'
import { NO_FIRST } from './refusals.ts'
import {
  dateWordsOf,
  DAY,
  daysSaid,
  EVES,
  isNextOnly,
  isOtherWeek,
  monthOf,
  spelledDays,
  withoutMornings,
  type DateWords,
} from './date-words.ts'

/** Time zone and languages of a date. */
export interface DatePlace {
  nowMs: number
  timeZone: string
  /** Languages of the script: names of months and days are known in these. */
  languages: readonly string[]
}

/**
 * The date in a text, as `2026-12-24`; null for none, for two days, and where the words around it leave a doubt. A date without a year is
 * the next such day.
 */
export const dateIn = (written: string, place: DatePlace): string | null => {
  const [date, other] = datesIn(written, place)
  return other === undefined ? (date ?? null) : null
}

/** As {@link dateIn}, and all dates where `5/3`, "next Friday", or "Friday" on a Friday may be two, or "next week" seven. */
export const datesIn = (written: string, place: DatePlace): string[] => [
  ...new Set(ordersOf(place).flatMap((order) => readDates(written, place, order)?.dates ?? [])),
]

/** As {@link dateIn}, with the rest of the text after `matchKey`, {@link DAY} in place of the day. */
export const readDate = (written: string, place: DatePlace): { date: string; rest: string } | null => {
  const { dates: [date, other] = [], rest = '' } = readDates(written, place, 'day') ?? {}
  return date === undefined || other !== undefined ? null : { date, rest }
}

const readDates = (
  written: string,
  { nowMs, timeZone, languages }: DatePlace,
  order: DateOrder,
): { dates: string[]; rest: string } | null => {
  const { date: today, day: dayOfWeek } = placeInWeek(timeZone, nowMs)
  const words = dateWordsOf(languages)
  const text = withoutTimes(
    latinDigits(written).replace(CORRECTION, ' ').replace(POSSESSIVE, '').replace(ORDINAL, '$1e '),
  )
    .replace(MEASURE, ' ')
    .replace(LABELLED, ' ')
    .replace(NUMBERED, ' ')
    .replace(PRICED, ' ')
    .replace(PHONE_IN_PAIRS, ' ')
  const digits = digitsIn(text.replace(SHORT_YEAR, ' 20$1'), today, order)
  const plain = withoutContraction(withoutIdioms(matchKey(digits.rest).replace(GREETING, ' ')), languages)
  const key = comingAsNext(withoutMornings(spelledDays(plain, words), words))
  const eves = daysSaid(key, EVES)
  const named = namedIn(eves.rest, today, words)
  const near = daysSaid(named.rest, words.near)
  if (isBesideOtherWeek(near.rest, words, languages)) return null
  const ofNextWeek = withoutNextWeek(near.rest, words)
  const left = ofNextWeek ?? near.rest
  if (named.dates.length + digits.dates.length + near.said.length === 0) {
    const ahead = daysAhead(near.rest, languages)
    if (ahead !== null) return daysOf(ahead, today)
  }
  const inFull = daysSaid(left, words.weekdays)
  const weekdays = inFull.said.length > 0 ? inFull : (aloneIn(left, words) ?? inFull)
  const { rest } = weekdays
  const said = [...digits.dates, ...named.dates]
  const dates = new Set([...said, ...eves.said.map((day) => eveOn(day, said, today))])
  const exact = new Set([...dates, ...near.said.map((days) => dayBeside(today, days))])
  const [date, ...others] = exact
  const [weekday, ...otherWeekdays] = new Set(weekdays.said)
  if (date === null || others.length > 0 || otherWeekdays.length > 0) return null
  if (ofNextWeek !== null && dates.size === 0) {
    if (date !== undefined || digits.isWrong) return null
    if (weekday === undefined) return isAround(rest) ? { dates: daysOfNextWeek(today), rest } : null
  } else if (date === undefined && (digits.isWrong || weekday === undefined)) return offsetFrom(today, rest)
  // "上星期五": the name of the day shares a character with the word before it.
  if (hasDoubt(left, languages)) return null
  const days = ((weekday ?? dayOfWeek) - dayOfWeek + 7) % 7
  const meant = date ?? dayBeside(today, days)
  if (leavesDoubt(rest, words, languages, Number(meant.slice(-2)))) return null
  const around = rest.split(' ')
  const span = around.findIndex((word) => words.spans.has(word))
  if (date !== undefined) {
    if ([...weekdays.said, ...shortWeekdays(around, words)].some((one) => one !== weekdayOf(date)))
      return null
    // "24 December for a week" begins on that day, "a week from 24 December" does not.
    if (span === -1 || (dates.size > 0 && span > around.indexOf(DAY))) return { dates: [date], rest }
    return dates.size === 0 && weekday === undefined ? offsetFrom(date, rest) : null
  }
  const many = oneOfManyOf(languages)
  if (isBesideHoliday(rest) || around.some((word, index) => around[index + 1] === DAY && many.has(word)))
    return null
  if (span !== -1) return null
  if (ofNextWeek !== null && weekday !== undefined)
    return isOtherWeek(rest, words) ? null : { dates: inNextWeek(weekday, today), rest }
  // On a Monday, "next Friday" may be this Friday or the one after; "next Monday" is not today.
  const first = dayBeside(today, days === 0 ? 7 : days)
  // The Vietnamese Friday has the same letters as a word for "next".
  if (isOtherWeek(rest, words))
    return isNextOnly(rest, words) ? { dates: [first, dayBeside(first, 7)], rest } : null
  // On a Friday, "Friday" may be today or in a week.
  if (days === 0) return { dates: [meant, dayBeside(meant, 7)], rest }
  return { dates: isUnreadBeside(rest, languages) ? [first, dayBeside(first, 7)] : [meant], rest }
}

/** The date of an eve: that of the text where it says the same one, "24 December 2027, Christmas Eve". */
const eveOn = (day: number, said: readonly (string | null)[], today: string): string | null =>
  said.find((date) => date?.endsWith(`-12-${day}`)) ?? dateOf(undefined, '12', String(day), today)

const offsetFrom = (from: string, rest: string): { dates: string[]; rest: string } | null => {
  const offset = daysFrom(rest)
  return offset === null ? null : daysOf(offset, from)
}

const daysOf = ({ days, isWeek }: DaysAhead, from: string): { dates: string[]; rest: string } => {
  const date = dayBeside(from, days)
  return { dates: isWeek ? weekAround(date) : [date], rest: DAY }
}

const isAround = (key: string): boolean =>
  key.split(' ').every((one) => one === '' || ON.has(one) || isAroundAnswer(one))

/** "Fri, please", "on Sat", "next Fri" */
const aloneIn = (key: string, words: DateWords): ReturnType<typeof daysSaid> | null => {
  const isBeside = (one: string): boolean => ON.has(one) || isAroundAnswer(one) || isOtherWeek(one, words)
  const [word = '', ...others] = key.split(' ').filter((one) => !isBeside(one))
  // "Nächsten Fr", "next Fri": no other word follows these.
  const day = OTHER_WORDS.test(word) && !isOtherWeek(key, words) ? undefined : words.shortWeekdays.get(word)
  if (day === undefined || others.length > 0) return null
  return {
    said: [day],
    rest: key
      .split(' ')
      .map((one) => (one === word ? DAY : one))
      .join(' '),
  }
}

const ON = new Set(['on', 'this', 'am', 'na', 'el', 'le', 'por', 'favor', 'pode', 'ser'])

/** Names of days that alone are other words: "so", "do it", the Czech "ne" (no), the Indonesian "min" (for an admin). */
const OTHER_WORDS = /^(?:\p{Script=Latin}{1,2}|min)$/u

/** "Fri 25 September" */
const shortWeekdays = (said: readonly string[], words: DateWords): number[] =>
  said.flatMap((word, index) => (said[index + 1] === DAY ? (words.shortWeekdays.get(word) ?? []) : []))

/** "No, I mean Thursday" takes back the words before it. */
const CORRECTION = new RegExp(`^\\s*${NO_FIRST}`, 'iu')

/** "4. und 11." are days, "18 und 20" may be hours. */
const ORDINAL = /(?<![\d.])(\d{1,2})\.\s+(?=(?:und|bis)\s)/giu

/** "24 Dec '26" */
const SHORT_YEAR = /(?<=\p{L}[.,]?\s)['’](\d\d)(?!\d)/gu

/** "Buenos días" is a greeting; it names no day. */
const GREETING = /\bbuenos dias\b/

/** "No sábado" is "on Saturday" in Portuguese, and "not Saturday" in Spanish. */
const withoutContraction = (key: string, languages: readonly string[]): string =>
  languages.some((one) => one.startsWith('pt')) && !languages.some((one) => one.startsWith('es'))
    ? key.replace(CONTRACTION, '')
    : key

const CONTRACTION = /\bno (?=(?:sabado|domingo|dia|almoco|jantar|final|fim|inicio)\b)/g

/** "Tomorrow's fine." */
const POSSESSIVE = /(?<=\p{L})['’]s\b/gu

/** The text without times of day, whose numbers are no days. */
export const withoutTimes = (text: string): string =>
  text.replace(HOURS, ' ').replace(CLOCK, ' ').replace(DOTTED_CLOCK, ' ').replace(ITALIAN_HOURS, ' ')

/** `7 pm`, `19h30`, `18-20 Uhr`, `午後7時`. */
const HOURS =
  /(?<!\d)\d{1,2}(?:[:.]\d{2})?(?:\s*[-–]\s*\d{1,2}(?:[:.]\d{2})?)?\s*(?:(?:[ap]\.?\s?m|uhr|o['’]?clock|heures?|hs?|uur|godz|ч|-kor)(?![\p{L}\d])|h(?:[0-5]\d)(?!\d)|[時点點时시])/giu

/** `19:30` */
const CLOCK = /(?<!\d)(?:[01]?\d|2[0-4]):[0-5]\d(?![\d.])/g
/** `19.30`, and `um 10.10`, which could also be a date. */
const DOTTED_CLOCK =
  /(?<![\d.])(?:[01]?\d|2[0-4])\.(?:00|1[3-9]|[2-5]\d)(?![\d.])|(?<=(?<!\p{L})(?:um|at|gegen|kl\.?|alle|las|às)\s)(?:[01]?\d|2[0-4])\.[0-5]\d(?![\d.])/giu

/** "Dopo le 20", "tra le 19 e le 20": a day of the month has "il". */
const ITALIAN_HOURS =
  /(?<!\p{L})(?:dopo|verso|prima|tra|fra)\s+(?:le|delle)\s+\d{1,2}(?:\s+e\s+le\s+\d{1,2})?(?![\d./])/giu

/** `size 10/12`, `Version 2.10`, `number 4`. */
const LABELLED =
  /(?<!\p{L})(?:versi(?:on|ón|one)|versão|versie|wersja|verze|верси[яи]|версія|v(?=\d)|size|größe|groesse|taille|talla|tamanho|taglia|maat|rozmiar|velikost|размер|розмір|chapter|kapitel)[\s:]*\d+(?:[./]\d+)?(?![\d./])/giu

/** `house 3/4`, `no. 5`, and `room 3/4`: "Zimmer 3.4." has a date, "room 24/12" and "house 3/4 to 8/4" have, too. */
const NUMBERED =
  /(?<!\p{L})(?:(?:nr\.?|№|num(?:ber|mer|éro|ero)|número|house|hausnummer|flat|ap(?:artmen)?t|wohnung|gate|gleis|line|linie|page|seite|level|step|phase|part|teil|score|rated)[\s:]*(?:(?:is|of|only|about|ist|nur|von|est|es|de)\s)?\s*(?:\d+(?![\d./])|(?:0?[1-9]|1[0-2])[.,/](?:0?[1-9]|1[0-2])(?![\d./]))|(?:rooms?|zimmer|chambre|habitaci[oó]n|camera|stanza|quarto|kamer|pok[oó]j)\s+(?:0?[1-9]|1[0-2])\/(?:0?[1-9]|1[0-2])(?![\d./]))(?!\s*(?:to|till?|until|bis|au|jusqu['’]au|al|hasta|ao|até|tot|do|[-–])\s*\d)/giu

/** `it costs 12.10` */
const PRICED =
  /(?<!\p{L})(?:costs?|price|preis|kostet|kosten|prix|co[uû]te|precio|cuesta|prezzo|costa|preço|custa|prijs|kost|kosztuje)[\s:]*(?:(?:is|of|only|about|ist|nur|von|est|es|de)\s)?\s*\d+(?:[.,]\d+)?(?![\d./])/giu

/** `06.12.34.56.78` */
const PHONE_IN_PAIRS = /(?<![\d./-])0\d([\s./-])\d\d(?:\1\d\d){3}(?!\d)/g

/** `1.5 hours`, `1/2 kg`, `€ 3.5`, `CHF 10.10`, `24/7`, `party of 4`. */
const MEASURE =
  /(?:\p{Sc}|(?<!\p{L})(?:chf|usd|eur|gbp|pln|czk))\s*\d+(?:[.,]\d+)?|(?<!\p{L})party\s+of\s+\d+|(?<![\d./])(?:\d+(?:[.,/]\d+)?\s*(?:[\p{Sc}%]|°(?!\s*\p{L}{3})|(?:[kcm]?m|k?g|kilos?|kilogramm?e?s?|m?l|inch(?:es)?|zoll|miles?|hours?|hrs?|min|std|stunden?|stück|lit(?:er|re)s?|litros?|euros?|eur|usd|chf|gbp|pln|czk|zł|kč|dollars?|pounds?|horas?|ore|uren)(?![\p{L}\d]))|24\/7(?![\d./])|\d+(?:[.,]\d+)?\s*(?:each|apiece|(?:per|pro)\s+(?:person[ae]?|persoon|head|kopf|piece|stück|night|nacht|notte|osobu))(?![\p{L}\d])|(?:[1-5][./])?[1-5]\s*(?:stars?|sterne)(?!\p{L}))/giu

/** The understood days, and the text with {@link DAY} in place of each. */
interface Taken {
  dates: (string | null)[]
  rest: string
}

/** Dates in digits; `isWrong` where one does not exist in the calendar. */
const digitsIn = (text: string, today: string, order: DateOrder): Taken & { isWrong: boolean } => {
  const dates: string[] = []
  let isWrong = false
  const take = (whole: string, date: string | null): string => {
    if (date === null) {
      isWrong = true
      return whole
    }
    dates.push(date)
    return ` ${DAY} `
  }
  const rest = text
    .replace(IN_BETWEEN, (whole, from: string, to: string, noun: string) =>
      isCountedNoun(noun) ? `${from} ${to}` : whole,
    )
    .replace(ISO, (whole, year: string, _sign, month: string, day: string) =>
      take(whole, dateOf(year, month, day, today)),
    )
    .replace(ASIAN, (whole, year: string | undefined, month: string, day: string) =>
      take(whole, dateOf(year, month, day, today)),
    )
    .replace(
      DAY_AND_MONTH,
      (whole, first: string, sign: string, second: string, year: string | undefined) => {
        // "12-14" is more likely a span of times.
        if (sign === '-' && year === undefined) return whole
        // There is no 24th month: the other order is meant.
        const isOther = Number(order === 'month' ? first : second) > 12
        const isMonthFirst = sign !== '.' && isOther !== (order === 'month')
        // "um 19.30 am 24.12.": the time is no date.
        return take(
          whole,
          isMonthFirst ? dateOf(year, first, second, today) : dateOf(year, second, first, today),
        )
      },
    )
  return { dates, rest, isWrong }
}

const ISO = /\b(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)/g
const ASIAN = /(?:(\d{4})\s*[年년]\s*)?(\d{1,2})\s*[月월]\s*(\d{1,2})(?:\s*[日일号號]|(?!\d|\s?\p{L}))/gu
/** No part of a longer row of numbers, such as `192.168.1.1`. */
const DAY_AND_MONTH = /(?<!\d[./-])\b(\d{1,2})\s*([./-])\s*(\d{1,2})(?:\s*\2\s*(\d{4}|\d{2})?)?(?!\d|\2\d)/g
/** "2/3 Personen" */
const IN_BETWEEN = /(?<![\d./])(\d{1,2})\/(\d{1,2})(?=\s+(\p{L}+))/gu

/** Days beside names of months; null where one does not exist in the calendar, or has two months. */
const namedIn = (key: string, today: string, words: DateWords): Taken => {
  const all = key.split(' ')
  // "24 grudnia o 20" has an hour.
  const isHour = (word: string, index: number): boolean =>
    word === 'o' && dayOfMonth(all[index - 1]) === undefined && dayOfMonth(all[index + 1]) !== undefined
  const said = all.filter((word, index) => !BETWEEN.has(word) || isHour(word, index))
  const year = said.find((word) => /^(?:19|20|21)\d\d$/.test(word))
  const found = said.flatMap((word, index) => {
    const at = [index - 1, index + 1].find((beside) => dayOfMonth(said[beside]) !== undefined)
    // "In April, 4 people" has no day. "marți" is a Tuesday in Romanian, and the beginning of "martie" (March).
    const isNoMonth =
      at === undefined ||
      (at > index && isCountedNoun(said[at + 1] ?? '')) ||
      /\d/.test(word) ||
      words.weekdays.has(word)
    const month = isNoMonth ? undefined : monthOf(word, words)
    return month === undefined ? [] : { index, at, month, day: dayOfMonth(said[at ?? 0]) }
  })
  if (found.length === 0) return { dates: [], rest: key }
  // "mar 5 mai" is a Tuesday in French, and March in English.
  const isOfTwo = found.some(({ at, month }) => found.some((one) => one.at === at && one.month !== month))
  const dates = found.map(({ month, day }) => (isOfTwo ? null : dateOf(year, String(month), day, today)))
  const rest = said.map((word, index) => {
    if (found.some((one) => one.index === index)) return DAY
    return word === year || found.some((one) => one.at === index) ? '' : word
  })
  return { dates, rest: rest.filter((word) => word !== '').join(' ') }
}

/** Words between a day and its month: "24th of December", "24 de diciembre". */
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
