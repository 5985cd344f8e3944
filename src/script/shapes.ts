import { isSeq, type Node } from 'yaml'
import type { JsonObject } from '../base/json.ts'
import { closest } from '../base/edit-distance.ts'
import { didYouMean } from './did-you-mean.ts'
import { colonHint } from './look-alikes.ts'
import { quoted } from './mistakes.ts'
import { entriesOf, entryAt, firstVariable, nodeText, refuseKind, type MappingEntry } from './nodes.ts'
import { otherWord } from './other-words.ts'
import { described, schemaOf, type Read, type Reading } from './reading.ts'
import { COLON_IN_TEXT } from './syntax.ts'
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
      if (short !== null) return refuseKey(short.entry, { what, known: keys, hint: short.hint }, reading)
      const values: Record<string, unknown> = {}
      for (const { key, place, value } of entries) {
        const field = Object.hasOwn(fields, key) ? fields[key] : undefined
        if (field === undefined) refuseKey({ key, place, value }, { what, known: keys }, reading)
        else values[key] = field.read(value, reading)
      }
      let complete = true
      const given = new Set(entries.map(({ key }) => key))
      for (const [key, field] of Object.entries(fields)) {
        // A misspelt key is told with the one that was meant.
        if (field.required && !given.has(key) && !entries.some((one) => isMisspelt(one.key, key, keys))) {
          reading.refuse(reading.placeOf(reading.follow(node)), `no "${key}"`, `${what} to have one`)
        }
        if (field.required && values[key] === undefined) complete = false
        values[key] ??= null
      }
      return complete ? (values as Values<F>) : undefined
    },
    () => mappingSchema(fields),
  )

const isMisspelt = (word: string, key: string, keys: readonly string[]): boolean =>
  !keys.includes(word) && closest(word, keys) === key

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
  { what, known, hint = null }: { what: string; known: readonly string[]; hint?: string | null },
  reading: Reading,
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

const BELOW_SAY = 'Its words stand in a line below, two spaces further in, after "say: ".'

const IN_BRACKETS = 'A list stands in brackets, [one, two], or has one item a line, each after "- ".'
