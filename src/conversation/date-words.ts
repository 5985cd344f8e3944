import { editDistance } from '../base/edit-distance.ts'
import { isPair, matchKey } from '../script/match-key.ts'

/** Words for dates, after `matchKey`. */
export interface DateWords {
  /** From 1. */
  months: ReadonlyMap<string, number>
  /** Monday is 0. */
  weekdays: ReadonlyMap<string, number>
  /** Short names that are also other words ("so", "sun"): they count only alone, or directly before a date. */
  shortWeekdays: ReadonlyMap<string, number>
  /** "tomorrow" and the like, with the days from today. */
  near: ReadonlyMap<string, number>
  /** Beginnings of words for another week, such as "next". */
  otherWeek: readonly string[]
  /** "Next week", with and without an article or a preposition before it. */
  nextWeek: readonly string[]
  /** Words for weeks, months, years and several days: beside a day they mean another day. */
  spans: ReadonlySet<string>
  /** Words for "or". */
  ors: ReadonlySet<string>
}

/** Languages in which dates are always understood, independent of the script's languages. */
export const ALWAYS = ['en', 'de']
/** Names that ICU lacks, and longer names that contain the name of a nearer day. */
const OWN_NEAR: readonly [string, number][] = [
  ['day after tomorrow', 2],
  ['imorgon', 1],
  ['idag', 0],
  ['dziś', 0],
  ['tonight', 0],
  ['tonite', 0],
  ['tmrw', 1],
  ['tmr', 1],
  ['2morrow', 1],
  ['ce soir', 0],
  ['stasera', 0],
  ['esta noche', 0],
  ['esta noite', 0],
  ['vanavond', 0],
  ['morgenavond', 1],
  ['大后天', 3],
  ['大後天', 3],
  ['明明後日', 3],
  ['بعد غد', 2],
  ['بعد بكرة', 2],
  ['بكرة', 1],
  ['ngày mốt', 2],
  ['keshokutwa', 2],
  ['besok lusa', 2],
]
/** By language, names that ICU lacks: in English longer short names, else the case of weekdays after "on", or instead of it, where it differs: "w sobotę", "pénteken". */
const OWN_WEEKDAYS: Readonly<Record<string, readonly (readonly [string, number])[]>> = {
  en: [
    ['tues', 1],
    ['weds', 2],
    ['thur', 3],
    ['thurs', 3],
  ],
  de: [['sonnabend', 5]],
  pl: [
    ['środę', 2],
    ['sobotę', 5],
    ['niedzielę', 6],
  ],
  cs: [
    ['středu', 2],
    ['sobotu', 5],
    ['neděli', 6],
  ],
  ru: [
    ['среду', 2],
    ['пятницу', 4],
    ['субботу', 5],
  ],
  uk: [
    ['середу', 2],
    ["п'ятницю", 4],
    ['суботу', 5],
    ['неділю', 6],
  ],
  ro: [
    ['lunea', 0],
    ['marțea', 1],
    ['miercurea', 2],
    ['joia', 3],
    ['vinerea', 4],
    ['sâmbăta', 5],
    ['duminica', 6],
  ],
  hu: [
    ['hétfőn', 0],
    ['kedden', 1],
    ['szerdán', 2],
    ['csütörtökön', 3],
    ['pénteken', 4],
    ['szombaton', 5],
  ],
  fi: [
    ['maanantaina', 0],
    ['tiistaina', 1],
    ['keskiviikkona', 2],
    ['torstaina', 3],
    ['perjantaina', 4],
    ['lauantaina', 5],
    ['sunnuntaina', 6],
  ],
  zh: ['周', '週', '礼拜', '禮拜', '星期'].flatMap((week) =>
    Array.from('一二三四五六日')
      .map((day, index): [string, number] => [week + day, index])
      .concat([[`${week}天`, 6]]),
  ),
  ja: Array.from('月火水木金土日').map((day, index): [string, number] => [`${day}曜`, index]),
  he: [
    ['ביום שני', 0],
    ['ביום שלישי', 1],
    ['ביום רביעי', 2],
    ['ביום חמישי', 3],
    ['ביום שישי', 4],
    ['ביום ראשון', 6],
  ],
}
/** Names that are ordinal numbers, too, without "-feira": "a segunda opção". */
const OWN_SHORT_WEEKDAYS: Readonly<Record<string, readonly string[]>> = {
  pt: ['segunda', 'terça', 'quarta', 'quinta', 'sexta'],
}
/** By language, the parts of a day that are written behind its name as one word: "Freitagabend". */
const PARTS_OF_DAY: Readonly<Record<string, readonly string[]>> = {
  de: ['morgen', 'vormittag', 'mittag', 'nachmittag', 'abend', 'nacht'],
  nl: ['ochtend', 'morgen', 'middag', 'namiddag', 'avond', 'nacht'],
}
/** Names of two days in December that have the same date everywhere. */
const OWN_EVES: Readonly<Record<number, string>> = {
  24: `christmas eve|xmas eve|heiligabend|heiliger abend|nochebuena|víspera de navidad|vigilia di natale|véspera de natal|kerstavond|
    wigilia|wigilię|štědrý den|julafton|juleaften|jouluaatto|szenteste`,
  31: `new years eve|new year eve|nye|silvester|sylvester|saint sylvestre|nochevieja|víspera de año nuevo|san silvestro|véspera de ano novo|
    oudejaarsavond|oudejaarsdag|sylwester|sylwestra|silvestr|silvestra|nyårsafton|nytårsaften|nyttårsaften|uudenvuodenaatto|szilveszter`,
}
/** Words for the next week that ICU lacks. */
const OWN_NEXT_WEEK = [
  'nächster Woche',
  'kommende Woche',
  'kommender Woche',
  'prossima settimana',
  'semana next',
  'settimana next',
  'semaine next',
  'next सप्ताह',
  'next हफ्ते',
  'next हफ़्ते',
  'اگلے ہفتے',
  'next ہفتے',
  '下星期',
  '下個星期',
  '下个星期',
  '下礼拜',
  '다음주',
  'อาทิตย์หน้า',
]
/** The week after the next one. */
const LATER = 'ubern'
const OWN_OTHER_WEEK = ['ubernachst', 'nastepny', 'onumuzdeki', 'next', '下星期', '下个', '下個']
/** 1 June 2026 is a Monday. */
const MONDAY = [2026, 5, 1] as const

