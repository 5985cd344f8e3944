import { isJsonObject, type Json } from '../base/json.ts'
import { OWN_PAYLOAD } from '../script/limits.ts'

/** Answers that a button brings along for the questions of its reply, by the names they are remembered under. */
export type Carried = Readonly<Record<string, string>>

const CARRY = `${OWN_PAYLOAD}with:`

/** The payload of a button: the reply's own name when it brings no answers. */
export const payloadOf = (reply: string, carried: Carried | null): string =>
  carried === null ? reply : `${CARRY}${JSON.stringify([reply, carried])}`

/** Reads a payload with carried answers; null for a payload without them. */
export const readCarried = (payload: string): { reply: string; carried: Carried } | null => {
  if (!payload.startsWith(CARRY)) return null
  const [reply, carried] = listIn(payload.slice(CARRY.length))
  if (typeof reply !== 'string' || !isJsonObject(carried as Json)) return null
  const texts = Object.entries(carried as Record<string, unknown>).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  return { reply, carried: Object.fromEntries(texts) }
}

/** The list that a payload holds as JSON; empty if there is none. */
export const listIn = (text: string): readonly unknown[] => {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}
