import {
  badParameter,
  emptyList,
  invalidKeys,
  missingParameter,
  notAnAddress,
  notOneOf,
  tooFew,
  tooLong,
  tooMany,
} from './failure.ts'
import { asText, isObject, unpack, withoutEmpty, type Params } from './params.ts'
import type { Shape } from './shapes.ts'

/**
 * Checks of single values that the rules of messages, templates and profiles share. `name` is Facebook's name of the place in
 * refusals.
 */

/**
 * Reads an object of a given shape: refuses unknown keys and drops empty values, so that null, an empty text and an absent value
 * are the same for all rules.
 */
export const readObject = (value: unknown, name: string, { keys, notEmpty = [] }: Shape): Params => {
  const given = unpack(value)
  if (!isObject(given)) throw badParameter(`Param ${name} must be an object`)
  const strange = Object.keys(given).filter((key) => !keys.includes(key))
  if (strange.length > 0) throw invalidKeys(strange, name)
  const blank = notEmpty.find((key) => given[key] === '')
  if (blank !== undefined) {
    throw badParameter(`Param ${name}[${blank}] must be a non-empty UTF-8 encoded string`)
  }
  return withoutEmpty(given)
}

/** The object under a key; refused when it is missing. */
export const objectIn = (holder: Params, key: string, name: string, shape: Shape): Params => {
  if (holder[key] === undefined) throw missingParameter(`${name}[${key}]`)
  return readObject(holder[key], `${name}[${key}]`, shape)
}

export interface Count {
  least?: number
  most: number
  /** The error for an empty list; a required list has another one. */
  emptyIs?: 'too few' | 'non-empty'
}

/** A list with its elements' names; a list too short or too long is refused. */
export const listAt = (
  value: unknown,
  name: string,
  { least = 1, most, emptyIs = 'too few' }: Count,
): [unknown, string][] => {
  const list = unpack(value)
  if (!Array.isArray(list)) throw badParameter(`param ${name} must be an array.`)
  if (list.length < least) throw emptyIs === 'non-empty' ? emptyList(name) : tooFew(name)
  if (list.length > most) throw tooMany(name)
  return list.map((element: unknown, index) => [element, `${name}[${index}]`])
}

/** The objects of the list under a key, each checked against the shape; refused when the list is missing. */
export const objectsIn = (
  holder: Params,
  key: string,
  name: string,
  shape: Shape,
  count: Count,
): [Params, string][] => {
  if (holder[key] === undefined) throw missingParameter(`${name}[${key}]`)
  return listAt(holder[key], `${name}[${key}]`, count).map(([element, at]) => [
    readObject(element, at, shape),
    at,
  ])
}

/** The only object of a list. */
export const onlyObjectIn = (holder: Params, key: string, name: string, shape: Shape): [Params, string] => {
  const [only] = objectsIn(holder, key, name, shape, { most: 1 })
  if (!only) throw missingParameter(`${name}[${key}]`)
  return only
}

/** A text. A number is accepted, too, because a form does not tell them apart. */
export const text = (holder: Params, key: string, name: string, most: number, least = 1): void => {
  const given = holder[key]
  const value = typeof given === 'number' ? String(given) : given
  if (value === undefined) throw missingParameter(`${name}[${key}]`)
  if (typeof value !== 'string') {
    throw badParameter(`Param ${name}[${key}] must be a non-empty UTF-8 encoded string`)
  }
  if (value.length > most) throw tooLong(`${name}[${key}]`, most)
  if (value.length < least) throw badParameter(`Length of param ${name}[${key}] must be at least ${least}`)
}

export const optionalTextIn = (holder: Params, key: string, name: string, most: number): void => {
  if (holder[key] !== undefined) text(holder, key, name, most)
}

export const isAddress = (value: unknown): value is string =>
  typeof value === 'string' && /^https?:$/.test(URL.parse(value)?.protocol ?? '')

export const url = (holder: Params, key: string, name: string): void => {
  if (holder[key] === undefined) throw missingParameter(`${name}[${key}]`)
  if (!isAddress(holder[key])) throw notAnAddress(`${name}[${key}]`)
}

export const optionalUrl = (holder: Params, key: string, name: string): void => {
  if (holder[key] !== undefined) url(holder, key, name)
}

export const within = (holder: Params, key: string, name: string, allowed: readonly string[]): void => {
  const value = holder[key]
  if (value !== undefined && !allowed.includes(asText(value))) throw notOneOf(`${name}[${key}]`, allowed)
}

/** A number, also as text. */
export const number = (holder: Params, key: string, name: string): number => {
  const value = holder[key]
  if (value === undefined) throw missingParameter(`${name}[${key}]`)
  const read = typeof value === 'object' ? Number.NaN : Number(value)
  if (!Number.isFinite(read)) throw badParameter(`Param ${name}[${key}] must be a number`)
  return read
}
