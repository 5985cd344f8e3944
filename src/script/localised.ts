import { isMap, type Node } from 'yaml'
import { quoted } from './mistakes.ts'
import { described, schemaOf, type Place, type Read, type Reading } from './reading.ts'
import { entriesOf, nodeText } from './nodes.ts'

/** One value for all visitors, or one for each language, which must include the script's own. */
export type Localised<T> = T | Translations<T>

export interface Translations<T> {
  in: ReadonlyMap<string, T>
}

/** `de`, or `pt_BR` with a country. */
const LANGUAGE = /^[a-z]{2}(?:_[A-Z]{2})?$/
/** Keys of the script that look like languages; no language has these codes. */
const NO_LANGUAGES = new Set(['if', 'go', 'do', 'as'])

export const isLanguage = (word: string): boolean => LANGUAGE.test(word) && !NO_LANGUAGES.has(word)

/** The value for a language: that of the country, else of the language, else of the script's own. */
export const pick = <T>(value: Localised<T>, language: string, own: string): T => {
  if (!isTranslated(value)) return value
  const found = value.in.get(language) ?? value.in.get(language.slice(0, 2)) ?? value.in.get(own)
  return found ?? ([...value.in.values()][0] as T)
}

export const allOf = <T>(value: Localised<T>): T[] => (isTranslated(value) ? [...value.in.values()] : [value])

export const isTranslated = <T>(value: Localised<T>): value is Translations<T> =>
  typeof value === 'object' && value !== null && 'in' in value

/** One value, or a mapping from languages to values. */
export const localised = <T>(read: Read<T>): Read<Localised<T>> =>
  described(
    (node, reading) => {
      const target = reading.follow(node)
      if (!looksTranslated(target)) {
        const found = oddlySpelled(target, reading)
        if (found === null) return read(node, reading)
        return reading.refuse(
          found.place,
          `the language ${quoted(found.key)}`,
          'two small letters like de, or with the country like pt_BR',
          isLanguage(found.meant) ? `Write ${found.meant}.` : null,
        )
      }
      const entries = entriesOf(target, reading, 'one text for each language')
      if (entries === undefined) return undefined
      const values = entries.map(({ key, value }) => [key, read(value, reading)] as const)
      const languages = entries.map(({ key }) => key)
      reading.translations.push({ place: reading.placeOf(target), languages })
      if (values.some(([, value]) => value === undefined)) return undefined
      return { in: new Map(values as [string, T][]) }
    },
    () => ({
      anyOf: [
        schemaOf(read),
        {
          type: 'object',
          minProperties: 1,
          patternProperties: { [LANGUAGE.source]: schemaOf(read) },
          additionalProperties: false,
        },
      ],
    }),
  )

/** Whether a node is a mapping from languages, even one with mistakes. */
export const looksTranslated = (node: unknown): boolean =>
  isMap(node) &&
  node.items.length > 0 &&
  node.items.every(({ key }) => isLanguage(nodeText(key as Parameters<typeof nodeText>[0]) ?? ''))

/** Whether a node is a mapping from languages, of which one is spelled in another way: `en-US`. */
export const isOddlyTranslated = (node: Node | null, reading: Reading): boolean =>
  oddlySpelled(node, reading) !== null

/** The first key that is no language, when all keys look like languages and one is one; null for any other node. */
const oddlySpelled = (
  node: Node | null,
  reading: Reading,
): { key: string; meant: string; place: Place } | null => {
  if (!isMap(node)) return null
  const keys = node.items.map((pair) => reading.follow(pair.key as Node | null))
  const names = keys.map((key) => nodeText(key) ?? '')
  if (!names.every((name) => ODD_LANGUAGE.test(name))) return null
  if (!names.some((name) => isLanguage(name) || /[-_]/.test(name))) return null
  const at = names.findIndex((name) => !isLanguage(name))
  const key = names[at] ?? ''
  const [language = '', country] = key.trim().split(/[-_]/)
  const meant = `${language.toLowerCase()}${country === undefined ? '' : `_${country.toUpperCase()}`}`
  return { key, meant, place: reading.placeOf(keys[at] ?? null) }
}

/** Spellings of languages by people and other programs. */
const ODD_LANGUAGE = /^\s*[a-z]{2,3}(?:[-_][a-z0-9]{2,4})?\s*$/i
