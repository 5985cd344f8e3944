import { badParameter, missingParameter, notOneOf, tooLong } from './failure.ts'
import { asText, isObject, type Params } from './params.ts'

/** Checks of single values that the rules of messages, templates and buttons share. `name` is how Facebook names the place. */

export const title = (button: Params, name: string): void => {
  const value = button['title']
  if (typeof value !== 'string' || value === '') throw badParameter(`${name} needs a title`, 2018053)
  if (value.length > 20) throw tooLong(`${name}[title]`, 20)
}

export const url = (holder: Params, key: string, name: string): void => {
  const value = holder[key]
  const protocol = typeof value === 'string' ? URL.parse(value)?.protocol : undefined
  if (protocol !== 'https:' && protocol !== 'http:') {
    throw badParameter(`Param ${name}[${key}] must be a valid URL`)
  }
  if (isTrue(holder['messenger_extensions']) && protocol !== 'https:') {
    throw badParameter(`Param ${name}[${key}] must be https with messenger_extensions`)
  }
}

export const text = (holder: Params, key: string, name: string, most: number, least = 1): void => {
  const value = holder[key]
  if (typeof value !== 'string' || value === '') throw missingParameter(`${name}[${key}]`)
  if (value.length > most) throw tooLong(`${name}[${key}]`, most)
  if (value.length < least) throw badParameter(`Length of param ${name}[${key}] must be at least ${least}`)
}

export const optionalTextIn = (holder: Params, key: string, name: string, most: number): void => {
  if (holder[key] !== undefined) text(holder, key, name, most)
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
  if (value === undefined || value === '' || typeof value === 'object')
    throw missingParameter(`${name}[${key}]`)
  const read = Number(value)
  if (!Number.isFinite(read)) throw badParameter(`Param ${name}[${key}] must be a number`)
  return read
}

export const objectIn = (holder: Params, key: string, name: string): Params => {
  const value = holder[key]
  if (value === undefined) throw missingParameter(`${name}[${key}]`)
  if (!isObject(value)) throw badParameter(`Param ${name}[${key}] must be an object`)
  return value
}

/** The objects of a list, each with its name; a list too short or too long is refused. */
export const objectsIn = (
  holder: Params,
  key: string,
  name: string,
  [least, most]: readonly [number, number],
): [Params, string][] => {
  const list = holder[key]
  if (!Array.isArray(list) || list.length < least) throw missingParameter(`${name}[${key}]`)
  if (list.length > most) throw badParameter(`Param ${name}[${key}] has too many elements.`)
  return list.map((element: unknown, index) => {
    const at = `${name}[${key}][${index}]`
    if (!isObject(element)) throw badParameter(`Param ${at} must be an object`)
    return [element, at]
  })
}

/** The only object of a list. */
export const onlyObjectIn = (holder: Params, key: string, name: string): [Params, string] => {
  const [only] = objectsIn(holder, key, name, [1, 1])
  if (!only) throw missingParameter(`${name}[${key}]`)
  return only
}

export const isTrue = (value: unknown): boolean => value === true || value === 'true'
