import { isJsonObject, type Json } from '../base/json.ts'
import type { Store } from '../store/store.ts'

/** What is known of how far a Page's webhooks reach us; kept over restarts. */
export interface Coverage {
  /** Until when the webhooks certainly reached us, ms since the epoch. */
  untilMs: number
  gap: Gap | null
}

/** Messages since then are still to be looked for, but not at once. Both ms since the epoch. */
export interface Gap {
  sinceMs: number
  notBeforeMs: number
  /** Whether those of the visitors whom the bot knows were taken in, while Facebook refused to list all conversations. */
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
