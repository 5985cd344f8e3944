import type { Caller } from '../call.ts'
import {
  conversationQuery,
  conversationsQuery,
  messagesQuery,
  readConversations,
  readMessages,
  readRecentMessages,
} from '../conversation.ts'
import type { Graph } from '../graph.ts'
import { askingForLess, hasNext, nextPlace } from '../paging.ts'
import { listed } from '../read.ts'

type Edges = Pick<Graph, 'recentMessages' | 'conversations'>

const MOST_EXPANDED = 50
const MOST_MESSAGES = 100
const MOST_CONVERSATIONS = 25

/** Reads the messages between a Page and its visitors (docs/messenger-platform.md#e3). */
export const conversationEdges = (caller: Caller): Edges => {
  const edge = 'conversations'
  const ask = async (pageId: string, pageToken: string, path: string) =>
    listed(edge, (await caller.as(pageToken, { edge, method: 'GET', path, pageId })).body)

  return {
    recentMessages: async ({ pageId, pageToken, psid, after }) => {
      const [thread, place] = after?.split(' ') ?? []
      if (thread === undefined || place === undefined) {
        const body = await askingForLess(MOST_EXPANDED, (limit) =>
          ask(
            pageId,
            pageToken,
            `/${encodeURIComponent(pageId)}/conversations?${conversationQuery(psid, limit)}`,
          ),
        )
        const { messages, threadId, paging } = readRecentMessages(body, psid)
        const next = hasNext(paging) ? nextPlace(paging) : null
        return { messages, next: threadId === null || next === null ? null : `${threadId} ${next}` }
      }
      const body = await askingForLess(MOST_MESSAGES, (limit) =>
        ask(pageId, pageToken, `/${encodeURIComponent(thread)}/messages?${messagesQuery(limit)}&${place}`),
      )
      const { messages, paging } = readMessages(body)
      const next = hasNext(paging) ? nextPlace(paging) : null
      return { messages, next: next === null ? null : `${thread} ${next}` }
    },

    conversations: async ({ pageId, pageToken, after }) => {
      const place = after === undefined ? '' : `&${after}`
      const body = await askingForLess(MOST_CONVERSATIONS, (limit) =>
        ask(
          pageId,
          pageToken,
          `/${encodeURIComponent(pageId)}/conversations?${conversationsQuery(limit)}${place}`,
        ),
      )
      const { paging } = body
      return { conversations: readConversations(body), next: hasNext(paging) ? nextPlace(paging) : null }
    },
  }
}
