import { isPair, matchKey } from '../script/match-key.ts'
import { ALWAYS, DAY } from './date-words.ts'
import { DAY_ARTICLES, hasDoubt } from './doubt-words.ts'
import { isFiller } from './match/small-words.ts'
import { isAroundAnswer, numberWordsIn } from './number-words.ts'

/** By language, how visitors write "in" before or behind the number, where ICU has another word: `#` is the number with its unit. */
const OWN_IN: Readonly<Record<string, readonly string[]>> = {
  pt: ['daqui a #', 'dentro de #'],
  es: ['en #'],
  it: ['fra #'],
  ar: ['بعد #'],
  id: ['# lagi'],
  vi: ['# nua', 'sau #'],
  hi: ['# बाद'],
  nl: ['over #'],
  th: ['อีก #'],
  fr: ['d ici #', 'dans #'],
}
/** By language, other names of a span, with that of ICU. */
const OWN_SPANS: Readonly<Record<string, readonly (readonly [RegExp, string])[]>> = {
  hi: [[/हफ़्ते|हफ्ते/u, 'सप्ताह']],
  zh: [[/ ?[个個]?(?:星期|礼拜|禮拜)/u, '周']],
}
const MOST = 60
/** "In acht Tagen" and "en quince días" may mean one and two weeks. */
const UNSURE_DAYS = new Set([8, 15])

export interface DaysAhead {
  days: number
  /** Whether any day of that week may be meant. */
  isWeek: boolean
}

/**
 * The days from today on that a text names as ICU writes them: "через 2 недели", "za trzy dni", "3天后".
 *
 * @param rest - the rest of the text after `matchKey`
 * @returns null where the text says more than this
 */
export const daysAhead = (rest: string, languages: readonly string[]): DaysAhead | null => {
  if (rest.split(' ').includes(DAY)) return null
  const key = numbersAsDigits(rest)
  const [count, ...others] = (key.match(/\d+/g) ?? []).map(Number)
  if (count === undefined || others.length > 0 || count < 1 || count > MOST) return null
  for (const language of new Set([...languages, ...ALWAYS])) {
    const said = (OWN_SPANS[language.slice(0, 2)] ?? []).reduce(
      (all, [own, name]) => all.replace(own, name),
      key,
    )
    for (const [unit, days] of [
      ['week', 7],
      ['day', 1],
    ] as const)
      if (phrasesFor(language, count, unit).some((phrase) => isAll(phrase, said, languages)))
        return days === 1 && UNSURE_DAYS.has(count) ? null : { days: count * days, isWeek: days === 7 }
  }
  return null
}

const numbersAsDigits = (key: string): string =>
  key
    .split(' ')
    .map((word) => (isPair(word) ? withDigit(word) : String(numberWordsIn(word) ?? word)))
    .join(' ')

const withDigit = (word: string): string =>
  word.replace(/^[一二三四五六七八九十两兩](?=.*[后後])/u, (sign) =>
    '两兩'.includes(sign) ? '2' : String(CHINESE.indexOf(sign)),
  )

const CHINESE = ' 一二三四五六七八九十'

const phrasesFor = (language: string, count: number, unit: 'week' | 'day'): readonly string[] => {
  const name = `${language} ${count} ${unit}`
  const made = known.get(name) ?? makePhrases(language, count, unit)
  known.set(name, made)
  return made
}

// Kept, because ICU takes a millisecond for the formats. A bot has few languages, and the counts have a limit.
const known = new Map<string, readonly string[]>()

const makePhrases = (language: string, count: number, unit: 'week' | 'day'): string[] => {
  const locale = `${language.replace('_', '-')}-u-nu-latn`
  const format = new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' })
  const amount = matchKey(format.format(count))
  const own = OWN_IN[language.slice(0, 2)] ?? []
  return [
    matchKey(new Intl.RelativeTimeFormat(locale).format(count, unit)),
    ...own.map((phrase) => phrase.replace('#', amount)),
  ]
}

/** Whether a text is the phrase, with no more around it than politeness. */
const isAll = (phrase: string, key: string, languages: readonly string[]): boolean => {
  if (isPair(phrase) && !/\p{Script=Hangul}/u.test(phrase))
    return key.replaceAll(' ', '').replace(AROUND_UNSPACED, '') === phrase.replaceAll(' ', '')
  const [before, behind] = ` ${key} `.split(` ${phrase} `)
  if (before === undefined || behind === undefined) return false
  const others = `${before} ${behind}`.trim()
  const isLittle = (word: string): boolean =>
    word === '' || isAroundAnswer(word) || DAY_ARTICLES.has(word) || isFiller(word)
  return !hasDoubt(others, languages) && others.split(' ').every((word) => isLittle(word) && !VAGUE.has(word))
}

/** Fillers that make a number uncertain, or begin a span with it. */
const VAGUE = new Set([
  'about',
  'etwa',
  'or',
  'o',
  'ou',
  'oder',
  'until',
  'every',
  'once',
  'over',
  'do',
  'до',
])

const AROUND_UNSPACED = /(?:でお願いします|お願いします|です|に|ください|吧|可以吗|ครับ|ค่ะ)$/u
