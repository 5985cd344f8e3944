import type { Clock } from '../../base/clock.ts'

/** Spaces the calls of each Page so that they stay below the rate Facebook allows (docs/messenger-platform.md#d1). */
export interface Pacer {
  /**
   * Resolves when the Page's next message may go out, or `signal` is aborted; undefined where it may go at once. Answers to visitors who
   * have just written go before older replies.
   */
  turn: (
    pageId: string,
    message: { isStreamed: boolean; isFresh: boolean; signal: AbortSignal },
  ) => Promise<null> | undefined
  /**
   * Books the Page's next read of a conversation.
   *
   * @param isAgain - whether it is for a reply that was looked for before; such reads leave half of the allowance to others
   * @returns ms to wait before it, 0 while there is room
   */
  bookRead: (pageId: string, isAgain: boolean) => number
  /**
   * Takes the usage headers, in percent of the allowance: from 80 on the bot slows down, before Facebook stops it. Null for an answer
   * without them, as with little traffic: each such answer raises the rate again.
   */
  used: (pageId: string, percent: number | null) => void
  /** The Page was taken: another process may have used up the allowance of this second. */
  taken: (pageId: string) => void
}

/** `message`: all messages, including audio and video (`media`); `read`: reads of conversations. */
export type PaceKind = 'message' | 'media' | 'read'

/**
 * The most calls in any second, for a Page. Above 40 messages a second Facebook shows no new ones in the Page inbox and takes none until
 * the rate falls; audio, video and reads of conversations have limits of their own (docs/messenger-platform.md#d1).
 */
export const DEFAULT_RATES: Record<PaceKind, number> = { message: 35, media: 10, read: 2 }

const SLOW_FROM_PERCENT = 80
/** About fourteen answers without usage headers raise the slowest rate to the full one. */
const RISE = 1.25
/** The part of a second's allowance that may go at once. */
const BURST = 1 / 12

interface Bucket {
  tokens: number
  filledMs: number
}

/** Lets one message go. */
type Go = () => void

interface Page {
  buckets: Record<PaceKind | 'again', Bucket>
  /** Sends that wait, in the order in which they came. */
  fresh: Set<Go>
  others: Set<Go>
  cancelTimer: (() => void) | null
  /** Below 1 while Facebook says that the allowance is nearly used up. */
  share: number
}

export const createPacer = (deps: { clock: Clock; rates?: Record<PaceKind, number> }): Pacer => {
  const { clock, rates = DEFAULT_RATES } = deps
  const most = { ...rates, again: rates.read / 2 }
  const pages = new Map<string, Page>()

  const burstOf = (kind: keyof Page['buckets']): number => Math.max(1, Math.floor(most[kind] * BURST))

  const pageOf = (pageId: string): Page => {
    const known = pages.get(pageId)
    if (known !== undefined) return known
    const full = (kind: keyof Page['buckets']): Bucket => ({
      tokens: burstOf(kind),
      filledMs: clock.elapsed(),
    })
    const buckets = {
      message: full('message'),
      media: full('media'),
      read: full('read'),
      again: full('again'),
    }
    const page: Page = { buckets, fresh: new Set(), others: new Set(), cancelTimer: null, share: 1 }
    pages.set(pageId, page)
    return page
  }

  const rateOf = (page: Page, kind: keyof Page['buckets']): number =>
    // Together with the burst this is no more than the allowance in any second.
    (most[kind] - burstOf(kind) + 1) * page.share

  const fill = (page: Page, kind: keyof Page['buckets']): Bucket => {
    const bucket = page.buckets[kind]
    const nowMs = clock.elapsed()
    const filled = bucket.tokens + ((nowMs - bucket.filledMs) / 1000) * rateOf(page, kind)
    bucket.tokens = Math.min(burstOf(kind), filled)
    bucket.filledMs = nowMs
    return bucket
  }

  /** Takes one token. A count below zero is a debt: each call waits for the calls before it. */
  const book = (page: Page, kind: keyof Page['buckets']): number => {
    const bucket = fill(page, kind)
    bucket.tokens -= 1
    return bucket.tokens >= 0 ? 0 : Math.ceil((-bucket.tokens / rateOf(page, kind)) * 1000)
  }

  const serve = (page: Page): void => {
    if (page.cancelTimer !== null) return
    for (;;) {
      const [next] = page.fresh.size > 0 ? page.fresh : page.others
      if (next === undefined) return
      const bucket = fill(page, 'message')
      // A timer may fire slightly early; do not wait a second time for that.
      if (bucket.tokens < 0.999) {
        const waitMs = Math.ceil(((1 - bucket.tokens) / rateOf(page, 'message')) * 1000)
        page.cancelTimer = clock.after(waitMs, () => {
          page.cancelTimer = null
          serve(page)
        })
        return
      }
      bucket.tokens -= 1
      page.fresh.delete(next)
      page.others.delete(next)
      next()
    }
  }

  const lineUp = (page: Page, line: Set<Go>, signal: AbortSignal): Promise<null> | undefined => {
    if (signal.aborted) return undefined
    let gone = false
    let tell = (): void => undefined
    const go = (): void => {
      gone = true
      tell()
    }
    line.add(go)
    serve(page)
    if (gone) return undefined
    return new Promise((resolve) => {
      const giveUp = (): void => {
        line.delete(go)
        tell()
      }
      tell = () => {
        signal.removeEventListener('abort', giveUp)
        resolve(null)
      }
      signal.addEventListener('abort', giveUp)
    })
  }

  return {
    turn: (pageId, { isStreamed, isFresh, signal }) => {
      const page = pageOf(pageId)
      const line = isFresh ? page.fresh : page.others
      const waitMs = isStreamed ? book(page, 'media') : 0
      if (waitMs === 0) return lineUp(page, line, signal)
      return clock
        .sleep(waitMs, signal)
        .catch(() => undefined)
        .then(() => lineUp(page, line, signal) ?? null)
    },
    bookRead: (pageId, isAgain) => {
      const page = pageOf(pageId)
      const waitMs = book(page, 'read')
      return isAgain ? Math.max(waitMs, book(page, 'again')) : waitMs
    },
    used: (pageId, percent) => {
      if (percent === null) {
        const page = pages.get(pageId)
        if (page !== undefined) page.share = Math.min(1, page.share * RISE)
        return
      }
      const over = Math.min(100, percent) - SLOW_FROM_PERCENT
      // At 80 % of the allowance the full rate, at 100 % a twentieth of it.
      pageOf(pageId).share = over <= 0 ? 1 : Math.max(0.05, 1 - over / (100 - SLOW_FROM_PERCENT))
    },
    taken: (pageId) => {
      for (const bucket of Object.values(pageOf(pageId).buckets)) {
        bucket.tokens = Math.min(0, bucket.tokens)
        bucket.filledMs = clock.elapsed()
      }
    },
  }
}
