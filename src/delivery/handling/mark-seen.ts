import type { ConversationView } from '../../conversation/view.ts'
import type { Graph } from '../../graph/graph.ts'
import type { WebhookEvent } from '../../webhook/events.ts'

/** More calls at a time would take connections from the replies. */
const MOST_AT_ONCE = 16

/** Marks a visitor's message as seen. It is optional: a mark that fails, or is one too many at a time, is skipped. */
export const createMarkSeen = (deps: {
  graph: Pick<Graph, 'senderAction'>
  tokenFor: (pageId: string) => string | null
  marksSeen: (event: WebhookEvent, conversation: ConversationView) => boolean
}): ((event: WebhookEvent, conversation: ConversationView) => void) => {
  const { graph, tokenFor, marksSeen } = deps
  let underWay = 0
  return (event, conversation) => {
    const { pageId, psid } = conversation
    if (psid === null || underWay >= MOST_AT_ONCE || !marksSeen(event, conversation)) return
    const pageToken = tokenFor(pageId)
    if (pageToken === null) return
    underWay += 1
    void graph
      .senderAction({ pageId, pageToken, psid, action: 'mark_seen' })
      .catch(() => undefined)
      .finally(() => {
        underWay -= 1
      })
  }
}
