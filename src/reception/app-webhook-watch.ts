import type { Trouble } from '../alerts/page-trouble.ts'
import type { Log } from '../base/logger.ts'
import type { Clock } from '../base/clock.ts'
import { GraphError } from '../graph/error.ts'
import type { Graph } from '../graph/graph.ts'
import { isSameAddress, pageSubscription, pointAppWebhook, type AppWebhook } from '../token/app-webhook.ts'

export interface AppWebhookWatchDeps {
  graph: Pick<Graph, 'appSubscriptions' | 'subscribeApp'>
  webhook: AppWebhook
  clock: Clock
  log: Pick<Log, 'warn'>
  /** Called with trouble that the operator has to mend, and with null when the trouble is over. */
  onTrouble: (trouble: Trouble | null) => void
}

/** The delay of the first check, so that the server listens and the proxy in front of it has noticed. */
const FIRST_MS = 30_000
const EVERY_MS = 6 * 3_600_000
const AGAIN_MS = [2 * 60_000, 10 * 60_000]

/**
 * Checks that Facebook sends the app's webhooks to this bot. Sets the callback address if there is none, and activates it again
 * if Facebook deactivated it. Another address is left alone; the operator is told.
 */
export const createAppWebhookWatch = (deps: AppWebhookWatchDeps): { start: () => void; stop: () => void } => {
  const { graph, webhook, clock, log, onTrouble } = deps
  let failures = 0
  let isRunning = false
  let cancel = (): void => {}

  const lookIn = (ms: number): void => {
    cancel = clock.after(ms, () => void look())
  }

  const look = async (): Promise<void> => {
    let trouble: Trouble | null = null
    try {
      trouble = await lookOnce()
      failures = 0
    } catch (error) {
      if (!isRunning) return
      failures += 1
      log.warn({ err: error }, 'the webhook of the app could not be looked after; trying again')
      if (!isOurs(error) || failures <= AGAIN_MS.length) return lookIn(AGAIN_MS[failures - 1] ?? EVERY_MS)
      trouble = doesNotAnswer(webhook.url, error)
    }
    if (!isRunning) return
    onTrouble(trouble)
    lookIn(EVERY_MS)
  }

  /** @returns the trouble; null if the subscription is right or was mended */
  const lookOnce = async (): Promise<Trouble | null> => {
    const { url } = webhook
    const listed = pageSubscription(await graph.appSubscriptions())
    if (listed && listed.url !== null && !isSameAddress(listed.url, url))
      return pointsElsewhere(listed.url, url)
    const { isChanged, leftOut, problem } = await pointAppWebhook(graph, webhook)
    if (problem !== null) return doesNotStay(url, problem)
    if (isChanged) {
      log.warn({ url, leftOut }, 'Facebook did not send the webhooks of the app here; now it does')
    }
    return null
  }

  return {
    start: () => {
      isRunning = true
      lookIn(FIRST_MS)
    },
    stop: () => {
      isRunning = false
      cancel()
    },
  }
}

/** Whether Facebook tried the address and rejected its answer; other errors are not about the address. */
const isOurs = (error: unknown): error is GraphError =>
  error instanceof GraphError && error.verdict === 'bad_request'

const DOCTOR = 'Run `npm run doctor` for the cause'

const pointsElsewhere = (elsewhere: string, url: string): Trouble => ({
  what: `Facebook sends the webhooks of this app to ${elsewhere}, not to ${url}.`,
  remedy: `If this bot is to have them, run \`npm run bootstrap-token\`, or enter ${url} in App dashboard > Messenger > Settings > Webhooks; if not, unset PUBLIC_URL here.`,
})

const doesNotStay = (url: string, problem: string): Trouble => ({
  what: `Facebook answers that it sends the webhooks of this app to ${url}, but ${problem}.`,
  remedy: `Enter ${url} in App dashboard > Messenger > Settings > Webhooks; it is tried again every few hours, and at a restart.`,
})

const doesNotAnswer = (url: string, error: GraphError): Trouble => ({
  what: `Facebook does not get the right answer from ${url}: ${error.message}.`,
  remedy: `${DOCTOR}; it is tried again every few hours, and at a restart.`,
})
