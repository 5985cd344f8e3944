import { isLanguage } from './localised.ts'
import { quoted } from './mistakes.ts'
import { described, schemaOf, type Read } from './reading.ts'
import { variableName } from './names.ts'
import { entriesOf } from './nodes.ts'
import { mapping, oneOrMore, optional } from './shapes.ts'
import { flag, oneOf, text } from './values.ts'
import type { Condition } from './types.ts'

/** A language, spelled as in texts in several languages. */
export const language: Read<string> = described(
  (node, reading) => {
    const value = text('a language like de or pt_BR', { max: 20, why: 'none is longer' })(node, reading)
    if (value === undefined || isLanguage(value)) return value
    return reading.refuse(
      reading.placeOf(reading.follow(node)),
      quoted(value),
      'a language like de, or pt_BR where the country matters',
      languageHint(value),
    )
  },
  () => ({ type: 'string', pattern: '^[a-z]{2}(_[A-Z]{2})?$' }),
)

/** The code that a writer most likely meant by `de-DE`, `DE` or `German`. */
const languageHint = (written: string): string | null => {
  const [first = '', country] = written.trim().split(/[-_]/)
  const code = `${first.toLowerCase()}${country === undefined ? '' : `_${country.toUpperCase()}`}`
  const meant = isLanguage(code) ? code : codeOfLanguage(written.trim().toLowerCase())
  return meant === undefined ? null : `Did you mean ${quoted(meant)}?`
}

const CODES =
  'ar bn bg cs da de el en es et fa fi fr he hi hr hu id it ja ko lt lv ms nb nl pl pt ro ru sk sl sr sv th tl tr uk ur vi zh'

/** By its name in English, or in itself. */
const codeOfLanguage = (name: string): string | undefined =>
  CODES.split(' ').find((code) =>
    ['en', code].some(
      (language) => new Intl.DisplayNames(language, { type: 'language' }).of(code)?.toLowerCase() === name,
    ),
  )

/** The name of a remembered answer. That a question remembers it is checked at the end. */
const remembered: Read<string> = described(
  (node, reading) => {
    const name = variableName(node, reading)
    if (name !== undefined) reading.wanted.push({ name, place: reading.placeOf(reading.follow(node)) })
    return name
  },
  () => schemaOf(variableName),
)

const value = text('a value', { max: 500, why: 'no answer is longer' })
const values = oneOrMore('values', value)

const rememberedValues: Read<Map<string, string[]>> = described(
  (node, reading) => {
    const entries = entriesOf(node, reading, 'what is remembered, by name')
    if (entries === undefined) return undefined
    const read = new Map<string, string[]>()
    for (const { key, place, value: given } of entries) {
      reading.wanted.push({ name: key, place })
      const wanted = values(given, reading)
      if (wanted !== undefined) read.set(key, wanted)
    }
    return read
  },
  () => ({ type: 'object', additionalProperties: schemaOf(values) }),
)

const readCondition = mapping('a condition', {
  visit: optional(oneOf(['first', 'returning'] as const), 'Whether the visitor is here for the first time.'),
  open: optional(flag, 'Whether it is open now, by the opening hours.'),
  language: optional(oneOrMore('languages', language), "The visitor's language is one of these."),
  known: optional(oneOrMore('names', remembered), 'Something is remembered under these names.'),
  unknown: optional(oneOrMore('names', remembered), 'Nothing is remembered under these names.'),
  remembered: optional(rememberedValues, 'What is remembered under a name is this, or one of these.'),
})

/** Reads a condition. */
export const condition: Read<Condition> = described(
  (node, reading) => {
    const read = readCondition(node, reading)
    if (read === undefined) return undefined
    const place = reading.placeOf(reading.follow(node))
    if (read.visit !== null) reading.asksFor.visit = true
    if (read.open !== null) reading.asksFor.hours ??= place
    if (Object.values(read).every((part) => part === null) && reading.isRight(place)) {
      return reading.refuse(place, 'an empty condition', 'something that must hold')
    }
    return {
      visit: read.visit,
      open: read.open,
      languages: read.language ?? [],
      known: read.known ?? [],
      unknown: read.unknown ?? [],
      remembered: read.remembered ?? new Map(),
    }
  },
  () => schemaOf(readCondition),
)
