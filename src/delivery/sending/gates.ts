import type { Clock } from '../../base/clock.ts'
import type { Need, NeedCause, Needs } from '../../alerts/needs.ts'
import type { Store } from '../../store/store.ts'
import type { TokenKeeper } from '../../token/keeper.ts'
import { backoffMs } from '../../base/backoff.ts'

/**
 * Whether a Page may be sent for. A gate closes when the token is dead or Graph refuses the Page as a whole; replies then
 * wait in the store. Except for a dead token it half-opens after a while: one conversation tries, and its outcome decides.
 */
export interface Gates {
  /** The token to send with; null while the gate is closed. */
  tokenFor: (pageId: string) => string | null
  /** How many conversations of the Page may be sent for at the same time. */
  room: (pageId: string) => number
  /** The same for a Page that is not {@link Gates.narrowed}. */
  most: number
  /** Pages whose gate is not open. */
  narrowed: () => string[]
  /** Graph refuses the Page as a whole. `atLeastMs` is how long it asked us to wait. */
  close: (pageId: string, why: Closing, atLeastMs?: number) => void
  /** A call for the Page failed in a way that may be the conversation's or Graph's. Many in a row close the gate. */
  failed: (pageId: string) => void
  /** A call for the Page went through: if it was the one that tried, whatever was wrong is over. */
  succeeded: (pageId: string) => void
  /**
   * Graph refuses what the Page uploads: the operator hears of it, and what needs no upload goes on. It is tried again no
   * sooner than `atLeastMs`.
   */
  mediaRefused: (pageId: string, why: Closing, atLeastMs: number) => void
  /** Graph has taken something the Page uploaded. */
  mediaTaken: (pageId: string) => void
  /** The operator, or Facebook, says that it is mended: try at once. */
  retry: (pageId: string) => void
  start: () => void
  stop: () => void
}

/** Why a gate closes: what the operator must mend, or what passes by itself. */
export type Closing =
  | ({ cause: MendableCause } & Pick<Need, 'what' | 'remedy' | 'byToken'>)
  | { cause: 'rate_limited' | 'outage' }

type MendableCause = Extract<NeedCause, 'configuration' | 'permission' | 'restricted'>

interface Gate {
  state: 'open' | 'closed' | 'half_open'
  /** Failures in a row while open. */
  failures: number
  /** How often it closed without opening in between. */
  closings: number
  why: Closing | null
  /** The token it was closed with: another one is a reason to try at once. */
  token: string | null
  cancelTimer: () => void
}

const SLOW = { baseMs: 15_000, capMs: 15 * 60_000 }
const QUICK = { baseMs: 1000, capMs: 60_000 }
// So many failures in a row, over all of a Page's conversations, mean that Graph itself is down.
const OUTAGE_AFTER = 8
// Whoever waits for an upload tries more often than that: then nobody does any more.
const MEDIA_QUIET_MS = 15 * 60_000

