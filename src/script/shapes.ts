import { isMap, isScalar, isSeq, type Node } from 'yaml'
import type { JsonObject } from '../base/json.ts'
import { described, nothingAt, schemaOf, type Place, type Read, type Reading } from './reading.ts'
import { COLON_IN_TEXT, VARIABLE_FIRST } from './syntax.ts'
import { didYouMean } from './did-you-mean.ts'
import { colonHint, showsNothing, unsendable } from './look-alikes.ts'
import { quoted } from './mistakes.ts'
import { otherWord } from './other-words.ts'
import { writtenOut } from './written-out.ts'

/** A key of a mapping and how its value is read. */
export interface Field<T, R extends boolean = boolean> {
  read: Read<T>
  required: R
  /** Its meaning, shown by editors. */
  about?: string | undefined
}

type Fields = Record<string, Field<unknown>>
type Values<F extends Fields> = {
  [K in keyof F]: F[K] extends Field<infer T, infer R> ? (R extends true ? T : T | null) : never
}

export const required = <T>(read: Read<T>, about?: string): Field<T, true> => ({
  read,
  required: true,
  about,
})
export const optional = <T>(read: Read<T>, about?: string): Field<T, false> => ({
  read,
  required: false,
  about,
})

/** A mapping with these keys and no others. Refused as a whole when a required value is missing or refused. */
export const mapping = <F extends Fields>(what: string, fields: F): Read<Values<F>> =>
  described(
    (node, reading) => {
      const keys = Object.keys(fields)
      const said = nodeText(reading.follow(node))
      const hint =
        said === null ? null : keys.includes('say') ? BELOW_SAY : writtenOut(wordKeys(fields), [said])
      const entries = entriesOf(node, reading, `${what}: a mapping with ${keys.join(', ')}`, hint)
      if (entries === undefined) return undefined
      const short = what.startsWith('the ') ? null : writtenShort(entries, what, fields, reading)
      if (short !== null) return refuseKey(short.entry, what, keys, reading, short.hint)
      const values: Record<string, unknown> = {}
      for (const { key, place, value } of entries) {
        const field = Object.hasOwn(fields, key) ? fields[key] : undefined
        if (field === undefined) refuseKey({ key, place, value }, what, keys, reading)
        else values[key] = field.read(value, reading)
      }
      let complete = true
      const given = new Set(entries.map(({ key }) => key))
      for (const [key, field] of Object.entries(fields)) {
        if (field.required && !given.has(key)) {
          reading.refuse(reading.placeOf(reading.follow(node)), `no "${key}"`, `${what} to have one`)
        }
        if (field.required && values[key] === undefined) complete = false
        values[key] ??= null
      }
      return complete ? (values as Values<F>) : undefined
    },
    () => mappingSchema(fields),
  )

export interface MappingEntry {
  key: string
  place: Place
  value: Node | null
}

/** The entries of a mapping with text keys; notes duplicates. Undefined for another node. */
export const entriesOf = (
  node: Node | null,
  reading: Reading,
  what: string,
  hint: string | null = null,
): MappingEntry[] | undefined => {
  const target = reading.follow(node)
  const isVariable = firstVariable(reading.placeOf(target), reading) !== null
  if (!isMap(target) || isVariable) return refuseKind(target, reading, what, hint)
  const entries: MappingEntry[] = []
  const lines = new Map<string, number>()
  for (const pair of target.items) {
    const keyNode = reading.follow(pair.key as Node | null)
    const place = reading.placeOf(keyNode)
    const key = nodeText(keyNode)
    if (key === null || key === '') {
      reading.refuse(
        place,
        kindOf(keyNode, reading),
        `a name before the colon`,
        firstVariable(place, reading),
      )
      continue
    }
    const before = lines.get(key)
    if (before !== undefined) {
      reading.refuse(place, `${quoted(key)} a second time`, `each name once; it stands in line ${before} too`)
      continue
    }
    lines.set(key, reading.line(place))
    entries.push({ key, place, value: (pair.value as Node | null) ?? nothingAt(place.end) })
  }
  return entries
}

/** An entry of a mapping that was read before; undefined when the key is missing. */
export const entryAt = (node: Node | null, key: string, reading: Reading): MappingEntry | undefined => {
  const target = reading.follow(node)
  if (!isMap(target)) return undefined
  for (const pair of target.items) {
    const keyNode = reading.follow(pair.key as Node | null)
    if (nodeText(keyNode) === key)
      return { key, place: reading.placeOf(keyNode), value: pair.value as Node | null }
  }
  return undefined
}

/** A list whose items are read alike; `max` has the reason for the limit. */
export const list = <T>(
  what: string,
  item: Read<T>,
  limit: { min?: number; max: number; why: string },
): Read<T[]> =>
  described(
    (node, reading) => {
      const target = reading.follow(node)
      if (!isSeq(target)) return refuseKind(target, reading, what, IN_BRACKETS)
      const items = target.items as (Node | null)[]
      const { min = 0, max, why } = limit
      if (items.length < min) {
        const found = items.length === 0 ? 'an empty list' : `a list of ${items.length}`
        reading.refuse(reading.placeOf(target), found, min === 1 ? what : `${what}: at least ${min}`)
      }
      if (items.length > max) {
        // The mistake is at the first item beyond the limit.
        reading.refuse(
          reading.placeOf(items[max] ?? target),
          `${items.length} items`,
          `at most ${max} (${why})`,
        )
      }
      // Refused items are left out; the others are read, because they may have mistakes, too.
      return items.map((value) => item(value, reading)).filter((value) => value !== undefined)
    },
    () => ({
      type: 'array',
      items: schemaOf(item),
      ...(limit.min !== undefined && { minItems: limit.min }),
      ...(Number.isFinite(limit.max) && { maxItems: limit.max }),
    }),
  )

