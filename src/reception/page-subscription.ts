import { WEBHOOK_FIELDS } from '../channel/messenger.ts'
import type { TellTrouble, Trouble } from '../alerts/page-trouble.ts'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/logger.ts'
import { GraphError, type Verdict } from '../graph/error.ts'
import type { Graph } from '../graph/graph.ts'
import { subscribe } from '../token/subscribe.ts'
import { hears } from '../token/webhook-fields.ts'

/** The app's subscription to the webhooks of one Page, as Facebook lists it. */
export interface PageSubscription {
  /** @returns the fields the app is subscribed to; null when it is not subscribed */
  look: (token: string) => Promise<readonly string[] | null>
  /**
   * Subscribes again if `fields` lacks any of `WEBHOOK_FIELDS`, but requests optional ones only once.
   *
   * @returns whether visitors' messages arrive now
   */
  renew: (token: string, fields: readonly string[] | null) => Promise<boolean>
  /** The last answer of Facebook; null before the first. */
  status: () => SubscriptionStatus | null
}

export interface SubscriptionStatus {
  checkedMs: number
  /** Fields the app is subscribed to; null when it is not. */
  fields: readonly string[] | null
}

export const createPageSubscription = (deps: {
  pageId: string
  graph: Pick<Graph, 'subscribe' | 'subscribedFields'>
  clock: Pick<Clock, 'now'>
  log: Pick<Log, 'info' | 'warn'>
  /** Called with the reason why the Page's webhooks may be missing, where only the operator can mend it. */
  onTrouble: TellTrouble
}): PageSubscription => {
  const { pageId, graph, clock, log, onTrouble } = deps
  let seen: SubscriptionStatus | null = null
  /** Whether the optional fields have been requested. */
  let askedForMore = false

  /** @returns whether visitors' messages arrive with these fields */
  const note = (fields: readonly string[] | null): boolean => {
    seen = { checkedMs: clock.now(), fields }
    const isHeard = hears(fields)
    if (isHeard) onTrouble(pageId, null)
    return isHeard
  }

  /** A permanent refusal is for the operator to mend; a temporary error leaves the trouble as it was. */
  const orTrouble = <Result>(work: () => Promise<Result>): Promise<Result> =>
    work().catch((error: unknown) => {
      const trouble = error instanceof GraphError ? troubleOf(pageId, error) : null
      if (trouble !== null) onTrouble(pageId, trouble)
      throw error
    })

  return {
    look: (token) =>
      orTrouble(async () => {
        const fields = await graph.subscribedFields(pageId, token)
        note(fields)
        return fields
      }),
    renew: (token, fields) =>
      orTrouble(async () => {
        const lacking = WEBHOOK_FIELDS.filter((field) => !fields?.includes(field))
        const isHeard = hears(fields)
        // A field that Facebook does not list after a request is not requested again.
        if (lacking.length === 0 || (isHeard && askedForMore)) return isHeard
        askedForMore = true
        const made = await subscribe(graph, pageId, token)
        const isHeardNow = note(made.fields)
        if (made.leftOut !== null) {
          log.warn(
            { pageId, fields: made.leftOut.fields, why: made.leftOut.why },
            'Facebook refuses some webhooks of the Page',
          )
        }
        if (isHeard)
          log.info({ pageId, fields: lacking }, 'the app is subscribed to more webhooks of the Page')
        else if (isHeardNow)
          log.warn(
            { pageId },
            'the app was no longer subscribed to the webhooks of the Page; now it is again',
          )
        else onTrouble(pageId, doesNotStay(pageId))
        return isHeardNow
      }),
    status: () => seen,
  }
}

const troubleOf = (pageId: string, error: GraphError): Trouble | null =>
  IS_TROUBLE[error.verdict]
    ? {
        what: `The bot cannot see to it that Facebook sends the webhooks of the Page: ${error.message}.`,
        remedy: subscribeByHand(pageId),
        byToken: true,
        ...error.cure,
      }
    : null

/** The probe of the token reports wrong credentials and dead tokens, so they are no trouble here. */
const IS_TROUBLE: Readonly<Record<Verdict, boolean>> = {
  permission: true,
  restricted: true,
  bad_request: true,
  unknown: true,
  token_invalid: false,
  configuration: false,
  rate_limited: false,
  transient: false,
  ambiguous: false,
  outside_window: false,
  unreachable: false,
}

const doesNotStay = (pageId: string): Trouble => ({
  what: 'Facebook does not send the webhooks of the Page: the bot has subscribed to them, and Facebook does not list that.',
  remedy: subscribeByHand(pageId),
  byToken: true,
})

const subscribeByHand = (pageId: string): string =>
  `Run \`npm run bootstrap-token -- --page ${pageId}\` as a person who manages the Page and grants pages_manage_metadata; it subscribes the Page again.`