// Kept, because it takes some milliseconds to make one.
const known = new Map<string, DateWords>()

/** The names in some languages (`de`, `pt_BR`), as ICU has them. */
export const dateWordsOf = (languages: readonly string[]): DateWords => {
  const key = languages.join()
  const made = known.get(key) ?? make([...new Set([...languages, ...ALWAYS])])
  known.set(key, made)
  return made
}

/** The month that a word names, begins to name, or names with a wrong letter; undefined for none, and for one that may be two. */
export const monthOf = (word: string, { months }: DateWords): number | undefined => {
  const named = months.get(word)
  if (named !== undefined || word.length < SHORTEST_BEGINNING) return named
  const [only, ...others] = new Set(
    [...months].flatMap(([name, month]) => (name.startsWith(word) || isMistyped(name, word) ? month : [])),
  )
  return others.length === 0 ? only : undefined
}

const SHORTEST_BEGINNING = 3

/** The key with day names that have wrong letters spelled right: "tommorow", "Donerstag". A name that may be two days stays. */
export const spelledDays = (key: string, { weekdays, near, spans }: DateWords): string => {
  // "Morgan" and "domain" are names of their own.
  const names = [...weekdays, ...[...near].filter(([name]) => name.length > SHORTEST_MISTYPED)]
  const spelled = (word: string): string => {
    if (word.length < SHORTEST_MISTYPED - 1 || OTHER_WORDS.has(word)) return word
    if (weekdays.has(word) || near.has(word) || spans.has(word)) return word
    // Other endings are other words: "Sundays", "Montage", "domeniche".
    const meant = names.filter(
      ([name]) => name.at(-1) === word.at(-1) && isMistyped(name, word, mostWrong(name, word)),
    )
    const [found] = meant
    return found !== undefined && meant.every(([, day]) => day === found[1]) ? found[0] : word
  }
  return key.split(' ').map(spelled).join(' ')
}

/** Two where letters of a long name are left out, doubled or misplaced. With other letters it is another word: "démarche", "vendrai". */
const mostWrong = (name: string, word: string): number =>
  name.length >= LONG && Array.from(word).every((letter) => name.includes(letter)) ? 2 : 1