/** Converts a value after reading; refused when the conversion returns nothing. */
export const made = <T, U>(
  read: Read<T>,
  make: (value: T, node: Node | null, reading: Reading) => U | undefined,
): Read<U> =>
  described(
    (node, reading) => {
      const value = read(node, reading)
      return value === undefined ? undefined : make(value, node, reading)
    },
    () => schemaOf(read),
  )

/** One item, or a list of them. */
export const oneOrMore = <T>(
  what: string,
  item: Read<T>,
  limit: { max: number; why: string } = { max: Number.POSITIVE_INFINITY, why: '' },
): Read<T[]> => {
  const several = list(what, item, { min: 1, ...limit })
  return described(
    (node, reading) => {
      if (isSeq(reading.follow(node))) return several(node, reading)
      const value = item(node, reading)
      return value === undefined ? undefined : [value]
    },
    () => ({ anyOf: [schemaOf(item), schemaOf(several)] }),
  )
}

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

/** The text of a node; null for a list, a mapping and an empty node. */
export const nodeText = (node: Node | null): string | null => {
  if (!isScalar(node)) return null
  if (typeof node.value === 'string') return node.value
  // `9.50` and `true` stay texts, as they were written.
  return node.value === null ? null : (node.source ?? '')
}

export const kindOf = (node: Node | null, reading: Reading): string => {
  if (isMap(node)) return 'a mapping (key: value)'
  if (isSeq(node)) return 'a list'
  if (isScalar(node) && node.value !== null) return quoted(nodeText(node) ?? '')
  return node !== null && node.range !== undefined && reading.shown(reading.placeOf(node)) !== '""'
    ? reading.shown(reading.placeOf(node))
    : 'nothing'
}

/** `- When are you open?: hours`, where the words and the name each want a key of their own. */
const writtenShort = (
  [entry, ...others]: readonly MappingEntry[],
  what: string,
  fields: Fields,
  reading: Reading,
): { entry: MappingEntry; hint: string } | null => {
  if (entry === undefined || others.length > 0 || Object.hasOwn(fields, entry.key)) return null
  const names = Object.keys(fields)
  if ((otherWord(entry.key, what, names) ?? didYouMean(entry.key, names)) !== null) return null
  const value = nodeText(reading.follow(entry.value))
  const hint = value === null ? null : writtenOut(wordKeys(fields), [entry.key, value])
  return hint === null ? null : { entry, hint }
}

/** The keys that {@link writtenOut} knows: those that are needed, and where a button leads. */
const wordKeys = (fields: Fields): string[] =>
  Object.entries(fields).flatMap(([name, field]) =>
    field.required || name === 'reply' || name === 'url' ? [name] : [],
  )

const refuseKey = (
  { key, place, value }: MappingEntry,
  what: string,
  known: readonly string[],
  reading: Reading,
  hint: string | null = null,
): undefined => {
  reading.refuse(
    place,
    `the key ${quoted(key)}`,
    `a key of ${what}: ${known.join(', ')}`,
    key === '<<'
      ? MERGE
      : (otherWord(key, what, known) ??
          didYouMean(key, known) ??
          firstVariable(place, reading) ??
          colonHint(key) ??
          replyHint(key, value, what, reading) ??
          (what === SIGN ? COLON_IN_TEXT : null) ??
          hint),
  )
}

/** Hint for a reply at the level of the sections, or in the section of the same name. */
const replyHint = (key: string, value: Node | null, what: string, reading: Reading): string | null => {
  if (!['say', 'when'].some((own) => own === key || entryAt(value, own, reading))) return null
  if (what === 'a reply') return 'Another reply begins in the column of the one above.'
  return what.startsWith('the ') ? 'A reply stands below "replies:", two spaces further in.' : null
}

/** The name, in messages about mistakes, of a mapping that may be in place of a phrase. */
export const SIGN = 'something a visitor does'

const MERGE = 'YAML 1.2 has no merge keys: write out what they would bring along.'

const mappingSchema = (fields: Fields): JsonObject => {
  const needed = Object.entries(fields).flatMap(([key, field]) => (field.required ? [key] : []))
  const properties = Object.entries(fields).map(([key, { read, about }]) => {
    const schema = schemaOf(read)
    return [key, about === undefined ? schema : { ...schema, description: about }] as const
  })
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(needed.length > 0 && { required: needed }),
    additionalProperties: false,
  }
}

const refuseKind = (
  node: Node | null,
  reading: Reading,
  what: string,
  hint: string | null = null,
): undefined => {
  const place = reading.placeOf(node)
  return reading.refuse(
    place,
    kindOf(node, reading),
    what,
    firstVariable(place, reading) ?? colonHint(nodeText(node) ?? '') ?? nothingHint(node) ?? hint,
  )
}

const BELOW_SAY = 'Its words stand in a line below, two spaces further in, after "say: ".'
const IN_BRACKETS = 'A list stands in brackets, [one, two], or has one item a line, each after "- ".'

/** `~` and `null` look like texts. */
const nothingHint = (node: Node | null): string | null =>
  isScalar(node) && node.value === null && node.source
    ? 'In YAML it stands for nothing: put it in quotes.'
    : null

const firstVariable = (place: Place, reading: Reading): string | null =>
  reading.shown(place).startsWith('"{{') ? VARIABLE_FIRST : null
