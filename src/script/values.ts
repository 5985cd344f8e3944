import type { JsonObject } from '../base/json.ts'
import { didYouMean } from './did-you-mean.ts'
import { showsNothing, unsendable } from './look-alikes.ts'
import { quoted } from './mistakes.ts'
import { kindOf, nodeText, refuseKind } from './nodes.ts'
import { described, type Read } from './reading.ts'

/** A text that is not empty. Numbers and the like are taken as they are written. */
export const text = (what: string, limit: { max: number; why: string }): Read<string> =>
  described(
    (node, reading) => {
      const target = reading.follow(node)
      const place = reading.placeOf(target)
      const value = nodeText(target)
      if (value === null) return refuseKind(target, reading, what)
      if (value.trim() === '') return reading.refuse(place, 'an empty text', what)
      if (showsNothing(value)) return reading.refuse(place, 'a text that shows nothing', what)
      const odd = unsendable(value)
      if (odd !== null)
        return reading.refuse(place, `a character that cannot be sent (${odd})`, 'a text without it')
      if (value.length > limit.max) {
        return reading.refuse(
          place,
          `${value.length} characters`,
          `${what} of at most ${limit.max} (${limit.why})`,
        )
      }
      // A YAML block text (`|`) ends with a line break, which would show in the message.
      return value.trim()
    },
    () => ({ type: ['string', 'number', 'boolean'], minLength: 1, maxLength: limit.max }),
  )

/** One of a few words. */
export const oneOf = <T extends string>(options: readonly T[]): Read<T> =>
  described(
    (node, reading) => {
      const target = reading.follow(node)
      const value = nodeText(target)
      const known = options.find((option) => option === value)
      if (known !== undefined) return known
      return reading.refuse(
        reading.placeOf(target),
        kindOf(target, reading),
        options.map(quoted).join(' or '),
        value === null ? null : didYouMean(value, options),
      )
    },
    () => ({ enum: [...options] }),
  )

/** `true` or `false`; also yes, no, on and off. */
export const flag: Read<boolean> = described(
  (node, reading) => {
    const said = SWITCHES.get(nodeText(reading.follow(node))?.toLowerCase() ?? '')
    return said ?? (oneOf(['true', 'false'])(node, reading) === undefined ? undefined : false)
  },
  () => ({ enum: [true, false, 'yes', 'no', 'on', 'off'] }),
)

const SWITCHES: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['false', false],
  ['no', false],
  ['off', false],
])

/** A number within limits. */
export const number = (what: string, least: number, most: number): Read<number> =>
  described(
    (node, reading) => {
      const target = reading.follow(node)
      const value = Number(nodeText(target)?.trim() || 'none')
      if (Number.isFinite(value) && value >= least && value <= most) return value
      return reading.refuse(
        reading.placeOf(target),
        kindOf(target, reading),
        `${what} from ${least} to ${most}`,
      )
    },
    () => ({ type: 'number', minimum: least, maximum: most }),
  )

/** A length of time like `2s`, `90 min` or `12h`, as milliseconds. */
export const timeSpan = (what: string, leastMs: number, mostMs: number): Read<number> =>
  described(
    (node, reading) => {
      const target = reading.follow(node)
      const [, count = '', unit = ''] = DURATION.exec(nodeText(target)?.trim() ?? '') ?? []
      const ms = Number(count) * (UNITS_MS[unit] ?? Number.NaN)
      if (count !== '' && ms >= leastMs && ms <= mostMs) return ms
      return reading.refuse(
        reading.placeOf(target),
        kindOf(target, reading),
        `${what} like 2s, 30min or 12h, from ${shownDuration(leastMs)} to ${shownDuration(mostMs)}`,
      )
    },
    () => ({ type: 'string', pattern: DURATION.source }),
  )

const DURATION = /^(\d+(?:\.\d+)?)\s*(s|min|h|d)(?:(?<=s)ec(?:onds?)?|(?<=min)utes?|(?<=h)ours?|(?<=d)ays?)?$/

const UNITS_MS: Record<string, number> = { s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 }

const shownDuration = (ms: number): string => {
  const [unit, size] = Object.entries(UNITS_MS).findLast(([, each]) => ms % each === 0) ?? ['s', 1000]
  return `${ms / size}${unit}`
}

/** A web address. */
export const url = (what: string): Read<string> =>
  described(
    (node, reading) => {
      const target = reading.follow(node)
      const value = nodeText(target)?.trim() ?? null
      if (value === null) return refuseKind(target, reading, what)
      if (isWebAddress(value)) return value
      return reading.refuse(
        reading.placeOf(target),
        kindOf(target, reading),
        `${what} that begins with https:// or http://`,
        /^tel:/i.test(value) ? 'A phone number stands under "call" instead of "url".' : null,
      )
    },
    () => URL_SCHEMA,
  )

export const URL_SCHEMA: JsonObject = { type: 'string', pattern: '^[hH][tT][tT][pP][sS]?://' }

export const isWebAddress = (value: string): boolean => /^https?:\/\/[^/]/i.test(value) && URL.canParse(value)
