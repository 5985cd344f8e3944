import { WEBHOOK_FIELDS } from '../channel/messenger.ts'
import type { Clock } from '../base/clock.ts'
import type { Graph } from '../graph/graph.ts'
import { pageSubscription } from '../token/app-webhook.ts'
import type { AppWebhookState } from './facts.ts'

const FRESH_MS = 5 * 60_000
const AGAIN_MS = 30_000

/**
 * Asks Facebook where it sends this app's webhooks, at most every five minutes; more often while the address is missing or
 * inactive.
 *
 * @returns a function that returns the latest answer without waiting; null before the first answer
 */
export const createAppWebhookView = (deps: {
  graph: Pick<Graph, 'appSubscriptions'>
  clock: Pick<Clock, 'elapsed'>
}): (() => AppWebhookState | null) => {
  const { graph, clock } = deps
  let known: AppWebhookState | null = null
  let askAtMs = 0

  const ask = async (): Promise<void> => {
    try {
      const pages = pageSubscription(await graph.appSubscriptions())
      known = pages
        ? {
            is: 'set',
            url: pages.url,
            isActive: pages.isActive,
            missing: WEBHOOK_FIELDS.filter((field) => !pages.fields.includes(field)),
          }
        : { is: 'absent' }
      // The app-webhook watch soon mends a missing or inactive address, so the old state must not be shown for minutes.
      if (known.is === 'absent' || !known.isActive) askAtMs = clock.elapsed() + AGAIN_MS
    } catch (error) {
      known = { is: 'unknown', why: error instanceof Error ? error.message : 'Facebook could not be asked.' }
      askAtMs = clock.elapsed() + AGAIN_MS
    }
  }

  return () => {
    if (clock.elapsed() >= askAtMs) {
      askAtMs = clock.elapsed() + FRESH_MS
      void ask()
    }
    return known
  }
}
