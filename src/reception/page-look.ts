import type { Log } from '../base/logger.ts'
import type { GraphError } from '../graph/error.ts'
import type { Graph } from '../graph/graph.ts'
import type { Store } from '../store/store.ts'
import { hears } from '../token/webhook-fields.ts'
import { timeOf } from './absence.ts'
import { readCoverage, writeCoverage, type Gap } from './coverage.ts'
import { gapOf, notAhead, widest } from './gaps.ts'
import { takeInMissed, type MissedDeps } from './missed.ts'
import type { PageSubscription } from './page-subscription.ts'

/** What is known of a Page from one look to the next. */
export interface LookedAfter {
  subscription: PageSubscription
  /** The beginning of an absence, ms since the epoch; null once the absence was handled. */
  awaySinceMs: number | null
  /** The verdict that was logged last, so that each is logged once. */
  said: string | null
}

export const LOOK_EVERY_MS = 30 * 60_000
const UNLISTED =
  'Facebook refuses to list the conversations: those of known visitors were read, new visitors are missed until it lists them again'

/**
 * One look after a Page: whether the app is subscribed to it, the subscription renewed, and the messages taken in that webhooks may
 * have missed.
 *
 * @returns when to look again, in ms from then
 */
export const createPageLook = (
  deps: MissedDeps & {
    store: Pick<Store, 'remember' | 'recall'>
    graph: Pick<Graph, 'now'>
    /** Whether the operator wants the app subscribed to the Page, as the last bootstrap was told. */
    isToBeSubscribed: (pageId: string) => boolean
    log: Pick<Log, 'info' | 'warn'>
  },
): ((pageId: string, watch: LookedAfter, token: string) => Promise<number>) => {
  const { store, clock, isToBeSubscribed, log } = deps

  /** @returns why Facebook refused to list the conversations; null where it listed them */
  const takeIn = async (
    pageId: string,
    watch: LookedAfter,
    pageToken: string,
    { sinceMs, areKnownRead = false }: Gap,
  ): Promise<GraphError | null> => {
    const { unlisted, ...missed } = await takeInMissed(deps, { pageId, pageToken, sinceMs, areKnownRead })
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

  return async (pageId, watch, token) => {
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
    const gap = widest(
      coverage.gap,
      gapOf({ untilMs: coverage.untilMs, isHeard, awaySinceMs: watch.awaySinceMs, nowMs: beganMs }),
    )
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
}
