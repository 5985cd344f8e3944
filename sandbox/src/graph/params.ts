import { badParameter, missingParameter } from './failure.ts'
import { parseLooseJson } from './loose-json.ts'

/** The parameters of a call, from query, form (also bracketed), JSON or multipart. */
export type Params = Record<string, unknown>

/** Deeper brackets than any real call has; the bound protects against calls that would exhaust the sandbox. */
const DEEPEST = 10

/** Merges query and body; the body wins. */
export const mergeParams = (...sources: Params[]): Params => paramsOf(sources.flatMap(Object.entries))

/** No prototype: a parameter named `__proto__` is a parameter like any other. */
const paramsOf = (entries: Iterable<readonly [string, unknown]>): Params => {
  const params = Object.create(null) as Params
  for (const [name, value] of entries) params[name] = value
  return params
}

/** `a=1&b[c][0]=2` to `{ a: '1', b: { c: ['2'] } }`. */
export const parseForm = (text: string): Params => {
  const params = Object.create(null) as Params
  const sizes: Sizes = new Map()
  for (const [name, value] of new URLSearchParams(text)) place(params, bracketPath(name), value, sizes)
  return unfold(params) as Params
}

/** The object in a JSON text; null if it holds none. */
export const parseJson = (text: string): Params | null => {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

export const isObject = (value: unknown): value is Params =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Null and an empty text count as no value. */
export const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === ''

/** True as JSON and as forms write it: PHP sends 1, Python `True`. */
export const isTrue = (value: unknown): boolean => value === true || /^(1|true)$/i.test(asText(value))

/** A switch of a call: `metadata=1`, `summary=true`. */
export const isOn = (params: Params, name: string): boolean => isTrue(params[name])

/** The parameters without null values and empty texts. */
export const withoutEmpty = (params: Params): Params =>
  paramsOf(Object.entries(params).filter(([, value]) => !isEmpty(value)))

/** As {@link withoutEmpty} on every level; a message or a profile is stored in this form. */
export const withoutEmptyInside = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutEmptyInside)
  if (!isObject(value)) return value
  return paramsOf(Object.entries(withoutEmpty(value)).map(([key, inner]) => [key, withoutEmptyInside(inner)]))
}

/** A text, number or boolean as text; undefined when it is not there. */
export const optionalText = (params: Params, name: string): string | undefined => {
  const value = params[name]
  if (isEmpty(value)) return undefined
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw badParameter(`Param ${name} must be a string`)
}

/** A text or a number as text; empty for any other value. */
export const asText = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : ''

export const requiredText = (params: Params, name: string): string => {
  const value = optionalText(params, name)
  if (value === undefined) throw missingParameter(name)
  return value
}

/** A list: an array, JSON text of one, or `a,b,c`. */
export const optionalList = (params: Params, name: string): string[] | undefined => {
  const value = unpack(params[name])
  if (isEmpty(value)) return undefined
  if (Array.isArray(value)) {
    if (value.every((item) => typeof item === 'string')) return value
    throw badParameter(`Param ${name} must be an array of strings`)
  }
  if (typeof value !== 'string') throw badParameter(`Param ${name} must be an array`)
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

/** Parses JSON text of an object or an array, also loosely written; returns other values unchanged. */
export const unpack = (value: unknown): unknown => {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value
  for (const parse of [JSON.parse, parseLooseJson] as const) {
    try {
      return parse(value) as unknown
    } catch {
      // The next reading, or none.
    }
  }
  return value
}

const bracketPath = (name: string): string[] => {
  const [head = name] = /^[^[]*/.exec(name) ?? []
  const rest = name.slice(head.length)
  if (head === '' || !/^(\[[^[\]]*\])*$/.test(rest)) return [name]
  const path = [head, ...[...rest.matchAll(/\[([^[\]]*)\]/g)].map((match) => match[1] ?? '')]
  return path.length > DEEPEST ? [name] : path
}

/** How many keys an object has so far: counting them for each `a[]` would take the square of their number. */
type Sizes = Map<Params, number>

const place = (into: Params, path: readonly string[], value: string, sizes: Sizes): void => {
  const [name = '', ...rest] = path
  const size = sizes.get(into) ?? 0
  const key = name === '' ? String(size) : name
  if (!(key in into)) sizes.set(into, size + 1)
  if (rest.length === 0) {
    into[key] = value
    return
  }
  const inner = into[key]
  const next = isObject(inner) ? inner : (Object.create(null) as Params)
  into[key] = next
  place(next, rest, value, sizes)
}

/** Objects whose keys are 0, 1, 2 ... were lists. */
const unfold = (value: unknown, top = true): unknown => {
  if (!isObject(value)) return value
  const entries = Object.entries(value).map(([key, inner]) => [key, unfold(inner, false)] as const)
  const isList = !top && entries.length > 0 && entries.every(([key], index) => key === String(index))
  if (isList) return entries.map(([, inner]) => inner)
  return paramsOf(entries)
}
