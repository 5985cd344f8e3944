import type { Clock } from '../../base/clock.ts'
import type { Needs } from '../../alerts/needs.ts'
import type { GraphError } from '../../graph/error.ts'
import type { PageRoom, Store } from '../../store/store.ts'
import type { PageTokens } from '../../token/page-tokens.ts'
import { backoffMs, growingMs } from '../../base/backoff.ts'
import type { Closing } from './closing.ts'
import type { GateNotes } from './gate-notes.ts'
import { createLongOutage, type LongOutage } from './long-outage.ts'
import { createRefusedMedia, type RefusedMedia } from './refused-media.ts'
import { createStuck, type Stuck, type StuckRefusal } from './stuck.ts'

/**
 * Whether a Page may be sent for. A gate closes as a whole when the token is dead or Graph refuses the Page by a number
 * that says so; replies then wait in the store. On weaker evidence it closes for what waits from before alone: visitors who
 * write now are tried, and those that failed keep their own back-off. Except for a dead token it half-opens after a while:
 * a few conversations try, and their outcome decides.
 */
export interface Gates {
  /** The token to send with; null while the gate is closed as a whole. */
  tokenFor: (pageId: string) => string | null
  /** How many conversations of the Page may be sent for at the same time. */
  room: (pageId: string) => PageRoom
  /** The same for a Page that is not {@link Gates.narrowed}. */
  most: PageRoom
  /** Pages whose gate is not open. */
  narrowed: () => string[]
  /** Graph refuses the Page as a whole. `atLeastMs` is how long it asked us to wait. */
  close: (pageId: string, why: Closing, atLeastMs?: number) => void
  /** Graph refuses a conversation for what may be its visitor's own matter. */
  refused: (pageId: string, conversation: number, refusal: StuckRefusal) => void
  /** A call failed in a way that passes. Of many conversations, with no success between, the Page pauses. */
  failed: (pageId: string, conversation: number, error: GraphError) => void
  /** A call for the Page went through: if the call was a probe, the trouble is over. */
  succeeded: (pageId: string) => void
  /** Nothing of the conversation has to be tried again any more. */
  settled: (pageId: string, conversation: number) => void
  media: Pick<RefusedMedia, 'refused' | 'taken'>
  /** The operator, or Facebook, says that it is mended: try at once. */
  retry: (pageId: string) => void
  /** The Page is this process's to send for from now on: nothing is sent before it is known what its last keeper waited for. */
  taken: (pageId: string) => void
  /** It is not: what is remembered of it is not true any more, and settles nothing. */
  lost: (pageId: string) => void
  start: () => void
  stop: () => void
}

interface Gate {
  state: 'open' | 'closed' | 'half_open'
  /** What the last closing pauses. */
  pauses: 'page' | 'backlog'
  /** How often it closed without opening in between. */
  closings: number
  why: Closing | null
  /** The token it was closed with: another one is a reason to try at once. */
  token: string | null
  cancelTimer: () => void
  /** Conversations that failed in passing and have not gone through yet. */
  failing: Set<number>
  /** The ones among `failing` that failed since the last success. */
  lately: Set<number>
  stuck: Stuck
  longOutage: LongOutage
  /** When those that wait may be tried again because one has gone through, and how often they were. */
  hurryMs: number
  hurries: number
  cancelQuiet: () => void
}

const SLOW = { baseMs: 15_000, capMs: 15 * 60_000 }
const QUICK = { baseMs: 1000, capMs: 60_000 }
/** This many conversations that failed, with no success between, mean that Graph itself is down. */
const OUTAGE_AFTER = 8
/** How many conversations try while the gate is half open. */
const PROBES = 4
const MOST_FAILING = 10_000
/** Longer than the longest back-off: without a try for so long, the failing conversations were forgotten. */
const QUIET_MS = 40 * 60_000

