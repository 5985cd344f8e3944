import { DAY } from './date-words.ts'
import type { DaysAhead } from './days-ahead.ts'
import { isAroundAnswer, numberWordsIn } from './number-words.ts'

/** Names of a span, as `matchKey` leaves them, with its days. */
const SPANS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    1: 'day days tag tage tagen jour jours dia dias giorno giorni dag dagen',
    7: 'week weeks woche wochen semaine semaines semana semanas settimana settimane weken',
    14: 'fortnight',
  }).flatMap(([days, names]) => names.split(' ').map((name): [string, number] => [name, Number(days)])),
)
/** Words that count days from the named day on, when they stand directly before a number. */
const IN = new Set(['in', 'en', 'dans', 'dentro', 'em', 'fra', 'tra', 'over'])
const FROM = new Set(['from', 'ab', 'von', 'partir', 'vanaf'])
const LINKS = new Set(['de', 'd', 'a', 'da', 'time', 'zeit'])
const ONE = new Set(['a', 'an', 'un', 'una', 'une', 'um', 'uma', 'een'])
const VAGUE = new Set(['about', 'etwa'])
const MOST = 60
/** "In acht Tagen" and "en quince días" may mean one and two weeks. */
const UNSURE_DAYS = new Set([8, 15])

/**
 * The number of days between the named day and the day meant: "today in a week", "in zwei Wochen ab heute", "three days from now".
 *
 * @param rest - the rest of the text after `matchKey`, with {@link DAY} in place of the day
 * @returns `isWeek` where any day of that week may be meant: "in two weeks" alone; null where the text means, or may mean, another thing
 */
export const daysFrom = (rest: string): DaysAhead | null => {
  const said = rest.replace(/\bfrom now\b/, `from ${DAY}`).split(' ')
  const index = said.findIndex((word) => SPANS.has(word))
  const days = SPANS.get(said[index] ?? '')
  const count = countOf(said[index - 1])
  if (days === undefined || count === null || count < 1 || count > MOST) return null
  if (days === 1 && UNSURE_DAYS.has(count)) return null
  const before = said[index - 2] === 'de' ? said[index - 3] : said[index - 2]
  const isFrom = said[index + 1] === 'from' && said[index + 2] === DAY
  // "A week from tomorrow" is one day, "ab morgen eine Woche" are seven.
  if (!isFrom && !IN.has(before ?? '')) return null
  const others = said.toSpliced(index - 1, 2)
  const isKnown = (word: string): boolean =>
    word === DAY ||
    IN.has(word) ||
    FROM.has(word) ||
    LINKS.has(word) ||
    (isAroundAnswer(word) && !VAGUE.has(word))
  if (!others.every(isKnown)) return null
  return { days: count * days, isWeek: days !== 1 && !said.includes(DAY) }
}

const countOf = (word = ''): number | null =>
  ONE.has(word) ? 1 : /^\d+$/.test(word) ? Number(word) : numberWordsIn(word)
