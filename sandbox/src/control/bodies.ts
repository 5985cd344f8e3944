import type { TroubleBody } from '../api.ts'
import { isObject } from '../graph/params.ts'
import { ifGiven } from '../if-given.ts'

/** A body that the control API refuses; the message says what it should look like. */
export class BadBody extends Error {
  readonly statusCode: number
  constructor(message: string, statusCode = 400) {
    super(message)
    this.statusCode = statusCode
  }
}

export type Body = Record<string, unknown>

export const readObject = (value: unknown): Body => {
  if (value === null || value === undefined) return {}
  if (!isObject(value)) throw new BadBody('The body must be a JSON object.')
  return value
}

export const readTrouble = (value: unknown): TroubleBody => {
  const body = readObject(value)
  const error = body['error']
  return {
    ...ifGiven('pageId', optionalTextIn(body, 'pageId', 100)),
    ...ifGiven('psid', optionalTextIn(body, 'psid', 100)),
    ...ifGiven('minutes', optionalInteger(body, 'minutes', 1, 7 * 24 * 60)),
    ...ifGiven('edge', optionalTextIn(body, 'edge', 100)),
    ...ifGiven('times', optionalInteger(body, 'times', 1, 1_000_000)),
    ...ifGiven('status', optionalInteger(body, 'status', 200, 599)),
    ...ifGiven('raw', optionalTextIn(body, 'raw', 1_000_000)),
    ...ifGiven('delayMs', optionalInteger(body, 'delayMs', 0, 600_000)),
    ...ifGiven('reset', optionalBoolean(body, 'reset')),
    ...ifGiven('error', error === undefined ? undefined : readError(readObject(error))),
  }
}

export const textIn = (body: Body, name: string, most: number, least = 1): string => {
  const value = body[name]
  if (typeof value === 'string' && value.length >= least && value.length <= most) return value
  throw new BadBody(`"${name}" must be a text of ${least} to ${most} characters.`)
}

export const optionalTextIn = (body: Body, name: string, most: number): string | undefined =>
  body[name] === undefined ? undefined : textIn(body, name, most, 0)

export const optionalInteger = (
  body: Body,
  name: string,
  least: number,
  most: number,
): number | undefined => {
  const value = body[name]
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
  throw new BadBody(`"${name}" must be a whole number from ${least} to ${most}.`)
}

export const optionalTexts = (body: Body, name: string): string[] | undefined => {
  const value = body[name]
  if (value === undefined) return undefined
  if (Array.isArray(value) && value.length <= 100 && value.every((item) => typeof item === 'string'))
    return value
  throw new BadBody(`"${name}" must be a list of texts.`)
}

export const optionalBoolean = (body: Body, name: string): boolean | undefined => {
  const value = body[name]
  if (value === undefined || typeof value === 'boolean') return value
  throw new BadBody(`"${name}" must be true or false.`)
}

const readError = (body: Body): NonNullable<TroubleBody['error']> => {
  const code = optionalInteger(body, 'code', -10, 100_000_000)
  if (code === undefined) throw new BadBody('"error.code" must be a whole number.')
  return {
    code,
    ...ifGiven('error_subcode', optionalInteger(body, 'error_subcode', 0, 100_000_000)),
    ...ifGiven('message', optionalTextIn(body, 'message', 2000)),
    ...ifGiven('type', optionalTextIn(body, 'type', 100)),
    ...ifGiven('is_transient', optionalBoolean(body, 'is_transient')),
    ...ifGiven('error_user_title', optionalTextIn(body, 'error_user_title', 2000)),
    ...ifGiven('error_user_msg', optionalTextIn(body, 'error_user_msg', 2000)),
  }
}

export const oneOf = <Name extends string>(body: Body, name: string, allowed: readonly Name[]): Name => {
  const found = allowed.find((one) => one === body[name])
  if (found !== undefined) return found
  throw new BadBody(`"${name}" must be one of ${allowed.join(', ')}.`)
}
