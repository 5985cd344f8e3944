import { isJsonObject, type JsonObject } from '../../base/json.ts'
import { WEBHOOK_OBJECT } from '../../channel/messenger.ts'
import { assertDone, type Caller } from '../call.ts'
import type { AppSubscription, Graph } from '../graph.ts'
import { fieldNames, readList, readId } from '../read.ts'
import { oneLine } from '../redact.ts'

type Edges = Pick<Graph, 'subscribe' | 'subscribedFields' | 'appSubscriptions' | 'subscribeApp'>

/** Where Facebook sends webhooks: the Page's own subscription, and the app's (docs/messenger-platform.md#e8). */
export const subscriptionEdges = (caller: Caller): Edges => {
  const ofPage = (pageId: string): string => `/${encodeURIComponent(pageId)}/subscribed_apps`
  const ofApp = `/${caller.appId}/subscriptions`

  return {
    subscribe: async (pageId, pageToken, fields) => {
      const path = `${ofPage(pageId)}?subscribed_fields=${encodeURIComponent(fields.join(','))}`
      const answer = await caller.as(pageToken, { edge: 'subscribed_apps', method: 'POST', path })
      assertDone('subscribed_apps', answer)
    },

    subscribedFields: async (pageId, pageToken) => {
      const path = ofPage(pageId)
      const { body } = await caller.as(pageToken, { edge: 'subscribed_apps', method: 'GET', path })
      const ours = readList(body['data'])
        .filter(isJsonObject)
        .find((app) => readId(app['id']) === caller.appId)
      return ours ? fieldNames(ours['subscribed_fields']) : null
    },

    appSubscriptions: async () => {
      const { body } = await caller.asApp({ edge: 'subscriptions', method: 'GET', path: ofApp })
      return readList(body['data']).filter(isJsonObject).map(readAppSubscription)
    },

    subscribeApp: async ({ url, verifyToken, fields }) => {
      const answer = await caller.asApp({
        edge: 'subscriptions',
        method: 'POST',
        path: ofApp,
        body: JSON.stringify({
          object: WEBHOOK_OBJECT,
          callback_url: url,
          verify_token: verifyToken,
          fields: fields.join(','),
          include_values: true,
        }),
        secrets: [verifyToken],
      })
      assertDone('subscriptions', answer)
    },
  }
}

const readAppSubscription = (entry: JsonObject): AppSubscription => {
  const { object, callback_url: url, active, fields } = entry
  return {
    object: typeof object === 'string' ? object : '',
    url: typeof url === 'string' ? oneLine(url, 500) : null,
    isActive: active !== false,
    fields: fieldNames(fields),
  }
}
