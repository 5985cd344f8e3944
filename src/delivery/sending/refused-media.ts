import type { Clock } from '../../base/clock.ts'
import type { Closing } from './closing.ts'

/** Raises a need when Graph refuses a Page's uploads. Messages without media go on. */
export interface RefusedMedia {
  /** The upload is tried again after `atLeastMs` or later. */
  refused: (pageId: string, why: Closing, atLeastMs: number) => void
  /** Graph has accepted an upload of the Page. */
  taken: (pageId: string) => void
  /** Forgets the Page, and settles no need. */
  forget: (pageId: string) => void
  stop: () => void
}

// No upload was attempted for this long, so consider the problem over.
const QUIET_MS = 15 * 60_000

export const createRefusedMedia = (deps: {
  clock: Pick<Clock, 'after'>
  raise: (pageId: string, why: Closing) => void
  settle: (pageId: string, why: Closing) => void
}): RefusedMedia => {
  const { clock, raise, settle } = deps
  const pages = new Map<string, { why: Closing; cancelTimer: () => void }>()

  const forget = (pageId: string): Closing | undefined => {
    const page = pages.get(pageId)
    page?.cancelTimer()
    pages.delete(pageId)
    return page?.why
  }

  const taken = (pageId: string): void => {
    const why = forget(pageId)
    if (why !== undefined) settle(pageId, why)
  }

  return {
    refused: (pageId, why, atLeastMs) => {
      const before = forget(pageId)
      if (before !== undefined && before.cause !== why.cause) settle(pageId, before)
      pages.set(pageId, { why, cancelTimer: clock.after(atLeastMs + QUIET_MS, () => taken(pageId)) })
      raise(pageId, why)
    },
    taken,
    forget,
    stop: () => {
      for (const { cancelTimer } of pages.values()) cancelTimer()
    },
  }
}
