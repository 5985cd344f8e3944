import { WEBHOOK_FIELDS } from '../channel/messenger.ts'
import type { Clock } from '../base/clock.ts'
import { GraphError } from '../graph/error.ts'
import type { Graph } from '../graph/graph.ts'
import type { TellTrouble, Trouble } from '../alerts/page-trouble.ts'
import type { NewEvent, Store } from '../store/store.ts'
import type { TokenKeeper } from '../token/keeper.ts'
import { subscribe } from '../token/subscribe.ts'
import { hears } from '../token/webhook-fields.ts'
import { backoffMs } from '../base/backoff.ts'
import { readCoverage, writeCoverage, type Coverage, type Gap } from './coverage.ts'
import type { Log } from '../base/logger.ts'
import { takeInMissed, type FoundMessage } from './missed.ts'

/**
 * Sees to it that each Page's webhooks reach us: an app whose callbacks fail for an hour is silently unsubscribed, and
 * what happened meanwhile is never sent again. Subscribes it again, and takes in what it missed.
 */
export interface Recovery {
  start: () => Promise<void>
  /** Ends the calls under way, and notes until when we were there. */
  stop: () => Promise<void>
  /** What Facebook last told of the Page's subscription; null before it did. */
  subscription: (pageId: string) => SubscriptionStatus | null
}

export interface SubscriptionStatus {
  checkedMs: number
  /** Fields the app is subscribed to; null when it is not. */
  fields: readonly string[] | null
}

interface PageWatch {
  running: Promise<void> | null
  /** When we were last there, if that is too long ago; null when it was taken into account. */
  awaySinceMs: number | null
  /** Whether it was tried to get the fields that are good to have. */
  askedForMore: boolean
  failures: number
  /** Said once, until it changes. */
  said: string | null
  seen: SubscriptionStatus | null
  cancelTimer: () => void
}

const MINUTE_MS = 60_000
/** How long Facebook repeats a callback that fails, before it unsubscribes the app (reference E3). */
const FACEBOOK_REPEATS_MS = 60 * MINUTE_MS
const LOOK_EVERY_MS = 30 * MINUTE_MS
/** Nobody could tell for so long whether the webhooks reach us that they may have been lost and renewed. */
const UNSEEN_MS = 2 * FACEBOOK_REPEATS_MS
/** A restart takes less; Facebook's repetitions bridge it. */
const AWAY_MS = 5 * MINUTE_MS
/** Still subscribed after we were away: Facebook repeats what it has, and better than we could find it. */
const LET_REPEAT_MS = 10 * MINUTE_MS
/** The bootstrap that brought the token subscribes a moment later. */
const AFTER_TOKEN_MS = 5000
const BEAT_MS = MINUTE_MS
const APART_MS = 50
const RETRY = { baseMs: MINUTE_MS, capMs: LOOK_EVERY_MS }
const STOP_WITHIN_MS = 2000
const ALIVE = 'alive'

