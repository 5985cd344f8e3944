import { WEBHOOK_FIELDS, WEBHOOK_OBJECT } from '../channel/messenger.ts'
import type { AppSubscription, Graph } from '../graph/graph.ts'
import { hears, setFields, type LeftOut } from './webhook-fields.ts'

/** The address for the webhooks of this app. */
export interface AppWebhook {
  /** Such as `https://bot.example.com/webhook`. */
  url: string
  verifyToken: string
}

/** The result of setting the app's webhook to this bot. */
export interface Pointed {
  /** False where Facebook lists the same as before. */
  isChanged: boolean
  /** Fields that Facebook refuses; null when it took all. */
  leftOut: LeftOut | null
  /** The difference between Facebook's list and the request although Facebook answered with success, as the end of a sentence; null for none. */
  problem: string | null
}

/** The webhook's address under this bot's public address. */
export const webhookAt = (publicUrl: string): string => `${publicUrl}/webhook`

/** The subscription to Pages among those of the app. */
export const pageSubscription = (all: readonly AppSubscription[]): AppSubscription | undefined =>
  all.find(({ object }) => object === WEBHOOK_OBJECT)

/** Whether two addresses lead to the same route: case of the host, the default port and a last slash do not matter. */
export const isSameAddress = (one: string, other: string): boolean => plain(one) === plain(other)

/**
 * Sets the app's webhook to this bot, unless it is set so already, and reads the list back. Both this and the Page's own subscription are
 * needed (docs/messenger-platform.md#e8).
 *
 * @throws GraphError when Facebook refuses, as it does when the address does not answer its verification
 */
export const pointAppWebhook = async (
  graph: Pick<Graph, 'appSubscriptions' | 'subscribeApp'>,
  { url, verifyToken }: AppWebhook,
): Promise<Pointed> => {
  const before = pageSubscription(await graph.appSubscriptions())
  if (before && isComplete(before, url)) return { isChanged: false, leftOut: null, problem: null }
  const wanted = [...new Set([...WEBHOOK_FIELDS, ...(before?.fields ?? [])])]
  const leftOut = await setFields(wanted, (fields) => graph.subscribeApp({ url, verifyToken, fields }))
  const after = pageSubscription(await graph.appSubscriptions())
  return { isChanged: !isSame(before, after), leftOut, problem: problemOf(after, url) }
}

const isComplete = (listed: AppSubscription, wanted: string): boolean =>
  problemOf(listed, wanted) === null && WEBHOOK_FIELDS.every((field) => listed.fields.includes(field))

const problemOf = (listed: AppSubscription | undefined, wanted: string): string | null => {
  if (listed === undefined || listed.url === null) return 'it lists no address for the webhooks of this app'
  if (!isSameAddress(listed.url, wanted)) return `it lists ${listed.url}`
  if (!listed.isActive) return 'it lists the subscription as switched off'
  return hears(listed.fields) ? null : `it lists only ${listed.fields.join(', ') || 'no field'}`
}

const isSame = (one: AppSubscription | undefined, other: AppSubscription | undefined): boolean =>
  one?.url === other?.url &&
  one?.isActive === other?.isActive &&
  one?.fields.toSorted().join() === other?.fields.toSorted().join()

const plain = (address: string): string => (URL.parse(address)?.href ?? address).replace(/\/+$/, '')
