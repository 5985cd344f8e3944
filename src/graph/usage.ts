import { isJsonObject, type Json } from '../base/json.ts'
import type { Usage } from './graph.ts'

export type Headers = Record<string, string | string[] | undefined>

const MINUTE_MS = 60_000
const LONGEST_WAIT_MS = 24 * 60 * MINUTE_MS
const OWN_USAGE = ['x-app-usage', 'x-page-usage'] as const
const MESSAGING = 'messenger'

/**
 * The highest usage that concerns the messages of this Page; null if Graph sends none, which is so until there is traffic. The
 * business use case header also reports other Pages of the business and ad accounts; they are ignored.
 *
 * @param pageId - the Page the call was made for; undefined for a call for none
 * @param isLimited - whether the answer refuses the call because of a rate limit. If the header reports no use case of messages,
 *   the Page's other use cases then count, too
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

/** The wait that Graph asks for, in ms: the longer of `Retry-After` and {@link readUsage}'s `regainMs`; null for none. */
export const readRetryAfterMs = (headers: Headers, pageId?: string, isLimited = false): number | null =>
  longer(retryAfter(headers), readUsage(headers, pageId, isLimited)?.regainMs ?? null)

const retryAfter = (headers: Headers): number | null => {
  const text = single(headers['retry-after'])
  if (text === undefined) return null
  const seconds = amount(text.trim())
  if (seconds !== null) return wait(seconds * 1000)
  // The date form is compared with the answer's own `Date`, because this machine's clock may be wrong.
  return wait(Date.parse(text) - Date.parse(single(headers['date']) ?? ''))
}

/** The business use case header maps the id of a Page or account to a list of objects. */
const listOf = (usage: Json | undefined, pageId: string | undefined): Json[] => {
  const list = isJsonObject(usage) && pageId !== undefined ? usage[pageId] : undefined
  return Array.isArray(list) ? list : []
}

const objectsIn = (list: Json[]): Record<string, Json>[] => list.filter(isJsonObject)

const percentages = (entry: Record<string, Json>): number[] =>
  ['call_count', 'total_time', 'total_cputime'].map((name) => amount(entry[name]) ?? 0)

/** Graph sends minutes here, unlike in every other wait (docs/messenger-platform.md#d2). */
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
