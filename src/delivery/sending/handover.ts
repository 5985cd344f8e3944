import { createBoundedMap } from '../../base/bounded-map.ts'
import { PAGE_INBOX_APP_ID, STANDARD_WINDOW_MS } from '../../channel/messenger.ts'
import type { Clock } from '../../base/clock.ts'
import type { Effect } from '../../messages.ts'
import { GraphError, type Verdict } from '../../graph/error.ts'
import type { Graph } from '../../graph/graph.ts'
import type { OutboxClaim, StoredReply } from '../../store/store.ts'
import type { Gates } from './gates.ts'
import type { Log } from '../../base/logger.ts'
import type { Continuation } from './continuation.ts'
import type { DeliveryReport } from './delivery-report.ts'
import type { Outcomes } from './outcomes.ts'
import { graphFactsOf } from './refusals.ts'

/** Passes the thread to the people in the Page inbox, or takes it back. A repeated call does no harm, so a handover is never in doubt. */
export type PassThread = (
  claim: OutboxClaim,
  reply: StoredReply,
  token: string,
  effect: Effect,
) => Promise<Continuation>

/** How often a handover is tried again, over some minutes: a later one would interrupt the conversation. */
const MOST_RETRIES = 5
/** Far more than wait at a time. */
const MOST_LIMITED = 1000
/**
 * Only these refusals close the Page, as a refused reply would. The others are about routing (another set-up, a person has the thread
 * already) and say nothing about sending.
 */
const CONCERNS_PAGE: ReadonlySet<Verdict> = new Set(['token_invalid', 'configuration', 'rate_limited'])

export const createHandover = (deps: {
  graph: Pick<Graph, 'passThreadControl' | 'takeThreadControl'>
  gates: Pick<Gates, 'succeeded'>
  outcomes: Outcomes
  clock: Pick<Clock, 'now'>
  report: Pick<DeliveryReport, 'refused'>
  log: Log
}): PassThread => {
  const { graph, gates, outcomes, clock, report, log } = deps

  /** Handovers that a limit without a wait has refused, with how often. */
  const limited = createBoundedMap<string, number>(MOST_LIMITED)

  /**
   * Whether to wait no longer for the end of a trouble of the Page, because later replies of the conversation wait behind the handover. A dead
   * token is waited for: the Page sends nothing else meanwhile, either.
   */
  const isHopeless = ({ id, acceptedMs }: StoredReply, { verdict, retryAfterMs }: GraphError): boolean => {
    if (verdict === 'token_invalid') return false
    if (clock.now() - acceptedMs >= STANDARD_WINDOW_MS) return true
    if (verdict !== 'rate_limited' || retryAfterMs !== null) return false
    const times = (limited.get(id) ?? 0) + 1
    limited.set(id, times)
    return times > MOST_RETRIES
  }

  return async (claim, reply, token, { do: what }) => {
    const { pageId, id, psid } = claim.conversation
    const thread = { pageId, pageToken: token, psid: psid ?? '' }
    try {
      if (what === 'take') await graph.takeThreadControl(thread)
      else await graph.passThreadControl({ ...thread, targetAppId: PAGE_INBOX_APP_ID })
      gates.succeeded(pageId, id)
    } catch (error) {
      if (!(error instanceof GraphError)) throw error
      if (CONCERNS_PAGE.has(error.verdict) && !isHopeless(reply, error))
        return outcomes.refused(claim, reply, { content: null, error, token })
      report.refused(pageId, error.verdict)
      const mayHelp = error.verdict === 'transient' || error.verdict === 'ambiguous'
      if (mayHelp && outcomes.retriesOf(claim) < MOST_RETRIES) return outcomes.retry(claim, reply, error)
      log.warn(
        { pageId, graph: graphFactsOf(error) },
        what === 'take'
          ? 'the conversation could not be taken back from the Page inbox; it is written to all the same'
          : 'the Page inbox did not get the conversation; the bot is silent in it all the same',
      )
    }
    return outcomes.done(claim, reply)
  }
}
