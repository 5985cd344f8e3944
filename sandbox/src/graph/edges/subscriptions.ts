import { WEBHOOK_FIELDS } from '../../webhooks/fields.ts'
import type { App } from '../../world.ts'
import { demand } from '../identify.ts'
import { badParameter, GraphFailure, missingParameter, notOneOf, unsupported } from '../failure.ts'
import { optionalList, requiredText } from '../params.ts'
import { asPage, type Edge, type EdgeContext } from './edge.ts'

const OBJECTS = ['user', 'page', 'permissions', 'payments']

/** Page level (docs/messenger-platform.md#e8). */
export const subscribePage: Edge = (context) => {
  const caller = mayManage(context)
  const fields = optionalList(context.call.params, 'subscribed_fields')
  if (!fields?.length) throw missingParameter('subscribed_fields')
  knownFields(fields, 'subscribed_fields')
  const { trouble } = context.parts
  if (trouble.hollowSubscriptions > 0) trouble.hollowSubscriptions -= 1
  else caller.page.subscriptions.set(caller.app.id, new Set(fields))
  context.parts.bus.stateChanged()
  return { success: true }
}

export const readPageSubscriptions: Edge = (context) => {
  const { page } = mayManage(context)
  const apps = [...page.subscriptions].map(([appId, fields]) => ({
    category: 'Business',
    link: `https://www.facebook.com/games/?app_id=${appId}`,
    name: context.parts.world.apps.get(appId)?.name,
    id: appId,
    subscribed_fields: [...fields],
  }))
  return { data: apps }
}

export const unsubscribePage: Edge = (context) => {
  const { app, page } = mayManage(context)
  page.subscriptions.delete(app.id)
  context.parts.bus.stateChanged()
  return { success: true }
}

/** App level: the callback is called before the answer. */
export const subscribeApp: Edge = async (context) => {
  const app = asApp(context)
  const { parts, call } = context
  const object = requiredText(call.params, 'object')
  if (!OBJECTS.includes(object)) throw notOneOf('object', OBJECTS)
  const callbackUrl = requiredText(call.params, 'callback_url')
  const verifyToken = requiredText(call.params, 'verify_token')
  const fields = optionalList(call.params, 'fields') ?? []
  if (object !== 'page') throw badParameter('The sandbox knows subscriptions to the object page alone')
  knownFields(fields, 'fields')
  if (!/^https?:$/.test(URL.parse(callbackUrl)?.protocol ?? '')) {
    throw new GraphFailure({ message: '(#2201) The callback URL is not a valid URL', code: 2201 })
  }
  const verification = await parts.courier.verify(app, { url: callbackUrl, verifyToken })
  if (!verification.ok) {
    throw new GraphFailure({
      message: `(#2200) Callback verification failed with the following errors: ${verification.problem}`,
      code: 2200,
    })
  }
  const kept = app.subscription?.fields ?? []
  app.subscription = { callbackUrl, verifyToken, verified: true, fields: new Set([...kept, ...fields]) }
  parts.bus.stateChanged()
  return { success: true }
}

export const readAppSubscriptions: Edge = (context) => {
  const { subscription } = asApp(context)
  if (!subscription) return { data: [] }
  const fields = [...subscription.fields].map((name) => ({ name, version: context.call.version }))
  return { data: [{ object: 'page', callback_url: subscription.callbackUrl, active: true, fields }] }
}

export const unsubscribeApp: Edge = (context) => {
  const app = asApp(context)
  const fields = optionalList(context.call.params, 'fields')
  if (fields && app.subscription) for (const field of fields) app.subscription.fields.delete(field)
  else app.subscription = null
  context.parts.bus.stateChanged()
  return { success: true }
}

const mayManage = (context: EdgeContext) => {
  const caller = asPage(context)
  demand(context.parts, caller, 'pages_manage_metadata')
  demand(context.parts, caller, 'pages_messaging', 'MODERATE')
  return caller
}

export const asApp = ({ caller, call, node }: EdgeContext): App => {
  if (caller.kind === 'app' && caller.app.id === node.id) return caller.app
  if (caller.kind === 'app') throw unsupported(call.method, node.id)
  throw new GraphFailure(
    { message: '(#15) This method must be called with an app access_token.', code: 15 },
    { challenge: 'invalid_request' },
  )
}

const knownFields = (fields: readonly string[], name: string) => {
  const at = fields.findIndex((field) => !WEBHOOK_FIELDS.includes(field))
  if (at >= 0) throw notOneOf(`${name}[${at}]`, WEBHOOK_FIELDS)
}
