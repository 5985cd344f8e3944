import type { TellTrouble } from '../alerts/page-trouble.ts'
import { backoffMs } from '../base/backoff.ts'
import type { Clock } from '../base/clock.ts'
import { followPages, soleDuty, type Duty } from '../base/duty.ts'
import type { Log } from '../base/logger.ts'
import { within } from '../base/within.ts'
import { GraphError } from '../graph/error.ts'
import type { Graph } from '../graph/graph.ts'
import type { NewEvent, Store } from '../store/store.ts'
import type { PageTokens } from '../token/page-tokens.ts'
import type { FoundMessage } from '../webhook/recovered.ts'
import { createAbsence } from './absence.ts'
import type { MissedDeps } from './missed.ts'
import { createPageLook, LOOK_EVERY_MS, type LookedAfter } from './page-look.ts'
import { createPageSubscription, type SubscriptionStatus } from './page-subscription.ts'

/**
 * Keeps each Page's subscription alive. Facebook silently unsubscribes an app whose callbacks fail for an hour, and never sends
 * those events again; recovery subscribes the app again and takes in the missed messages.
 */
export interface Recovery {
  start: () => Promise<void>
  /** Aborts the calls under way and stores the time until which the bot was up. */
  stop: () => Promise<void>
  /** The Page's subscription as Facebook last listed it; null before the first answer. */
  subscription: (pageId: string) => SubscriptionStatus | null
}

interface PageWatch extends LookedAfter {
  running: Promise<void> | null
  failures: number
  cancelTimer: () => void
}

const MINUTE_MS = 60_000
/** The wait after a new token, because the bootstrap that stored it subscribes the Page a moment later. */
const AFTER_TOKEN_MS = 5000
const APART_MS = 50
/** Within this time after its start, an instance has become the keeper of its Pages. */
const TAKEN_WITHIN_MS = 5 * MINUTE_MS
const RETRY = { baseMs: MINUTE_MS, capMs: LOOK_EVERY_MS }
const STOP_WITHIN_MS = 2000

export const createRecovery = (deps: {
  store: MissedDeps['store'] & Pick<Store, 'remember' | 'recall'>
  graph: MissedDeps['graph'] & Pick<Graph, 'subscribe' | 'subscribedFields' | 'now'>
  /** The tokens of the Pages that this instance keeps. */
  tokens: Pick<PageTokens, 'tokenFor' | 'statuses' | 'suspect' | 'onChange'>
  duty?: Duty
  /** Whether the operator wants the app subscribed to the Page, as the last bootstrap was told. */
  isToBeSubscribed: (pageId: string) => boolean
  /** Makes the events that the webhook would have brought. */
  toEvents: (message: FoundMessage) => NewEvent[]
  clock: Clock
  random: () => number
  log: Log
  /** Called with the reason why a Page's webhooks may be missing, where only the operator can mend it. */
  onTrouble: TellTrouble
}): Recovery => {
  const { duty = soleDuty } = deps
  const { store, graph, tokens, isToBeSubscribed, toEvents, clock, random, log, onTrouble } = deps
  const pages = new Map<string, PageWatch>()
  const stopping = new AbortController()
  const { signal } = stopping
  const lookOnce = createPageLook({ store, graph, toEvents, clock, signal, isToBeSubscribed, log })
  let stopListening: (() => void)[] = []

  const watchOf = (pageId: string): PageWatch => {
    const known = pages.get(pageId)
    if (known !== undefined) return known
    const watch: PageWatch = {
      subscription: createPageSubscription({ pageId, graph, clock, log, onTrouble }),
      running: null,
      awaySinceMs: null,
      failures: 0,
      said: null,
      cancelTimer: () => undefined,
    }
    pages.set(pageId, watch)
    return watch
  }

  const lookIn = (pageId: string, ms: number): void => {
    const watch = watchOf(pageId)
    watch.cancelTimer()
    if (!signal.aborted) watch.cancelTimer = clock.after(ms, () => look(pageId, watch))
  }

  const look = (pageId: string, watch: PageWatch): void => {
    const token = tokens.tokenFor(pageId)
    // Without a token there is no check; the next token starts it again.
    if (token === null || watch.running !== null) return
    watch.running = lookOnce(pageId, watch, token)
      .then((againMs) => {
        watch.failures = 0
        watch.said = null
        return againMs
      })
      .catch((error: unknown) => failed(pageId, watch, token, error))
      .then((againMs) => {
        watch.running = null
        lookIn(pageId, tokens.tokenFor(pageId) === token ? againMs : AFTER_TOKEN_MS)
      })
  }

  /** @returns when to look again, in ms from now */
  const failed = (pageId: string, watch: PageWatch, token: string, error: unknown): number => {
    const verdict = error instanceof GraphError ? error.verdict : 'other'
    if (error instanceof GraphError && verdict === 'token_invalid') {
      tokens.suspect(pageId, token, error)
    } else if (watch.said !== verdict && !signal.aborted) {
      log.warn(
        { pageId, err: error },
        'the webhook subscription of the Page could not be looked after; trying again',
      )
    }
    watch.said = verdict
    const waitMs = MINUTE_MS + backoffMs(watch.failures++, { ...RETRY, random })
    return Math.max(waitMs, error instanceof GraphError ? (error.retryAfterMs ?? 0) : 0)
  }

  /** The last absence and when it was found: it also concerns Pages that this instance takes soon after. */
  let away: { sinceMs: number; foundMs: number } | null = null

  const wasAway = (sinceMs: number): void => {
    away = { sinceMs, foundMs: clock.elapsed() }
    for (const [index, { pageId }] of tokens.statuses().entries()) {
      watchOf(pageId).awaySinceMs = sinceMs
      lookIn(pageId, index * APART_MS)
    }
  }

  const taken = (pageId: string): void => {
    if (away !== null && clock.elapsed() - away.foundMs < TAKEN_WITHIN_MS)
      watchOf(pageId).awaySinceMs = away.sinceMs
  }

  const absence = createAbsence({ store, graph, clock, log, onAway: wasAway })

  return {
    start: async () => {
      const isLooking = await absence.start()
      if (signal.aborted) return
      if (!isLooking)
        for (const [index, { pageId }] of tokens.statuses().entries()) lookIn(pageId, index * APART_MS)
      const idsOf = (): string[] => tokens.statuses().map(({ pageId }) => pageId)
      stopListening = [
        followPages(duty, idsOf, { taken }),
        tokens.onChange(({ pageId, state }) => {
          if (state === 'valid') lookIn(pageId, AFTER_TOKEN_MS)
          if (state === 'missing') onTrouble(pageId, null)
        }),
      ]
    },
    stop: async () => {
      for (const end of stopListening) end()
      stopping.abort()
      const noted = absence.stop()
      for (const { cancelTimer } of pages.values()) cancelTimer()
      const ended = Promise.all([...pages.values()].flatMap(({ running }) => running ?? []))
      await within(clock, STOP_WITHIN_MS, ended, undefined)
      await noted
    },
    subscription: (pageId) => pages.get(pageId)?.subscription.status() ?? null,
  }
}
