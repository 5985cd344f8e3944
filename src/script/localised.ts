import { isMap } from 'yaml'
import { described, schemaOf, type Read } from './reading.ts'
import { entriesOf, textOf } from './shapes.ts'

/** One value for all visitors, or one for each language, which include the script's own. */
export type Localised<T> = T | Translations<T>

export interface Translations<T> {
  in: ReadonlyMap<string, T>
}

/** `de`, or `pt_BR` where the country matters. */
const LANGUAGE = /^[a-z]{2}(?:_[A-Z]{2})?$/
/** Words of the grammar that look like languages; no language has these codes. */
const NO_LANGUAGES = new Set(['if', 'go', 'do', 'as'])

export const isLanguage = (word: string): boolean => LANGUAGE.test(word) && !NO_LANGUAGES.has(word)

/** The one for a language: that of the country, of the language, of the script. */
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
      if (!looksTranslated(target)) return read(node, reading)
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

/** Whether a node is a mapping from languages; then it is nothing else, even where it has mistakes. */
export const looksTranslated = (node: unknown): boolean =>
  isMap(node) &&
  node.items.length > 0 &&
  node.items.every(({ key }) => isLanguage(textOf(key as Parameters<typeof textOf>[0]) ?? ''))
