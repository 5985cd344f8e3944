import { PAGE_INBOX_APP_ID } from '../../channel/messenger.ts'
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
/**
 * Only these refusals close the Page, as a refused reply would. The others are about routing (another set-up, a person has the thread
 * already) and say nothing about sending.
 */
const CONCERNS_PAGE: ReadonlySet<Verdict> = new Set(['token_invalid', 'configuration', 'rate_limited'])

export const createHandover = (deps: {
  graph: Pick<Graph, 'passThreadControl' | 'takeThreadControl'>
  gates: Pick<Gates, 'succeeded'>
  outcomes: Outcomes
  report: Pick<DeliveryReport, 'refused'>
  log: Log
}): PassThread => {
  const { graph, gates, outcomes, report, log } = deps
  return async (claim, reply, token, { do: what }) => {
    const { pageId, id, psid } = claim.conversation
    const thread = { pageId, pageToken: token, psid: psid ?? '' }
    try {
      if (what === 'take') await graph.takeThreadControl(thread)
      else await graph.passThreadControl({ ...thread, targetAppId: PAGE_INBOX_APP_ID })
      gates.succeeded(pageId, id)
    } catch (error) {
      if (!(error instanceof GraphError)) throw error
      if (CONCERNS_PAGE.has(error.verdict))
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