export const createGates = (deps: {
  store: Pick<Store, 'holdPage'>
  tokens: Pick<TokenKeeper, 'tokenFor' | 'status' | 'statuses' | 'onChange'>
  needs: Pick<Needs, 'raise' | 'settle'>
  clock: Clock
  random: () => number
  /** How many conversations of an open Page may be sent for at the same time. */
  perPage: number
}): Gates => {
  const { store, tokens, needs, clock, random, perPage } = deps
  /** Pages about which there is something to remember; any other is open. */
  const gates = new Map<string, Gate>()
  /** What is wrong with the uploads of a Page. */
  const refusedMedia = new Map<string, { why: Closing; cancelTimer: () => void }>()
  let stopListening = (): void => undefined

  const gateOf = (pageId: string): Gate => {
    const known = gates.get(pageId)
    if (known !== undefined) return known
    const gate: Gate = {
      state: 'open',
      failures: 0,
      closings: 0,
      why: null,
      token: null,
      cancelTimer: () => undefined,
    }
    gates.set(pageId, gate)
    return gate
  }

  const apply = (pageId: string): void => {
    store.holdPage(pageId, tokens.tokenFor(pageId) === null || gates.get(pageId)?.state === 'closed')
  }

  const halfOpen = (pageId: string): void => {
    const gate = gates.get(pageId)
    if (gate?.state !== 'closed') return
    gate.cancelTimer()
    gate.state = 'half_open'
    apply(pageId)
  }

  const close = (pageId: string, why: Closing, atLeastMs = 0): void => {
    const gate = gateOf(pageId)
    // Calls that were under way together fail together: that is one closing.
    if (gate.state === 'closed') return
    const pace = why.cause === 'outage' ? QUICK : SLOW
    const waitMs = Math.max(atLeastMs, pace.baseMs / 2 + backoffMs(gate.closings, { ...pace, random }))
    if (gate.why !== null && gate.why.cause !== why.cause) settle(pageId, gate.why)
    gate.state = 'closed'
    gate.failures = 0
    gate.closings += 1
    gate.why = why
    gate.token = tokens.tokenFor(pageId)
    gate.cancelTimer = clock.after(waitMs, () => halfOpen(pageId))
    apply(pageId)
    raise(pageId, why)
  }

  const raise = (pageId: string, why: Closing): void => {
    if ('what' in why) needs.raise({ pageId, pageName: tokens.status(pageId).pageName, ...why })
  }

  const settle = (pageId: string, why: Closing): void => {
    if ('what' in why) needs.settle(pageId, why.cause)
  }

  const mediaTaken = (pageId: string): void => {
    const refused = refusedMedia.get(pageId)
    if (refused === undefined) return
    refused.cancelTimer()
    refusedMedia.delete(pageId)
    settleMedia(pageId, refused.why)
  }

  const settleMedia = (pageId: string, why: Closing): void => {
    // Sending may be refused for the same.
    if (gates.get(pageId)?.why?.cause !== why.cause) settle(pageId, why)
  }

  return {
    tokenFor: (pageId) => {
      const token = gates.get(pageId)?.state === 'closed' ? null : tokens.tokenFor(pageId)
      // A Page that never had a token is in no list of statuses: its replies are met here first.
      if (token === null) apply(pageId)
      return token
    },

    most: perPage,
    narrowed: () => [...gates].flatMap(([pageId, { state }]) => (state === 'open' ? [] : [pageId])),

    room: (pageId) => {
      if (tokens.tokenFor(pageId) === null) return 0
      const state = gates.get(pageId)?.state ?? 'open'
      return state === 'open' ? perPage : state === 'half_open' ? 1 : 0
    },

    close,

    failed: (pageId) => {
      const gate = gateOf(pageId)
      gate.failures += 1
      // A try that failed in passing does not change what was wrong before it.
      if (gate.state === 'half_open') close(pageId, gate.why ?? { cause: 'outage' })
      else if (gate.failures >= OUTAGE_AFTER) close(pageId, { cause: 'outage' })
    },

    succeeded: (pageId) => {
      const gate = gates.get(pageId)
      // While closed, only calls from before the closing still come home; they prove nothing.
      if (gate === undefined || gate.state === 'closed') return
      gates.delete(pageId)
      if (gate.why !== null) settle(pageId, gate.why)
    },

    mediaRefused: (pageId, why, atLeastMs) => {
      const before = refusedMedia.get(pageId)
      before?.cancelTimer()
      if (before !== undefined && before.why.cause !== why.cause) settleMedia(pageId, before.why)
      const cancelTimer = clock.after(atLeastMs + MEDIA_QUIET_MS, () => mediaTaken(pageId))
      refusedMedia.set(pageId, { why, cancelTimer })
      raise(pageId, why)
    },

    mediaTaken,

    retry: halfOpen,

    start: () => {
      for (const { pageId } of tokens.statuses()) apply(pageId)
      stopListening = tokens.onChange(({ pageId }) => {
        const token = tokens.tokenFor(pageId)
        if (token !== null && token !== gates.get(pageId)?.token) halfOpen(pageId)
        apply(pageId)
      })
    },

    stop: () => {
      stopListening()
      for (const { cancelTimer } of [...gates.values(), ...refusedMedia.values()]) cancelTimer()
    },
  }
}
