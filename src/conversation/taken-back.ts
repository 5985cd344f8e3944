import { hash } from 'node:crypto'
import { isJsonObject, type JsonObject } from '../base/json.ts'
import type { WebhookEvent } from '../webhook/events.ts'
import { readMemory, remember } from './memory.ts'

/** Key of digests of mids in the conversation's state, by the name of the answer that came from the message. */
const KEY = 'from'

/** Stores which message gave the answers that this event remembered. */
export const noteSources = (
  before: JsonObject | null,
  after: JsonObject | null,
  event: WebhookEvent,
): JsonObject | null => {
  if (after === before || event.kind !== 'message' || event.mid === null) return after
  const [had, has] = [readMemory(before).remembered, readMemory(after).remembered]
  const fresh = Object.keys(has).filter((name) => has[name] !== had[name])
  if (fresh.length === 0) return after
  const source = digest(event.mid)
  return {
    ...after,
    [KEY]: { ...sourcesIn(after), ...Object.fromEntries(fresh.map((name) => [name, source])) },
  }
}

/** The state without the answers from a message that its visitor has deleted. The message itself is kept only until it is handled. */
export const takeBack = (state: JsonObject | null, event: WebhookEvent): JsonObject | null => {
  if (event.kind !== 'message_deleted' || event.mid === null || state === null) return state
  const source = digest(event.mid)
  const sources = Object.entries(sourcesIn(state))
  const gone = new Set(sources.flatMap(([name, from]) => (from === source ? [name] : [])))
  if (gone.size === 0) return state
  const kept = Object.entries(readMemory(state).remembered).filter(([name]) => !gone.has(name))
  const left = sources.filter(([name]) => !gone.has(name))
  return remember({ ...state, [KEY]: Object.fromEntries(left) }, { remembered: Object.fromEntries(kept) })
}

const sourcesIn = (state: JsonObject | null): JsonObject => {
  const sources = state?.[KEY]
  return isJsonObject(sources) ? sources : {}
}

const digest = (mid: string): string => hash('sha256', mid, 'base64url').slice(0, 12)
