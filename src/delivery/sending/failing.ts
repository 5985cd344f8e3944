import type { Needs } from '../../alerts/needs.ts'
import { growingMs } from '../../base/backoff.ts'
import type { Clock } from '../../base/clock.ts'
import type { GraphError } from '../../graph/error.ts'
import type { Store } from '../../store/store.ts'
import { createLongOutage } from './long-outage.ts'
import { createStuck, type StuckRefusal } from './stuck.ts'

/** The conversations of one Page that fail: how many lately, when they are tried again, and what the operator hears of them. */
export interface Failing {
  /** A call failed in a way that passes. @returns how many conversations have failed since the last success or closing */
  failed: (conversation: number, error: GraphError) => number
  /** Graph refuses a conversation for what may be its visitor's own matter. @returns whether the Page is to be paused for it */
  refused: (conversation: number, refusal: StuckRefusal) => boolean
  /** Facebook takes nothing of the Page for `waitMs`: there were too many calls. */
  limited: (waitMs: number) => void
  /** The Page has closed: conversations that fail from now on are counted anew. */
  closed: () => void
  /** A message of the Page went through. */
  succeeded: () => void
  /** Nothing of the conversation has to be tried again any more. */
  settled: (conversation: number) => void
  /** Tries them again, but not each time: some fail for ever. */
  hurry: () => void
  /** Tries them again at once. */
  retry: () => void
  /** The same for those that Graph refuses. */
  retryRefused: () => void
  /** Waits for the next try from now on; without one for long, the conversations are forgotten. */
  awaitTry: () => void
  /** No try is to be expected. */
  awaitNone: () => void
  isEmpty: () => boolean
  /** Nothing fails any more, so what was told of a long outage is over. */
  over: () => void
}

/** This many conversations that failed, with no success between, mean that Graph itself is down. */
export const OUTAGE_AFTER = 8
const MOST = 10_000
/** Between two times that they are tried again because one went through. */
const HURRY = { baseMs: 15_000, capMs: 15 * 60_000 }
/** Longer than the longest back-off. */
const QUIET_MS = 40 * 60_000

export const createFailing = (deps: {
  pageId: string
  nameOf: (pageId: string) => string | null
  store: Pick<Store, 'hurryOutbox'>
  needs: Pick<Needs, 'raise' | 'settle'>
  clock: Clock
  /** They were forgotten, because nothing was tried for long. */
  onForgotten: () => void
}): Failing => {
  const { pageId, nameOf, store, needs, clock, onForgotten } = deps
  /** Conversations that failed in passing and have not gone through yet. */
  const failing = new Set<number>()
  /** The ones among `failing` that failed since the last success or closing. */
  const lately = new Set<number>()
  const stuck = createStuck({
    raise: (trouble) => needs.raise({ pageId, pageName: nameOf(pageId), cause: 'some_visitors', ...trouble }),
    settle: () => needs.settle(pageId, 'some_visitors'),
  })
  const longOutage = createLongOutage({
    clock,
    raise: (trouble) => needs.raise({ pageId, pageName: nameOf(pageId), cause: 'outage', ...trouble }),
    settle: () => needs.settle(pageId, 'outage'),
  })
  /** When those that wait may be hurried again, and how often they were. */
  let hurryMs = 0
  let hurries = 0
  let cancelQuiet = (): void => undefined

  const retry = (): void => store.hurryOutbox([...failing, ...stuck.conversations()])

  /** What is over for one may be over for those that wait; but some fail for ever, so not each time one goes through. */
  const hurry = (): void => {
    const nowMs = clock.elapsed()
    if (nowMs < hurryMs) return
    if (nowMs > hurryMs + HURRY.capMs) hurries = 0
    hurryMs = nowMs + growingMs(hurries++, HURRY)
    retry()
  }

  return {
    failed: (conversation, error) => {
      longOutage.failed(conversation, !failing.has(conversation), error)
      if (failing.size < MOST) failing.add(conversation)
      if (lately.size < OUTAGE_AFTER) lately.add(conversation)
      return lately.size
    },
    refused: stuck.refused,
    limited: longOutage.limited,
    closed: () => lately.clear(),
    succeeded: () => {
      lately.clear()
      stuck.succeeded()
      longOutage.over()
    },
    settled: (conversation) => {
      failing.delete(conversation)
      lately.delete(conversation)
      if (stuck.settled(conversation)) {
        hurryMs = 0
        hurry()
      }
    },
    hurry,
    retry,
    retryRefused: () => store.hurryOutbox(stuck.conversations()),
    awaitTry: () => {
      cancelQuiet()
      cancelQuiet = clock.after(QUIET_MS, () => {
        failing.clear()
        stuck.clear()
        longOutage.over()
        onForgotten()
      })
    },
    awaitNone: () => cancelQuiet(),
    isEmpty: () => failing.size === 0 && stuck.isEmpty(),
    over: longOutage.over,
  }
}
