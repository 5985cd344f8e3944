import { createCaller, type GraphOptions } from './call.ts'
import { conversationEdges } from './edges/conversations.ts'
import { messageEdges } from './edges/messages.ts'
import { pageEdges } from './edges/pages.ts'
import { profileEdges } from './edges/profile.ts'
import { subscriptionEdges } from './edges/subscriptions.ts'
import { tokenEdges } from './edges/tokens.ts'
import type { Graph } from './graph.ts'

export type { GraphOptions } from './call.ts'

/** The Graph API over HTTP. Without `dispatcher` it opens a pool of its own, which `close` ends. */
export const createGraph = (options: GraphOptions): Graph => {
  const caller = createCaller(options)
  return {
    now: caller.now,
    ...messageEdges(caller),
    ...conversationEdges(caller),
    ...tokenEdges(caller),
    ...pageEdges(caller),
    ...subscriptionEdges(caller),
    ...profileEdges(caller),
    close: caller.close,
  }
}
