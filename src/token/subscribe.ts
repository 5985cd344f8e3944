import { WEBHOOK_FIELDS } from '../channel/messenger.ts'
import { GraphError } from '../graph/error.ts'
import type { Graph } from '../graph/graph.ts'
import { setFields, type LeftOut } from './webhook-fields.ts'

export interface Subscribed {
  /** The fields that Facebook lists after the call, also when the call failed; null when the app is not subscribed. */
  fields: string[] | null
  leftOut: LeftOut | null
  /** The reason why Facebook does not let the list be read; null when it does. */
  unread: string | null
}

/**
 * Subscribes the app to the Page's webhooks, and reads the list back, because Facebook may answer with success and subscribe nothing.
 * Fields of the present subscription are sent, too, because a subscription replaces the list.
 *
 * @throws GraphError
 */
export const subscribe = async (
  graph: Pick<Graph, 'subscribe' | 'subscribedFields'>,
  pageId: string,
  pageToken: string,
): Promise<Subscribed> => {
  const before = await subscription(graph, pageId, pageToken)
  const wanted = [...new Set([...WEBHOOK_FIELDS, ...(before ?? [])])]
  const leftOut = await setFields(wanted, (fields) => graph.subscribe(pageId, pageToken, fields))
  try {
    return { fields: await graph.subscribedFields(pageId, pageToken), leftOut, unread: null }
  } catch (error) {
    if (!(error instanceof GraphError) || error.retryable) throw error
    return { fields: null, leftOut, unread: error.message }
  }
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