/** Words of a language that are one letter away from its name of a day, or two; from word lists, after `matchKey`. */
const OTHER_WORDS = new Set(
  [
    'sturdy sundry',
    'vienes vieres jueces mares mates mantes dominio domino sabido sacado salado sanado sobado',
    'salato sanato worek',
  ].flatMap((row) => row.split(' ')),
)

/** @param most - how many letters may be wrong */
const isMistyped = (name: string, word: string, most = 1): boolean =>
  name.length >= SHORTEST_MISTYPED &&
  name[0] === word[0] &&
  Math.abs(name.length - word.length) <= most &&
  editDistance(name, word) <= most

/** Shorter names differ from each other by one letter. */
const SHORTEST_MISTYPED = 6
/** A day name of this length may have two wrong letters: "wensday". */
const LONG = 8

/** Replaces an understood day in a key. No visitor writes this word. */
export const DAY = 'xdayx'

/**
 * Finds the day names in a text, the longest name first ("the day after tomorrow" does not contain "tomorrow").
 *
 * @returns the days, and the text without them
 */
export const daysSaid = (
  key: string,
  names: ReadonlyMap<string, number>,
): { said: readonly number[]; rest: string } => {
  const said: number[] = []
  let rest = ` ${key} `
  for (const [words, value] of names) {
    const named = isPair(words) ? words : ` ${words} `
    if (!rest.includes(named)) continue
    said.push(value)
    rest = rest.replaceAll(named, ` ${DAY} `)
  }
  return { said, rest: rest.trim().replace(/ +/g, ' ') }
}

/** Whether a text names another week than the next seven days, such as "next Friday" or "Friday in two weeks". */
export const isOtherWeek = (key: string, { otherWeek }: DateWords): boolean =>
  otherWeek.some((start) => (isPair(start) ? key : ` ${key}`).includes(isPair(start) ? start : ` ${start}`))

/** Whether that other week is the next one, or this one in other words. Chinese writes "the week after next" with the same signs. */
export const isNextOnly = (key: string, { otherWeek }: DateWords): boolean =>
  !` ${key}`.includes(` ${LATER}`) && !otherWeek.some((start) => isPair(start) && key.includes(start))

/** The key without words for tomorrow that mean the morning: "heute morgen", "Dienstag morgen", "por la mañana". */
export const withoutMornings = (key: string, { weekdays, near }: DateWords): string => {
  const said = key.split(' ')
  const isDay = (word = ''): boolean => BEFORE_MORNING.has(word) || weekdays.has(word) || near.get(word) === 0
  return said.filter((word, index) => !MORNINGS.has(word) || !isDay(said[index - 1])).join(' ')
}

const BEFORE_MORNING = new Set(['la', 'esta', 'guten', 'am', 'diesen', 'fruhen', 'god', 'goede'])
const MORNINGS = new Set(['morgen', 'manana'])

