import { WEBHOOK_FIELDS } from '../channel/messenger.ts'
import { GraphError } from '../graph/error.ts'
import type { Graph } from '../graph/graph.ts'

/**
 * Subscribes the app to the Page's webhooks. Fields it is subscribed to already stay: subscribing replaces the list.
 *
 * @returns all the fields subscribed to
 * @throws GraphError
 */
export const subscribe = async (
  graph: Pick<Graph, 'subscribe' | 'subscribedFields'>,
  pageId: string,
  pageToken: string,
): Promise<string[]> => {
  const before = await subscription(graph, pageId, pageToken)
  const fields = [...new Set([...WEBHOOK_FIELDS, ...(before ?? [])])]
  await graph.subscribe(pageId, pageToken, fields)
  return fields
}

/** The fields the app is subscribed to; null when it is not, or when the token may not ask. */
export const subscription = (
  graph: Pick<Graph, 'subscribedFields'>,
  pageId: string,
  pageToken: string,
): Promise<string[] | null> =>
  graph.subscribedFields(pageId, pageToken).catch((error: unknown) => {
    if (error instanceof GraphError) return null
    throw error
  })