export const createRecovery = (deps: {
  store: Pick<Store, 'accept' | 'sentReplies' | 'remember' | 'recall'>
  graph: Pick<Graph, 'subscribe' | 'subscribedFields' | 'conversations'>
  tokens: Pick<TokenKeeper, 'tokenFor' | 'statuses' | 'suspect' | 'onChange'>
  /** Whether the operator wants the app subscribed to the Page, as the last bootstrap was told. */
  isToBeSubscribed: (pageId: string) => boolean
  /** The events the webhook would have brought. */
  toEvents: (message: FoundMessage) => NewEvent[]
  clock: Clock
  random: () => number
  log: Log
  /** Hears why a Page's webhooks may not come, where only a person can mend it. */
  onTrouble: TellTrouble
}): Recovery => {
  const { store, graph, tokens, isToBeSubscribed, toEvents, clock, random, log, onTrouble } = deps
  const pages = new Map<string, PageWatch>()
  const stopping = new AbortController()
  const { signal } = stopping
  let lastBeatMs: number | null = null
  let cancelBeat = (): void => undefined
  let stopListening = (): void => undefined

  const watchOf = (pageId: string): PageWatch => {
    const known = pages.get(pageId)
    if (known !== undefined) return known
    const watch: PageWatch = {
      running: null,
      awaySinceMs: null,
      askedForMore: false,
      failures: 0,
      said: null,
      seen: null,
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
    // The next token brings us back.
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
    const beganMs = clock.now()
    const coverage = await readCoverage(store, pageId)
    const fields = await orTrouble(pageId, () => askFields(pageId, watch, token))
    const isHeard = hears(fields)
    if (coverage === null) {
      // A Page that the operator left alone stays so; one that was to be subscribed and is not, is.
      const isHeardNow =
        isHeard ||
        (isToBeSubscribed(pageId) &&
          (await orTrouble(pageId, () => subscribeAgain(pageId, watch, token, fields))))
      // What was said before this bot knew the Page is not for it to answer.
      if (isHeardNow) await writeCoverage(store, pageId, { untilMs: beganMs, gap: null })
      return LOOK_EVERY_MS
    }
    const gap = widest(coverage.gap, gapOf(coverage, isHeard, watch.awaySinceMs, beganMs))
    // Before the subscription hides it: a crash in between must not make us forget.
    if (gap !== null) await writeCoverage(store, pageId, { ...coverage, gap })
    watch.awaySinceMs = null
    await orTrouble(pageId, () => subscribeAgain(pageId, watch, token, fields))
    if (gap !== null && beganMs < gap.notBeforeMs) return gap.notBeforeMs - beganMs
    if (gap !== null) await takeIn(pageId, token, gap.sinceMs)
    await writeCoverage(store, pageId, { untilMs: beganMs, gap: null })
    return LOOK_EVERY_MS
  }

  const askFields = async (pageId: string, watch: PageWatch, token: string): Promise<string[] | null> => {
    const fields = await graph.subscribedFields(pageId, token)
    note(pageId, watch, fields)
    return fields
  }

  /** @returns whether a visitor is heard with what Facebook lists */
  const note = (pageId: string, watch: PageWatch, fields: string[] | null): boolean => {
    watch.seen = { checkedMs: clock.now(), fields }
    const isHeard = hears(fields)
    if (isHeard) onTrouble(pageId, null)
    return isHeard
  }

  /** What Facebook refuses for good is a person's to mend; what passes changes nothing about it. */
  const orTrouble = <Result>(pageId: string, work: () => Promise<Result>): Promise<Result> =>
    work().catch((error: unknown) => {
      const trouble = error instanceof GraphError ? troubleOf(pageId, error) : null
      if (trouble !== null) onTrouble(pageId, trouble)
      throw error
    })

  const subscribeAgain = async (
    pageId: string,
    watch: PageWatch,
    token: string,
    fields: readonly string[] | null,
  ): Promise<boolean> => {
    const lacking = WEBHOOK_FIELDS.filter((field) => !fields?.includes(field))
    const isHeard = hears(fields)
    // One that Facebook does not list although we asked for it is not asked for for ever.
    if (lacking.length === 0 || (isHeard && watch.askedForMore)) return isHeard
    watch.askedForMore = true
    const made = await subscribe(graph, pageId, token)
    const isHeardNow = note(pageId, watch, made.fields)
    if (made.leftOut !== null) {
      log.warn(
        { pageId, fields: made.leftOut.fields, why: made.leftOut.why },
        'Facebook refuses some webhooks of the Page',
      )
    }
    if (isHeard) log.info({ pageId, fields: lacking }, 'the app is subscribed to more webhooks of the Page')
    else if (isHeardNow)
      log.warn({ pageId }, 'the app was no longer subscribed to the webhooks of the Page; now it is again')
    else onTrouble(pageId, doesNotStay(pageId))
    return isHeardNow
  }

  const takeIn = async (pageId: string, pageToken: string, sinceMs: number): Promise<void> => {
    const missed = await takeInMissed(
      { graph, store, toEvents, clock, signal },
      { pageId, pageToken, sinceMs },
    )
    const facts = { pageId, since: new Date(sinceMs).toISOString(), ...missed }
    if (missed.cut) log.warn(facts, 'messages may have been missed in more conversations than are read')
    else log.info(facts, 'the conversations were read for messages that webhooks had missed')
  }

  /** @returns when to look again, in ms from now */
  const failed = (pageId: string, watch: PageWatch, token: string, error: unknown): number => {
    const verdict = error instanceof GraphError ? error.verdict : 'other'
    if (error instanceof GraphError && verdict === 'token_invalid') {
      tokens.suspect(pageId, token, error.message, error.hint === 'token_dead')
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

  /** Says now and then that we are here, so that the next start knows how long we were not. */
  const beat = (): void => {
    const nowMs = clock.now()
    // A machine that slept was away, too.
    if (lastBeatMs !== null && nowMs - lastBeatMs > AWAY_MS) wasAway(lastBeatMs)
    lastBeatMs = nowMs
    store
      .remember(ALIVE, String(nowMs))
      .catch((error: unknown) => log.debug({ err: error }, 'could not note the time'))
    cancelBeat = clock.after(BEAT_MS, beat)
  }

  const lastAlive = (): Promise<string | null> =>
    store.recall(ALIVE).catch((error: unknown) => {
      log.warn({ err: error }, 'how long the bot was away could not be read')
      return null
    })

  const wasAway = (sinceMs: number): void => {
    for (const [index, { pageId }] of tokens.statuses().entries()) {
      watchOf(pageId).awaySinceMs = sinceMs
      lookIn(pageId, index * APART_MS)
    }
  }

  return {
    start: async () => {
      const aliveMs = Number((await lastAlive()) ?? Number.NaN)
      if (signal.aborted) return
      if (Number.isFinite(aliveMs) && clock.now() - aliveMs > AWAY_MS) wasAway(aliveMs)
      else for (const [index, { pageId }] of tokens.statuses().entries()) lookIn(pageId, index * APART_MS)
      stopListening = tokens.onChange(({ pageId, state }) => {
        if (state === 'valid') lookIn(pageId, AFTER_TOKEN_MS)
        if (state === 'missing') onTrouble(pageId, null)
      })
      beat()
    },
    stop: async () => {
      stopListening()
      stopping.abort()
      cancelBeat()
      for (const { cancelTimer } of pages.values()) cancelTimer()
      const ended = Promise.all([...pages.values()].flatMap(({ running }) => running ?? []))
      await Promise.race([ended, clock.sleep(STOP_WITHIN_MS)])
      // A start that came to nothing must not hide how long nobody was there.
      if (lastBeatMs !== null) await store.remember(ALIVE, String(clock.now())).catch(() => undefined)
    },
    subscription: (pageId) => pages.get(pageId)?.seen ?? null,
  }
}

/** Wrong credentials are told by the probe of the token; a dead token, too. */
const troubleOf = (pageId: string, { verdict, message }: GraphError): Trouble | null =>
  verdict === 'permission' || verdict === 'bad_request' || verdict === 'unknown' || verdict === 'restricted'
    ? {
        what: `The bot cannot see to it that Facebook sends the webhooks of the Page: ${message}.`,
        remedy: subscribeByHand(pageId),
        byToken: true,
      }
    : null

const doesNotStay = (pageId: string): Trouble => ({
  what: 'Facebook does not send the webhooks of the Page: the bot has subscribed to them, and Facebook does not list that.',
  remedy: subscribeByHand(pageId),
  byToken: true,
})

const subscribeByHand = (pageId: string): string =>
  `Run \`npm run bootstrap-token -- --page ${pageId}\` as somebody who manages the Page and grants pages_manage_metadata; it subscribes the Page again.`

/** When there is reason to look for missed messages, and since when. */
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
