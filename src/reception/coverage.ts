import { isJsonObject, type Json } from '../base/json.ts'
import type { Store } from '../store/store.ts'

/** The time until which a Page's webhooks have arrived, and the gap since; stored, so that it survives restarts. */
export interface Coverage {
  /** The webhooks arrived at least until this time, ms since the epoch. */
  untilMs: number
  gap: Gap | null
}

/** Messages since `sinceMs` are to be looked for, but not before `notBeforeMs`; both ms since the epoch. */
export interface Gap {
  sinceMs: number
  notBeforeMs: number
  /** Whether the messages of known visitors were taken in already, while Facebook refused to list all conversations. */
  areKnownRead?: boolean
}

/** Null for a Page that was never seen subscribed. */
export const readCoverage = async (
  store: Pick<Store, 'recall'>,
  pageId: string,
): Promise<Coverage | null> => {
  const text = await store.recall(nameOf(pageId))
  if (text === null) return null
  const kept = JSON.parse(text) as Json
  if (!isJsonObject(kept) || typeof kept['untilMs'] !== 'number') return null
  return kept as unknown as Coverage
}

export const writeCoverage = (
  store: Pick<Store, 'remember'>,
  pageId: string,
  coverage: Coverage,
): Promise<void> => store.remember(nameOf(pageId), JSON.stringify(coverage))

const nameOf = (pageId: string): string => `webhooks of ${pageId}`
