import { matchKey } from '../script/match-key.ts'
import { isAroundChoice } from './around-words.ts'
import { isKnownBesideDay } from './date-doubts.ts'
import { dateWordsOf, DAY, daysSaid } from './date-words.ts'

/** Languages of which few words beside a day are known, by the side on which a weekday has "next" and the like. */
const BEFORE = ['sv', 'da', 'nb', 'no', 'fi', 'hu', 'tr', 'el', 'hi', 'ja']
const BEHIND = ['ro', 'ar', 'he', 'fa', 'id', 'th']
const SIDES: ReadonlyMap<string, -1 | 1> = new Map([
  ...BEFORE.map((language) => [language, -1] as const),
  ...BEHIND.map((language) => [language, 1] as const),
])

/** By language, words that leave the weekday beside them as it is: "yes", "gladly", "this", "at". */
const PLAIN: Readonly<Record<string, string>> = {
  sv: 'ja gärna',
  da: 'ja gerne',
  nb: 'ja gjerne',
  fi: 'joo kyllä tänä ehkä',
  hu: 'igen kérem ezen ezt',
  tr: 'evet tamam olur belki',
  el: 'ναι την το τη αυτή αυτήν αυτό παρακαλώ',
  hi: 'हाँ को',
  ja: 'はい この 今週の',
  ro: 'da asta aceasta la',
  ar: 'نعم هذه الساعة',
  he: 'כן הזה בשעה בבקשה',
  fa: 'بله این ساعت لطفا',
  id: 'ya ini saja jam pukul',
  th: 'นี้ ค่ะ คะ ครับ ได้ไหม ได้ไหมคะ ได้ไหมครับ เช้า บ่าย เย็น ตอนเช้า ตอนบ่าย ตอนเย็น ตอนค่ำ',
}

/**
 * Whether an unknown word stands where a weekday has "next": "öbür cuma", "अगले शुक्रवार". Then the weekday may be of another week.
 *
 * @param key - the text after `matchKey`, with the weekday
 * @param rest - the same with {@link DAY} in place of the weekday
 */
export const isBesideUnknown = (key: string, rest: string, languages: readonly string[]): boolean => {
  const others = languages.filter((language) => !SIDES.has(shortOf(language)))
  // The name is one of a language whose words are known.
  if (daysSaid(key, dateWordsOf(others).weekdays).said.length > 0) return false
  const said = rest.split(' ')
  const at = said.indexOf(DAY)
  return languages.some((language) => {
    const side = SIDES.get(shortOf(language))
    const beside = side === undefined ? '' : (said[at + side] ?? '')
    return !isKnownBesideDay(beside) && !isAroundChoice(beside) && !plainWordsOf(language).has(beside)
  })
}

const shortOf = (language: string): string => language.slice(0, 2)

const known = new Map<string, ReadonlySet<string>>()

/** {@link PLAIN}, and what ICU has for "this week" and for the parts of a day. */
const plainWordsOf = (language: string): ReadonlySet<string> => {
  const made = known.get(language) ?? plainWordsIn(language)
  known.set(language, made)
  return made
}

const plainWordsIn = (language: string): ReadonlySet<string> => {
  const locale = language.replace('_', '-')
  const format = new Intl.DateTimeFormat(locale, {
    hour: 'numeric',
    hour12: true,
    dayPeriod: 'long',
    timeZone: 'UTC',
  })
  const partsOfDay = [6, 9, 12, 15, 19, 23].flatMap((hour) =>
    format
      .formatToParts(Date.UTC(2026, 5, 1, hour))
      .flatMap(({ type, value }) => (type === 'dayPeriod' ? value : [])),
  )
  const thisWeek = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(0, 'week')
  return new Set(
    [PLAIN[shortOf(language)] ?? '', thisWeek, ...partsOfDay].flatMap((words) =>
      words.split(' ').map(matchKey),
    ),
  )
}
