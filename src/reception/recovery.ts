import type { Clock } from '../base/clock.ts'
import { followPages, soleDuty, type Duty } from '../base/duty.ts'
import { GraphError } from '../graph/error.ts'
import type { Graph } from '../graph/graph.ts'
import type { TellTrouble } from '../alerts/page-trouble.ts'
import type { NewEvent, Store } from '../store/store.ts'
import type { PageTokens } from '../token/page-tokens.ts'
import { hears } from '../token/webhook-fields.ts'
import { backoffMs } from '../base/backoff.ts'
import { readCoverage, writeCoverage, type Coverage, type Gap } from './coverage.ts'
import type { Log } from '../base/logger.ts'
import { within } from '../base/within.ts'
import { AWAY_MS, createAbsence, knownUntil, timeOf } from './absence.ts'
import {
  createPageSubscription,
  type PageSubscription,
  type SubscriptionStatus,
} from './page-subscription.ts'
import type { FoundMessage } from '../webhook/recovered.ts'
import { takeInMissed, type MissedDeps } from './missed.ts'

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

interface PageWatch {
  subscription: PageSubscription
  running: Promise<void> | null
  /** The beginning of an absence, ms since the epoch; null once the absence was handled. */
  awaySinceMs: number | null
  failures: number
  /** The verdict that was logged last, so that each is logged once. */
  said: string | null
  cancelTimer: () => void
}

const MINUTE_MS = 60_000
/** How long Facebook repeats a callback that fails, before it unsubscribes the app (docs/messenger-platform.md#e3). */
const FACEBOOK_REPEATS_MS = 60 * MINUTE_MS
const LOOK_EVERY_MS = 30 * MINUTE_MS
/** After this long without a proof that webhooks arrive, the subscription may have been lost and renewed meanwhile. */
const UNSEEN_MS = 2 * FACEBOOK_REPEATS_MS
/**
 * The wait after an absence with the subscription intact: Facebook repeats the webhooks, which tell more than the conversations
 * do.
 */
const LET_REPEAT_MS = 10 * MINUTE_MS
/** The wait after a new token, because the bootstrap that stored it subscribes the Page a moment later. */
const AFTER_TOKEN_MS = 5000
const APART_MS = 50
/** Within this time after its start, an instance has become the keeper of its Pages. */
const TAKEN_WITHIN_MS = 5 * MINUTE_MS
const RETRY = { baseMs: MINUTE_MS, capMs: LOOK_EVERY_MS }
const STOP_WITHIN_MS = 2000
const UNLISTED =
  'Facebook refuses to list the conversations: those of known visitors were read, new visitors are missed until it lists them again'

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
  const lookOnce = async (pageId: string, watch: PageWatch, token: string): Promise<number> => {
    const begunMs = clock.elapsed()
    const kept = await readCoverage(store, pageId)
    const fields = await watch.subscription.look(token)
    // `timeOf` is read here, because the answer to `look` has brought Facebook's time.
    const beganMs = timeOf(deps) - (clock.elapsed() - begunMs)
    const coverage = kept && notAhead(kept, beganMs)
    const isHeard = hears(fields)
    if (coverage === null) {
      // An unsubscribed Page is subscribed only if the operator wants it subscribed.
      const isHeardNow =
        isHeard || (isToBeSubscribed(pageId) && (await watch.subscription.renew(token, fields)))
      // Messages from before this bot knew the Page are not answered.
      if (isHeardNow) await writeCoverage(store, pageId, { untilMs: beganMs, gap: null })
      return LOOK_EVERY_MS
    }
    const gap = widest(coverage.gap, gapOf(coverage, isHeard, watch.awaySinceMs, beganMs))
    // Stored before the app is subscribed again: after a crash in between, the gap would no longer show.
    if (gap !== null) await writeCoverage(store, pageId, { ...coverage, gap })
    watch.awaySinceMs = null
    await watch.subscription.renew(token, fields)
    if (gap !== null && beganMs < gap.notBeforeMs) return gap.notBeforeMs - beganMs
    const unlisted = gap === null ? null : await takeIn(pageId, watch, token, gap)
    const left = gap === null || unlisted === null ? null : { ...gap, areKnownRead: true }
    await writeCoverage(store, pageId, { untilMs: beganMs, gap: left })
    // Only the list has the conversations of unknown visitors, so the check must be repeated.
    if (unlisted !== null) throw unlisted
    return LOOK_EVERY_MS
  }

  /** @returns why Facebook refused to list the conversations; null where it listed them */
  const takeIn = async (
    pageId: string,
    watch: PageWatch,
    pageToken: string,
    { sinceMs, areKnownRead = false }: Gap,
  ): Promise<GraphError | null> => {
    const { unlisted, ...missed } = await takeInMissed(
      { graph, store, toEvents, clock, signal },
      { pageId, pageToken, sinceMs, areKnownRead },
    )
    const facts = { pageId, since: new Date(sinceMs).toISOString(), ...missed }
    if (unlisted !== null) {
      if (!areKnownRead) log.warn({ ...facts, err: unlisted }, UNLISTED)
      watch.said = unlisted.verdict
    } else if (missed.cut) {
      log.warn(facts, 'messages may have been missed in more conversations than are read')
    } else {
      log.info(facts, 'the conversations were read for messages that webhooks had missed')
    }
    return unlisted
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

/** The stored coverage with its times limited: a time too far in the future was stored before the clock was set back. */
const notAhead = ({ untilMs, gap }: Coverage, nowMs: number): Coverage => ({
  untilMs: knownUntil(untilMs, nowMs),
  gap: gap && { ...gap, notBeforeMs: Math.min(gap.notBeforeMs, nowMs + LET_REPEAT_MS) },
})

/** The gap in which messages may have been missed; null if there is none. */
const gapOf = (
  { untilMs }: Coverage,
  isHeard: boolean,
  awaySinceMs: number | null,
  nowMs: number,
): Gap | null => {
  const lostSinceMs = untilMs - FACEBOOK_REPEATS_MS
  if (!isHeard) return { sinceMs: lostSinceMs, notBeforeMs: nowMs }
  if (awaySinceMs !== null) {
    return { sinceMs: Math.min(awaySinceMs - AWAY_MS, lostSinceMs), notBeforeMs: nowMs + LET_REPEAT_MS }
  }
  return nowMs - untilMs > UNSEEN_MS ? { sinceMs: lostSinceMs, notBeforeMs: nowMs } : null
}

const widest = (one: Gap | null, other: Gap | null): Gap | null =>
  one === null || other === null
    ? (one ?? other)
    : {
        sinceMs: Math.min(one.sinceMs, other.sinceMs),
        notBeforeMs: Math.min(one.notBeforeMs, other.notBeforeMs),
      }
