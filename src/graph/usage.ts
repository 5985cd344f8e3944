import { isJsonObject, type Json } from '../base/json.ts'
import type { Usage } from './graph.ts'

export type Headers = Record<string, string | string[] | undefined>

const MINUTE_MS = 60_000
const LONGEST_WAIT_MS = 24 * 60 * MINUTE_MS
const OWN_USAGE = ['x-app-usage', 'x-page-usage'] as const
const MESSAGING = 'messenger'

/**
 * The highest usage that concerns the messages of this Page; null where Graph sends none, as it does until there is
 * traffic. Of the business use cases others are told, too: other Pages of the business, ad accounts.
 *
 * @param pageId - the Page the call was made for; undefined for a call for none
 * @param isLimited - whether the answer refuses the call because of a limit: that of another use case of the Page, where
 *   Graph tells none of messages
 * @see docs/messenger-platform.md#d2
 */
export const readUsage = (headers: Headers, pageId?: string, isLimited = false): Usage | null => {
  const ofPage = objectsIn(listOf(parse(single(headers['x-business-use-case-usage'])), pageId))
  const ofMessages = ofPage.filter(({ type }) => type === MESSAGING)
  const found = [
    ...OWN_USAGE.flatMap((name) => objectsIn([parse(single(headers[name])) ?? null])),
    ...(isLimited && ofMessages.length === 0 ? ofPage : ofMessages),
  ]
  if (found.length === 0) return null
  return {
    percent: Math.max(...found.flatMap(percentages)),
    regainMs: found.map(regain).reduce(longer, null),
  }
}

/** How long Graph asks us to wait: the longer of `Retry-After` and what {@link readUsage} finds; null for no wish. */
export const readRetryAfterMs = (headers: Headers, pageId?: string, isLimited = false): number | null =>
  longer(retryAfter(headers), readUsage(headers, pageId, isLimited)?.regainMs ?? null)

const retryAfter = (headers: Headers): number | null => {
  const text = single(headers['retry-after'])
  if (text === undefined) return null
  const seconds = amount(text.trim())
  if (seconds !== null) return wait(seconds * 1000)
  // The date form is measured on the server's own clock, so that ours may be wrong.
  return wait(Date.parse(text) - Date.parse(single(headers['date']) ?? ''))
}

/** Business use cases are lists of objects, by the id of what they are about. */
const listOf = (usage: Json | undefined, pageId: string | undefined): Json[] => {
  const list = isJsonObject(usage) && pageId !== undefined ? usage[pageId] : undefined
  return Array.isArray(list) ? list : []
}

const objectsIn = (list: Json[]): Record<string, Json>[] => list.filter(isJsonObject)

const percentages = (entry: Record<string, Json>): number[] =>
  ['call_count', 'total_time', 'total_cputime'].map((name) => amount(entry[name]) ?? 0)

/** Minutes, unlike every other wait (docs/messenger-platform.md#d2). */
const regain = (entry: Record<string, Json>): number | null =>
  wait((amount(entry['estimated_time_to_regain_access']) ?? 0) * MINUTE_MS)

const amount = (value: Json | undefined): number | null => {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : null
}

const wait = (ms: number): number | null => (ms > 0 ? Math.min(ms, LONGEST_WAIT_MS) : null)

const longer = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.max(a, b)

const single = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value

const parse = (text: string | undefined): Json | undefined => {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}
