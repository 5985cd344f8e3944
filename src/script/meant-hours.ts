/** What a writer of opening hours most likely meant by another spelling, for the message of the mistake. */

/**
 * The times in the spelling of the script: `10:00-18:00` for "10-18 Uhr", `closed` for "geschlossen", `[9:00-12:00, 14:00-18:00]`. Null where
 * the text says more or less than times.
 */
export const meantTimes = (written: string): string | null => {
  const text = written.trim().toLowerCase()
  if (CLOSED.has(text.replace(/[.!\s]+$/, ''))) return 'closed'
  if (ALWAYS_OPEN.test(text)) return '0:00-24:00'
  const times = [...text.matchAll(TIME)]
  const around = text.replace(TIME, ' ').split(AROUND_SIGNS)
  if (
    times.length === 0 ||
    times.length % 2 === 1 ||
    !around.every((word) => word === '' || AROUND.has(word))
  )
    return null
  const spans = times.flatMap((from, index) => {
    const to = times[index + 1]
    return index % 2 === 1 || to === undefined ? [] : spanOf(from, to)
  })
  if (spans.length * 2 !== times.length) return null
  return spans.length === 1 ? (spans[0] ?? null) : `[${spans.join(', ')}]`
}

/** None where twelve hours or twenty-four may be meant: "9-5" is no night, and "2-6" may be one. */
const spanOf = (from: RegExpExecArray, to: RegExpExecArray): string[] => {
  const [, , , half = to[3]] = from
  // "9-5pm" begins in the morning, "1-5pm" in the afternoon.
  const early = minutesOf(from, half)
  const late = minutesOf(to, to[3])
  const begin = to[3] === undefined || early < late ? early : minutesOf(from, from[3])
  // "9am-5" ends in the afternoon, "10pm-2" after midnight.
  const isAfternoon = half !== undefined && to[3] === undefined && late < begin && begin < late + NOON
  const end = isAfternoon ? late + NOON : late
  const isInHalves = half === undefined && begin <= NOON && late <= NOON
  if (isInHalves && (end < begin || (begin > 0 && begin < EARLIEST))) return []
  const fits = begin < DAY_MINUTES && end <= DAY_MINUTES && begin !== end
  return fits ? [`${clock(begin)}-${clock(end)}`] : []
}

const minutesOf = ([, hour, minute = '0']: RegExpExecArray, half: string | undefined): number => {
  const hours = Number(hour)
  const since = half === undefined ? hours : (hours % 12) + (half.startsWith('p') ? 12 : 0)
  return since * 60 + Number(minute)
}

const clock = (minutes: number): string =>
  `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`

const DAY_MINUTES = 24 * 60
const NOON = 12 * 60
/** Before this time of the morning hardly anything opens. */
const EARLIEST = 5 * 60
const TIME = /(?<!\d)(\d{1,2})(?:\s*[:.h]\s*([0-5]\d))?(?!\d)\s*([ap]\.?m\b\.?)?/g
const ALWAYS_OPEN =
  /^(?:24\s*(?:h|hrs?|hours?|stunden|std\.?|horas|heures|ore|uur|godz\.?|saat|jam|ساعة|घंटे|時間)(?:\s*\/\s*(?:24|7))?|24\s*\/\s*7|rund um die uhr|around the clock|always(?: open)?|nonstop)$/
const AROUND_SIGNS = /[\s,;&+/|.–—‑~〜～-]+/
const AROUND = new Set(
  [
    'to till til until from and h hs hrs hours uhr von bis und a à as às de da das do até y e et hasta al o od do i tot en uur van',
    'daily täglich open geöffnet ile arası saat jam sampai dari 時 から まで',
  ].flatMap((row) => row.split(' ')),
)
const CLOSED = new Set(
  [
    'close|closed|closed all day|off|none|no|-|–|—|geschlossen|zu|ruhetag|cerrado|fermé|ferme|chiuso|fechado|gesloten|zamknięte|nieczynne|zavřeno|закрыто|выходной',
    'зачинено|kapalı|مغلق|बंद|tutup|libur|休み|定休日|休|휴무',
  ].flatMap((row) => row.split('|')),
)

/** The days in the spelling of the script: `mon-fri` for "Mo - Fr", "lunes a viernes" or "weekdays"; null for no days. */
export const meantDays = (written: string): string | null => {
  const text = written.trim().toLowerCase()
  const known = SEVERAL[text] ?? namesOfDays().get(text)
  if (known !== undefined) return known
  const words = text.split(
    /\s*(?:[-–—‑_]|\.{2,})\s*|\s+(?:to|till|until|bis|a|à|al|até|ate|do|tot|t\/m|до|إلى|से|sampai|s\/d)\s+/,
  )
  const days = words.map((word) => dayNamed(word.replace(/\.$/, '').trim()))
  return words.length > 2 || days.includes('') ? null : days.join('-')
}

/** A name in a language goes before a beginning: "domingo" begins like "Donnerstag". "Sat/Sun" is no beginning of one. */
const dayNamed = (word: string): string =>
  namesOfDays().get(word) ?? (/^\p{L}+$/u.test(word) ? BEGINNINGS[word.slice(0, 2)] : undefined) ?? ''

const LANGUAGES = 'en de es fr it pt nl pl cs ru uk tr ar hi id ja sv da nb ro'.split(' ')
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

/** Made at the first mistake. Names that are two days in two languages are left out. */
const namesOfDays = (): ReadonlyMap<string, string> => {
  if (names !== undefined) return names
  const found = new Map<string, string>()
  for (const language of LANGUAGES) {
    for (const weekday of ['long', 'short'] as const) {
      const format = new Intl.DateTimeFormat(language, { weekday, timeZone: 'UTC' })
      // 1 June 2026 is a Monday.
      for (const [index, day] of DAYS.entries()) {
        const name = format.format(Date.UTC(2026, 5, 1 + index)).toLowerCase()
        for (const one of [
          name,
          name.replace(/\.$/, ''),
          name.normalize('NFD').replace(/\p{M}/gu, ''),
          name.replace(/-feira$/, ''),
        ])
          found.set(one, (found.get(one) ?? day) === day ? day : '')
      }
    }
  }
  names = new Map([...found].filter(([, day]) => day !== ''))
  return names
}

let names: ReadonlyMap<string, string> | undefined

/** Beginnings of the names of days in English and German. */
const BEGINNINGS: Readonly<Record<string, string>> = {
  mo: 'mon',
  tu: 'tue',
  di: 'tue',
  we: 'wed',
  mi: 'wed',
  th: 'thu',
  do: 'thu',
  fr: 'fri',
  sa: 'sat',
  su: 'sun',
  so: 'sun',
}

const SEVERAL: Readonly<Record<string, string>> = {
  daily: 'mon-sun',
  everyday: 'mon-sun',
  'every day': 'mon-sun',
  täglich: 'mon-sun',
  weekdays: 'mon-fri',
  werktags: 'mon-fri',
  weekend: 'sat-sun',
  weekends: 'sat-sun',
  wochenende: 'sat-sun',
}
