import type { Needs } from '../../alerts/needs.ts'
import { growingMs } from '../../base/backoff.ts'
import type { Clock } from '../../base/clock.ts'
import type { GraphError } from '../../graph/error.ts'
import type { Store } from '../../store/store.ts'
import { createLongOutage } from './long-outage.ts'
import { createStuck, type StuckRefusal } from './stuck.ts'

/** The failing conversations of one Page: their number, their next tries, and the needs raised for them. */
export interface Failing {
  /**
   * Notes a temporary failure of a call.
   *
   * @returns the number of conversations that have failed since the last success or closing
   */
  failed: (conversation: number, error: GraphError) => number
  /**
   * Notes a refusal whose reason may be the visitor's own.
   *
   * @returns whether to pause the Page
   */
  refused: (conversation: number, refusal: StuckRefusal) => boolean
  /** Marks a conversation whose refusal closed the Page although other conversations then went through. */
  alone: (conversation: number) => void
  isAlone: (conversation: number) => boolean
  /** Facebook limits the Page and takes nothing for `waitMs`. */
  limited: (waitMs: number) => void
  /** The Page has closed: failures are counted from zero. */
  closed: () => void
  /** Notes a message of this conversation that went through. */
  succeeded: (conversation: number) => void
  /** Forgets a conversation that has no reply left to try again. */
  settled: (conversation: number) => void
  /** Makes failing conversations due again after a success, but not after each one, because some fail for ever. */
  hurry: () => void
  /** Makes failing conversations due again at once. */
  retry: () => void
  /** The same for conversations that Graph refuses. */
  retryRefused: () => void
  /** Expects a try from now on; without one for long, the conversations are forgotten. */
  awaitTry: () => void
  /** Expects no try. */
  awaitNone: () => void
  isEmpty: () => boolean
  /** No conversation fails any more: settles the need of a long outage. */
  over: () => void
}

/** This many conversations that failed, with no success between, mean that Graph itself is down. */
export const OUTAGE_AFTER = 8
const MOST = 10_000
/** The wait between two times that a success makes failing conversations due again. */
const HURRY = { baseMs: 15_000, capMs: 15 * 60_000 }
/** Longer than the longest back-off. */
const QUIET_MS = 40 * 60_000

export const createFailing = (deps: {
  pageId: string
  nameOf: (pageId: string) => string | null
  store: Pick<Store, 'hurryOutbox'>
  needs: Pick<Needs, 'raise' | 'settle'>
  clock: Clock
  /** Called when the conversations were forgotten, because nothing was tried for a long time. */
  onForgotten: () => void
}): Failing => {
  const { pageId, nameOf, store, needs, clock, onForgotten } = deps
  /** Conversations with a passing failure and no success since. */
  const failing = new Set<number>()
  /** The ones among `failing` that failed since the last success or closing. */
  const lately = new Set<number>()
  /** Conversations whose refusal closed the Page although others then went through. */
  const alone = new Set<number>()
  const stuck = createStuck({
    raise: (trouble) => needs.raise({ pageId, pageName: nameOf(pageId), cause: 'some_visitors', ...trouble }),
    settle: () => needs.settle(pageId, 'some_visitors'),
  })
  const longOutage = createLongOutage({
    clock,
    raise: (trouble) => needs.raise({ pageId, pageName: nameOf(pageId), cause: 'outage', ...trouble }),
    settle: () => needs.settle(pageId, 'outage'),
  })
  /** When a success may next make failing conversations due again, and how often it has done so. */
  let hurryMs = 0
  let hurries = 0
  let cancelQuiet = (): void => undefined

  const retry = (): void => store.hurryOutbox([...failing, ...stuck.conversations()])

  /** A success of one conversation may mean that the trouble is over for the others. Some fail for ever, so not each success counts. */
  const hurry = (): void => {
    const nowMs = clock.elapsed()
    if (nowMs < hurryMs) return
    if (nowMs > hurryMs + HURRY.capMs) hurries = 0
    hurryMs = nowMs + growingMs(hurries++, HURRY)
    retry()
  }

  /** Waits for the next try from now on. */
  const awaitTry = (): void => {
    cancelQuiet()
    cancelQuiet = clock.after(QUIET_MS, () => {
      failing.clear()
      stuck.clear()
      alone.clear()
      longOutage.over()
      onForgotten()
    })
  }

  return {
    failed: (conversation, error) => {
      longOutage.failed(conversation, !failing.has(conversation), error)
      if (failing.size < MOST) failing.add(conversation)
      if (lately.size < OUTAGE_AFTER) lately.add(conversation)
      return lately.size
    },
    refused: stuck.refused,
    alone: (conversation) => {
      if (alone.size < MOST) alone.add(conversation)
      awaitTry()
    },
    isAlone: (conversation) => alone.has(conversation),
    limited: longOutage.limited,
    closed: () => lately.clear(),
    succeeded: (conversation) => {
      lately.clear()
      alone.delete(conversation)
      stuck.succeeded()
      longOutage.over()
    },
    settled: (conversation) => {
      failing.delete(conversation)
      lately.delete(conversation)
      alone.delete(conversation)
      if (stuck.settled(conversation)) {
        hurryMs = 0
        hurry()
      }
    },
    hurry,
    retry,
    retryRefused: () => store.hurryOutbox(stuck.conversations()),
    awaitTry,
    awaitNone: () => cancelQuiet(),
    isEmpty: () => failing.size === 0 && stuck.isEmpty() && alone.size === 0,
    over: longOutage.over,
  }
}