const make = (languages: readonly string[]): DateWords => {
  const months = new Map<string, number>()
  const weekdays = new Map<string, number>()
  const shortWeekdays = new Map<string, number>()
  const near = new Map(OWN_NEAR.map(([name, days]) => [matchKey(name), days]))
  const otherWeek = new Set(OWN_OTHER_WEEK)
  const nextWeek = new Set(OWN_NEXT_WEEK.map(matchKey))
  const spans = new Set(['fortnight'])
  const ors = new Set<string>()
  for (const language of languages) {
    const locale = `${language.replace('_', '-')}-u-ca-gregory-nu-latn`
    // In Slavic languages the month has another case beside a day.
    for (const beside of [{}, { day: 'numeric' }] as const) {
      for (const month of ['long', 'short'] as const) {
        const format = new Intl.DateTimeFormat(locale, { ...beside, month, timeZone: 'UTC' })
        for (let index = 0; index < 12; index += 1)
          for (const name of namesOf(format, 'month', Date.UTC(2026, index, 1))) add(months, name, index + 1)
      }
    }
    for (const [name, day] of OWN_WEEKDAYS[language.slice(0, 2)] ?? []) add(weekdays, name, day)
    for (const [day, name] of (OWN_SHORT_WEEKDAYS[language.slice(0, 2)] ?? []).entries())
      add(shortWeekdays, name, day)
    const [year, month, first] = MONDAY
    for (const [weekday, names] of [
      ['long', weekdays],
      ['short', shortWeekdays],
    ] as const) {
      const format = new Intl.DateTimeFormat(locale, { weekday, timeZone: 'UTC' })
      for (let day = 0; day < 7; day += 1)
        for (const name of namesOf(format, 'weekday', Date.UTC(year, month, first + day)))
          for (const part of weekday === 'long' ? ['', ...(PARTS_OF_DAY[language.slice(0, 2)] ?? [])] : [''])
            add(names, name + part, day)
    }
    const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
    for (const days of [0, 1, 2]) add(near, relative.format(days, 'day'), days)
    const week = matchKey(relative.format(1, 'week'))
    for (const word of week.split(' ')) otherWeek.add(word)
    for (const said of isPair(week) ? [week] : [week, week.replace(/^.{1,2} /, '')]) nextWeek.add(said)
    for (const word of spansIn(locale)) spans.add(word)
    ors.add(orIn(locale))
  }
  return {
    months,
    weekdays: longestFirst(weekdays),
    shortWeekdays,
    near: longestFirst(near),
    nextWeek: [...nextWeek],
    spans,
    ors,
    // Shorter words are articles. Endings change with the word behind.
    otherWeek: [...otherWeek].flatMap((word) =>
      word.length >= (isPair(word) ? 2 : 3) ? word.slice(0, LONGEST_START) : [],
    ),
  }
}

const LONGEST_START = 5

/** Slavic languages have separate forms for two and for five. The singular "day" is left out, because it is in greetings ("Guten Tag"). */
const spansIn = (locale: string): string[] => {
  const relative = new Intl.RelativeTimeFormat(locale)
  return (['week', 'month', 'year', 'day'] as const).flatMap((unit) => {
    const format = new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' })
    const [one = '', ...several] = [1, 2, 5, 30].map((count) => nameIn(format.format(count)))
    const names = unit === 'day' ? several : [one, ...several]
    // After "in" the unit may have another case.
    const ahead = [1, 2, 5].flatMap((count) => nameIn(relative.format(count, unit)).split(' '))
    const inCases = ahead.filter((word) => names.some((name) => name.slice(0, 3) === word.slice(0, 3)))
    return [...names, ...inCases].filter(
      (name) => name.length >= (isPair(name) ? 2 : 3) && (unit !== 'day' || name !== one),
    )
  })
}

const orIn = (locale: string): string =>
  matchKey(
    new Intl.ListFormat(locale, { type: 'disjunction' })
      .formatToParts(['1', '2'])
      .map(({ type, value }) => (type === 'literal' ? value : ' '))
      .join(''),
  )

const nameIn = (amount: string): string => matchKey(amount.replace(/\d+/, ' '))

const longestFirst = (names: ReadonlyMap<string, number>): ReadonlyMap<string, number> =>
  new Map([...names].toSorted(([one], [other]) => other.length - one.length))

/** Eves by their names, with the day of December. */
export const EVES: ReadonlyMap<string, number> = longestFirst(
  new Map(
    Object.entries(OWN_EVES).flatMap(([day, names]) =>
      names
        .split(/\s*[|\n]\s*/)
        .flatMap((name): [string, number][] => (name === '' ? [] : [[matchKey(name), Number(day)]])),
    ),
  ),
)

/** Skips names with digits in them (`12月`, `in 2 days`). */
const add = (names: Map<string, number>, name: string, value: number): void => {
  const key = matchKey(name)
  if (key !== '' && !/\d/.test(key) && !names.has(key)) names.set(key, value)
}

/** The name as it stands in a date, and the name with letters joined to it, as in the Hebrew "24 בדצמבר". */
const namesOf = (format: Intl.DateTimeFormat, type: 'month' | 'weekday', atMs: number): string[] => {
  const parts = format.formatToParts(atMs)
  const index = parts.findIndex((part) => part.type === type)
  const name = parts[index]?.value ?? ''
  return [name, `${/\p{L}*$/u.exec(parts[index - 1]?.value ?? '')?.[0] ?? ''}${name}`]
}
