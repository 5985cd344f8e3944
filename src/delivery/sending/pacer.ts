import type { Clock } from '../../base/clock.ts'

/** Keeps each Page under Facebook's calls per second (reference D1), by spacing the calls out. */
export interface Pacer {
  /** Books the Page's next call of that kind. @returns ms to wait before making it, 0 while there is room */
  book: (pageId: string, kind: PaceKind) => number
  /** What the usage headers said, in percent of the allowance: from 80 on we slow down, before Facebook makes us stop. */
  used: (pageId: string, percent: number) => void
}

/** Sends of text, sends of media, and reads of a conversation. */
export type PaceKind = 'text' | 'media' | 'read'

/** Calls per second and Page, as Facebook allows them. */
export const DEFAULT_RATES: Record<PaceKind, number> = { text: 300, media: 10, read: 2 }

const SLOW_FROM_PERCENT = 80
const BURST_SECONDS = 1

interface Bucket {
  tokens: number
  filledMs: number
}

export const createPacer = (deps: { clock: Clock; rates?: Record<PaceKind, number> }): Pacer => {
  const { clock, rates = DEFAULT_RATES } = deps
  const buckets = new Map<string, Record<PaceKind, Bucket>>()
  const usage = new Map<string, number>()

  const bucketOf = (pageId: string, kind: PaceKind): Bucket => {
    let page = buckets.get(pageId)
    if (page === undefined) {
      const filledMs = clock.now()
      page = {
        text: { tokens: rates.text * BURST_SECONDS, filledMs },
        media: { tokens: rates.media * BURST_SECONDS, filledMs },
        read: { tokens: rates.read * BURST_SECONDS, filledMs },
      }
      buckets.set(pageId, page)
    }
    return page[kind]
  }

  /** At 80 % of the allowance the full rate, at 100 % a twentieth of it. */
  const rateOf = (pageId: string, kind: PaceKind): number => {
    const over = Math.min(100, usage.get(pageId) ?? 0) - SLOW_FROM_PERCENT
    return over <= 0 ? rates[kind] : rates[kind] * Math.max(0.05, 1 - over / (100 - SLOW_FROM_PERCENT))
  }

  return {
    book: (pageId, kind) => {
      const bucket = bucketOf(pageId, kind)
      const rate = rateOf(pageId, kind)
      const nowMs = clock.now()
      // A clock set back must not freeze the Page.
      const passedMs = Math.max(0, nowMs - bucket.filledMs)
      bucket.tokens = Math.min(rate * BURST_SECONDS, bucket.tokens + (passedMs / 1000) * rate)
      bucket.filledMs = nowMs
      // Below zero it is a debt: each call takes its place in line by the debt it finds.
      bucket.tokens -= 1
      return bucket.tokens >= 0 ? 0 : Math.ceil((-bucket.tokens / rate) * 1000)
    },
    used: (pageId, percent) => {
      if (percent >= SLOW_FROM_PERCENT) usage.set(pageId, percent)
      else usage.delete(pageId)
    },
  }
}
