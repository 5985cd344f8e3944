import { matchKey } from '../../script/match-key.ts'

/** `19.00` alone may be a price. */
const TITLE = /^(\d{1,2})(?::(\d\d)|[:.](\d\d) ?Uhr)$/i
const CLOCK =
  /(?<![\d:.])(\d{1,2})(?:[:.h]([0-5]\d))?(?![\d:.]*\d)\s*([ap]\.?m\b\.?|uhr\b|h\b|o['’]?clock\b)?/giu
/** Words around a time that leave it as it is. */
const AROUND = new Set(
  'at um by around about ca gegen circa a las alle à vers please pls plz thanks thx bitte danke id i we would like'.split(
    ' ',
  ),
)

/**
 * The title among times of day (`19:00`) that a text names in another way: "7pm", "at 8, please", "19 Uhr". Undefined where not all
 * titles are times, and where the text says more than one time, or another thing.
 */
export const clockChoiceIn = (text: string, titles: readonly string[]): string | undefined => {
  const times = titles
    .map((title) => TITLE.exec(title))
    .map((found) => found && minutes(found[1], found[2] ?? found[3]))
  if (times.includes(null)) return undefined
  const [said, ...others] = text.matchAll(CLOCK)
  if (said === undefined || others.length > 0) return undefined
  const around = matchKey(text.replace(said[0], ' ')).split(' ')
  if (!around.every((word) => word === '' || AROUND.has(word))) return undefined
  const [, hour = '', minute, half = ''] = said
  const meant = new Set(readings(minutes(hour, minute), half.charAt(0).toLowerCase()))
  const fitting = titles.filter((_title, index) => meant.has(times[index] ?? -1))
  return fitting.length === 1 ? fitting[0] : undefined
}

/** Without "am" and "pm", 7 may be 19. */
const readings = (time: number, half: string): number[] => {
  const early = time % NOON
  if (half === 'a') return [early]
  if (half === 'p') return [early + NOON]
  return time < NOON ? [time, time + NOON] : [time]
}

const NOON = 12 * 60

const minutes = (hour = '', minute = '0'): number => Number(hour) * 60 + Number(minute)