export const createGates = (deps: {
  store: Pick<Store, 'pausePage' | 'hurryOutbox'>
  tokens: Pick<PageTokens, 'tokenFor' | 'status' | 'statuses' | 'onChange'>
  needs: Pick<Needs, 'raise' | 'settle'>
  notes: GateNotes
  clock: Clock
  random: () => number
  /** How many conversations of an open Page may be sent for at the same time. */
  perPage: number
  /** How many of them may be ones whose visitors have not just written. */
  backlog: number
}): Gates => {
  const { store, tokens, needs, notes, clock, random, perPage, backlog } = deps
  /** Pages about which there is something to remember; any other is open. */
  const gates = new Map<string, Gate>()
  /** Taken Pages of which it is not known yet what their last keeper waited for. */
  const recalling = new Map<string, object>()
  let stopListening = (): void => undefined

  const nameOf = (pageId: string): string | null => tokens.status(pageId).pageName

  const gateOf = (pageId: string): Gate => {
    const known = gates.get(pageId)
    if (known !== undefined) return known
    const gate: Gate = {
      state: 'open',
      pauses: 'backlog',
      closings: 0,
      why: null,
      token: null,
      cancelTimer: () => undefined,
      failing: new Set(),
      lately: new Set(),
      stuck: createStuck({
        raise: (trouble) =>
          needs.raise({ pageId, pageName: nameOf(pageId), cause: 'some_visitors', ...trouble }),
        settle: () => needs.settle(pageId, 'some_visitors'),
      }),
      longOutage: createLongOutage({
        clock,
        raise: (trouble) => needs.raise({ pageId, pageName: nameOf(pageId), cause: 'outage', ...trouble }),
        settle: () => needs.settle(pageId, 'outage'),
      }),
      hurryMs: 0,
      hurries: 0,
      cancelQuiet: () => undefined,
    }
    gates.set(pageId, gate)
    return gate
  }

  const isShut = (pageId: string): boolean => {
    const gate = gates.get(pageId)
    return recalling.has(pageId) || (gate?.state === 'closed' && gate.pauses === 'page')
  }

  const apply = (pageId: string): void => {
    store.pausePage(pageId, tokens.tokenFor(pageId) === null || isShut(pageId))
  }

  const halfOpen = (pageId: string): void => {
    const gate = gates.get(pageId)
    if (gate?.state !== 'closed') return
    gate.cancelTimer()
    gate.state = 'half_open'
    // All that waited may have been given up meanwhile: then nothing tries, and nothing else ends what was told.
    remember(pageId, gate)
    apply(pageId)
  }

  const close: Gates['close'] = (pageId, why, atLeastMs = 0) => {
    const gate = gateOf(pageId)
    // Calls that were under way together fail together: that is one closing.
    if (isShut(pageId)) return
    if (gate.why !== null && gate.why.cause !== why.cause) settle(pageId, gate.why)
    gate.why = why
    const waitMs = shut(pageId, gate, 'page', { ...SLOW, atLeastMs })
    // That nothing is tried while it is closed proves nothing.
    gate.cancelQuiet()
    if (why.cause === 'rate_limited') gate.longOutage.limited(waitMs)
    raise(pageId, why)
  }

  const closeForBacklog = (pageId: string, gate: Gate, pace: typeof QUICK): void => {
    // What was wrong with the Page as a whole is still wrong where a try merely failed.
    if (gate.state === 'half_open' && gate.pauses === 'page' && gate.why !== null) close(pageId, gate.why)
    else if (gate.state !== 'closed') shut(pageId, gate, 'backlog', { ...pace, atLeastMs: 0 })
  }

  /** @returns for how long */
  const shut = (
    pageId: string,
    gate: Gate,
    pauses: Gate['pauses'],
    { atLeastMs, ...pace }: typeof QUICK & { atLeastMs: number },
  ): number => {
    gate.cancelTimer()
    const waitMs = Math.max(atLeastMs, pace.baseMs / 2 + backoffMs(gate.closings, { ...pace, random }))
    gate.state = 'closed'
    gate.pauses = pauses
    gate.closings += 1
    gate.lately.clear()
    gate.token = tokens.tokenFor(pageId)
    gate.cancelTimer = clock.after(waitMs, () => halfOpen(pageId))
    if (pauses === 'page' && gate.why !== null) notes.closed(pageId, gate.why, gate.closings, waitMs)
    apply(pageId)
    return waitMs
  }

  const open = (pageId: string, gate: Gate): void => {
    gate.cancelTimer()
    gate.state = 'open'
    gate.closings = 0
    if (gate.why !== null) settle(pageId, gate.why)
    gate.why = null
    notes.opened(pageId)
    hurry(gate)
    apply(pageId)
  }

  /** What is over for one may be over for those that wait; but some fail for ever, so not each time one goes through. */
  const hurry = (gate: Gate): void => {
    const nowMs = clock.elapsed()
    if (nowMs < gate.hurryMs) return
    if (nowMs > gate.hurryMs + SLOW.capMs) gate.hurries = 0
    gate.hurryMs = nowMs + growingMs(gate.hurries++, SLOW)
    store.hurryOutbox([...gate.failing, ...gate.stuck.conversations()])
  }

  const remember = (pageId: string, gate: Gate): void => {
    gate.cancelQuiet()
    gate.cancelQuiet = clock.after(QUIET_MS, () => {
      gate.failing.clear()
      gate.stuck.clear()
      gate.longOutage.over()
      forget(pageId, gate)
    })
  }

  /** Deletes the record of a Page without trouble. */
  const forget = (pageId: string, gate: Gate): void => {
    if (gate.state !== 'open' || gate.failing.size > 0 || !gate.stuck.isEmpty()) return
    gate.cancelQuiet()
    gate.longOutage.over()
    gates.delete(pageId)
  }

  const raise = (pageId: string, why: Closing): void => {
    if ('what' in why) needs.raise({ pageId, pageName: nameOf(pageId), ...why })
  }

  const settle = (pageId: string, why: Closing): void => {
    if ('what' in why) needs.settle(pageId, why.cause)
  }

  const media = createRefusedMedia({
    clock,
    raise,
    settle: (pageId, why) => {
      // Graph may refuse sends for the same reason.
      if (gates.get(pageId)?.why?.cause !== why.cause) settle(pageId, why)
    },
  })

  return {
    tokenFor: (pageId) => {
      const token = isShut(pageId) ? null : tokens.tokenFor(pageId)
      // A Page that never had a token is in no list of statuses: its replies are met here first.
      if (token === null) apply(pageId)
      return token
    },

    most: { all: perPage, waiting: backlog, backlog },
    narrowed: () => [...gates].flatMap(([pageId, { state }]) => (state === 'open' ? [] : [pageId])),

    room: (pageId) => {
      if (tokens.tokenFor(pageId) === null || isShut(pageId)) return { all: 0, waiting: 0, backlog: 0 }
      const { state, pauses } = gates.get(pageId) ?? { state: 'open', pauses: 'backlog' }
      if (state === 'open') return { all: perPage, waiting: backlog, backlog }
      if (pauses === 'backlog')
        return { all: perPage, waiting: backlog, backlog: state === 'half_open' ? PROBES : 0 }
      return { all: PROBES, waiting: PROBES, backlog: PROBES }
    },

    close,

    refused: (pageId, conversation, refusal) => {
      const gate = gateOf(pageId)
      remember(pageId, gate)
      if (gate.stuck.refused(conversation, refusal)) closeForBacklog(pageId, gate, SLOW)
    },

    failed: (pageId, conversation, error) => {
      const gate = gateOf(pageId)
      remember(pageId, gate)
      gate.longOutage.failed(conversation, !gate.failing.has(conversation), error)
      if (gate.failing.size < MOST_FAILING) gate.failing.add(conversation)
      if (gate.lately.size < OUTAGE_AFTER) gate.lately.add(conversation)
      const isTry = gate.state === 'half_open' && gate.pauses === 'page'
      const enough = isTry ? 1 : gate.state === 'half_open' ? 2 : OUTAGE_AFTER
      if (gate.lately.size >= enough) closeForBacklog(pageId, gate, QUICK)
    },

    succeeded: (pageId) => {
      const gate = gates.get(pageId)
      // While the gate is closed as a whole, only calls from before the closing end here; they prove nothing.
      if (gate === undefined || isShut(pageId)) return
      gate.lately.clear()
      gate.stuck.succeeded()
      gate.longOutage.over()
      if (gate.state === 'open') return
      open(pageId, gate)
      forget(pageId, gate)
    },

    settled: (pageId, conversation) => {
      const gate = gates.get(pageId)
      if (gate === undefined) return
      gate.failing.delete(conversation)
      gate.lately.delete(conversation)
      if (gate.stuck.settled(conversation)) {
        gate.hurryMs = 0
        hurry(gate)
      }
      forget(pageId, gate)
    },

    media,

    retry: (pageId) => {
      const gate = gates.get(pageId)
      if (gate === undefined) return
      halfOpen(pageId)
      store.hurryOutbox([...gate.failing, ...gate.stuck.conversations()])
    },

    taken: (pageId) => {
      const recall = {}
      recalling.set(pageId, recall)
      apply(pageId)
      void notes.recall(pageId).then((note) => {
        // Lost again meanwhile, and perhaps taken once more.
        if (recalling.get(pageId) !== recall) return
        recalling.delete(pageId)
        if (note !== null) {
          const gate = gateOf(pageId)
          gate.why = note.why
          gate.closings = note.closings
          gate.state = 'closed'
          gate.pauses = 'page'
          gate.token = tokens.tokenFor(pageId)
          gate.cancelTimer = clock.after(Math.max(0, note.waitMs), () => halfOpen(pageId))
          if (note.why.cause === 'rate_limited') gate.longOutage.limited(note.waitMs)
          raise(pageId, note.why)
        }
        apply(pageId)
      })
    },

    lost: (pageId) => {
      recalling.delete(pageId)
      const gate = gates.get(pageId)
      gate?.cancelTimer()
      gate?.cancelQuiet()
      gates.delete(pageId)
      media.forget(pageId)
    },

    start: () => {
      for (const { pageId } of tokens.statuses()) apply(pageId)
      stopListening = tokens.onChange(({ pageId }) => {
        const token = tokens.tokenFor(pageId)
        const gate = gates.get(pageId)
        if (gate !== undefined && token !== null && token !== gate.token) {
          gate.token = token
          // Facebook counts what is sent for the Page, with whichever token.
          if (gate.why?.cause !== 'rate_limited') halfOpen(pageId)
          store.hurryOutbox(gate.stuck.conversations())
        }
        apply(pageId)
      })
    },

    stop: () => {
      stopListening()
      media.stop()
      for (const { cancelTimer, cancelQuiet } of gates.values()) {
        cancelTimer()
        cancelQuiet()
      }
    },
  }
}
