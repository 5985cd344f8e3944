import { event } from '../../webhooks/items.ts'
import { findConversation } from '../../world.ts'
import { demand } from '../identify.ts'
import { badParameter, missingParameter, notOneOf } from '../failure.ts'
import { isOn, optionalList, optionalText, requiredText } from '../params.ts'
import { asPage, graphTime, type Edge, type EdgeContext } from './edge.ts'
import { noSuchPerson } from './threads.ts'

/** Small edges of a Page. */

/** Both features of the reference page are approved for every app: the sandbox has no review. */
const featureReview: Edge = (context) => {
  mayMessage(context)
  return { data: [{ feature: 'subscription_messaging', status: 'approved' }] }
}

const NLP_MODELS = [
  'ARABIC',
  'CHINESE',
  'CROATIAN',
  'CUSTOM',
  'DANISH',
  'DUTCH',
  'ENGLISH',
  'FRENCH_STANDARD',
  'GEORGIAN',
  'GERMAN_STANDARD',
  'GREEK',
  'HEBREW',
  'HUNGARIAN',
  'IRISH',
  'ITALIAN_STANDARD',
  'KOREAN',
  'NORWEGIAN_BOKMAL',
  'POLISH',
  'PORTUGUESE',
  'ROMANIAN',
  'SPANISH',
  'SWEDISH',
  'VIETNAMESE',
]

/** Switches the built-in NLP; the models are those of Meta's SDK (`Page.Model`), and only English is understood. */
const nlpConfigs: Edge = (context) => {
  const { page } = mayMessage(context)
  const { params } = context.call
  const model = optionalText(params, 'model')?.toUpperCase()
  if (model !== undefined && !NLP_MODELS.includes(model)) throw notOneOf('model', NLP_MODELS)
  if (model === 'CUSTOM') requiredText(params, 'custom_token')
  const best = optionalText(params, 'n_best')
  if (best !== undefined && !/^[1-8]$/.test(best))
    throw badParameter('Param n_best must be a number from 1 to 8')
  if (optionalText(params, 'nlp_enabled') !== undefined) page.nlp = isOn(params, 'nlp_enabled')
  return { success: true }
}

/** The other apps of the Page, beside the one that answers by default. */
const secondaryReceivers: Edge = (context) => {
  const { page } = mayMessage(context)
  const ids = [...page.subscriptions.keys()].filter((id) => id !== page.defaultAppId)
  return { data: ids.map((id) => ({ id, name: context.parts.world.apps.get(id)?.name ?? id })) }
}

/** Values of the day until now; only metrics of Messenger, as a parameter or in the address. */
const insights: Edge = (context) => {
  const { parts, call } = context
  const caller = asPage(context)
  demand(parts, caller, 'read_insights')
  const [, , metric] = call.path
  const metrics = metric === undefined ? optionalList(call.params, 'metric') : [metric]
  if (!metrics?.length) throw missingParameter('metric')
  const conversations = [...parts.world.conversations.values()].filter(
    ({ pageId }) => pageId === caller.page.id,
  )
  const counts: Record<string, number> = {
    page_messages_total_messaging_connections: conversations.length,
    page_messages_new_conversations_unique: conversations.length,
    page_messages_active_threads_unique: conversations.length,
    page_messages_blocked_conversations_unique: conversations.filter(({ blocked }) => blocked).length,
    page_messages_reported_conversations_unique: 0,
    page_messages_reported_conversations_by_report_type_unique: 0,
    page_messages_feedback_by_action_unique: 0,
  }
  const strange = metrics.find((metric) => !Object.hasOwn(counts, metric))
  if (strange !== undefined) throw badParameter('The value must be a valid insights metric')
  return {
    data: metrics.map((name) => ({
      name,
      period: 'day',
      values: [{ value: counts[name], end_time: graphTime(parts.clock.nowMs()) }],
      title: name,
      description: name,
      id: `${caller.page.id}/insights/${name}/day`,
    })),
  }
}

const roles: Edge = (context) => {
  const { page } = asPage(context)
  const people = [...page.roles].map(([id, tasks]) => ({
    id,
    name: context.parts.world.users.get(id)?.name,
    tasks: [...tasks],
  }))
  return { data: people }
}

const unlinkAccounts: Edge = (context) => {
  const { page } = mayMessage(context)
  const { parts, call } = context
  const psid = requiredText(call.params, 'psid')
  if (!findConversation(parts.world, page.id, psid)) throw noSuchPerson()
  const ends = { pageId: page.id, psid, atMs: parts.clock.nowMs() }
  const content = { account_linking: { status: 'unlinked' } }
  parts.courier.post({ page, psid, item: event(ends, 'messaging_account_linking', content) })
  return { result: 'unlink account success' }
}

export const SMALL_PAGE_EDGES: Record<string, Edge> = {
  'Page GET messaging_feature_review': featureReview,
  'Page POST nlp_configs': nlpConfigs,
  'Page GET secondary_receivers': secondaryReceivers,
  'Page GET insights': insights,
  'Page GET roles': roles,
  'Page POST unlink_accounts': unlinkAccounts,
}

const mayMessage = (context: EdgeContext) => {
  const caller = asPage(context)
  demand(context.parts, caller, 'pages_messaging', 'MESSAGING')
  return caller
}
