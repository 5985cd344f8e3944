import { WEBHOOK_FIELDS, WEBHOOK_OBJECT } from '../channel/messenger.ts'
import type { AppSubscription, Graph } from '../graph/graph.ts'

/** Where Facebook is to send the webhooks of this app. */
export interface AppWebhook {
  /** Such as `https://bot.example.com/webhook`. */
  url: string
  verifyToken: string
}

/** What the public address of this bot makes its webhook. */
export const webhookAt = (publicUrl: string): string => `${publicUrl}/webhook`

/**
 * Points the app's webhook to this bot, unless it does so already. Both this and the Page's own subscription are needed
 * (reference E8).
 *
 * @returns whether anything was changed
 * @throws GraphError when Facebook refuses, as it does when the address does not answer its verification
 */
export const pointAppWebhook = async (
  graph: Pick<Graph, 'appSubscriptions' | 'subscribeApp'>,
  { url, verifyToken }: AppWebhook,
): Promise<boolean> => {
  const before = (await graph.appSubscriptions()).find(({ object }) => object === WEBHOOK_OBJECT)
  if (before && isComplete(before, url)) return false
  const fields = [...new Set([...WEBHOOK_FIELDS, ...(before?.fields ?? [])])]
  await graph.subscribeApp({ url, verifyToken, fields })
  return true
}

const isComplete = ({ url, isActive, fields }: AppSubscription, wanted: string): boolean =>
  url === wanted && isActive && WEBHOOK_FIELDS.every((field) => fields.includes(field))
