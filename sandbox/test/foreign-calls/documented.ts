import type { Traffic } from '../../src/api.ts'
import { isDocumentedCode } from './documented-codes.ts'
import { misfits, type Shape } from './shapes.ts'

/** A call as it went over the wire, with its answer. */
export type WireCall = Pick<Traffic, 'method' | 'path' | 'status' | 'request' | 'response'>

const ID = /^\d+$/
const MID = /^m_/
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000$/
const ADDRESS = /^https?:\/\//
const DONE: Shape = { success: true }
const SET: Shape = { result: /^success$/ }
const PICTURE: Shape = { height: 'number', is_silhouette: 'boolean', url: ADDRESS, width: 'number' }
const PERSON: Shape = { name: 'text', 'email?': 'text', id: ID }
const CURSORS: Shape = { before: 'text', after: 'text' }

/** A list as Graph gives it (docs/messenger-platform.md#b4). */
const listOf = (item: Shape): Shape => ({
  data: [item],
  'paging?': { 'cursors?': CURSORS, 'next?': ADDRESS, 'previous?': ADDRESS },
  'summary?': { total_count: 'number' },
})

/** Answers that are no nodes, by method and last word of the path (docs/messenger-platform.md#b, #e8, #f2, #g, #i). */
const ANSWERS: Record<string, Shape> = {
  'POST messages': { recipient_id: ID, 'message_id?': MID, 'attachment_id?': ID },
  'POST message_attachments': { attachment_id: ID },
  'POST messenger_profile': SET,
  'DELETE messenger_profile': SET,
  'GET messenger_profile': { data: ['anything'] },
  'POST custom_user_settings': SET,
  'DELETE custom_user_settings': SET,
  'GET custom_user_settings': {
    data: [{ 'user_level_persistent_menu?': ['anything'], 'page_level_persistent_menu?': ['anything'] }],
  },
  'GET subscribed_apps': listOf({
    category: 'text',
    link: ADDRESS,
    name: 'text',
    id: ID,
    subscribed_fields: ['text'],
  }),
  'GET subscriptions': {
    data: [
      {
        object: /^(page|user|permissions)$/,
        callback_url: ADDRESS,
        active: 'boolean',
        fields: [{ name: 'text', version: /^v\d+\.0$/ }],
      },
    ],
  },
  'GET thread_owner': { data: [{ thread_owner: { app_id: ID, expiration: 'number' } }] },
  'GET messaging_feature_review': { data: [{ feature: 'text', status: 'text' }] },
  'GET secondary_receivers': { data: [{ id: ID, name: 'text' }] },
  'GET roles': listOf({
    'id?': ID,
    'name?': 'text',
    'tasks?': ['text'],
    'app_id?': ID,
    'user?': ID,
    'role?': 'text',
  }),
  'GET permissions': { data: [{ permission: 'text', status: /^(granted|declined|expired)$/ }] },
  'GET picture': { data: PICTURE },
  'GET insights': listOf({
    name: 'text',
    period: 'text',
    values: [{ value: 'number', end_time: TIME }],
    title: 'text',
    description: 'text',
    id: 'text',
  }),
  'GET test-users': listOf({ id: ID, 'access_token?': 'text', login_url: ADDRESS }),
  'POST test-users': {
    id: ID,
    'access_token?': 'text',
    login_url: ADDRESS,
    email: 'text',
    'password?': 'text',
  },
  'POST unlink_accounts': { result: /^unlink account success$/ },
  'POST feed': { id: /^\d+_\d+$/ },
  'POST comments': { id: /^\d+_\d+$/ },
  'POST photos': { id: ID, 'post_id?': /^\d+_\d+$/ },
  'POST videos': { id: ID },
  'POST personas': { id: ID },
  'POST custom_labels': { id: ID },
  access_token: { access_token: 'text', token_type: /^bearer$/, 'expires_in?': 'number' },
  client_code: { code: 'text', 'machine_id?': 'text' },
  debug_token: {
    data: {
      'app_id?': ID,
      'type?': /^(USER|PAGE|SYSTEM_USER|APP)$/,
      'application?': 'text',
      'data_access_expires_at?': 'number',
      'error?': { code: 'number', message: 'text', 'subcode?': 'number' },
      'expires_at?': 'number',
      is_valid: 'boolean',
      'issued_at?': 'number',
      'metadata?': { 'auth_type?': 'text', 'sso?': 'text' },
      'profile_id?': ID,
      scopes: ['text'],
      'granular_scopes?': [{ scope: 'text', 'target_ids?': [ID] }],
      'user_id?': ID,
    },
  },
}

/** What other POST and DELETE calls answer. */
const CHANGED: Shape = DONE

/** Fields of a Page, a person, a conversation, a message, a post, a persona or a label; one that is not here must not come. */
const FIELDS: Record<string, Shape> = {
  id: /^[\w.:=-]+$/,
  name: 'text',
  first_name: 'text',
  last_name: 'text',
  short_name: 'text',
  category: 'text',
  category_list: [{ id: ID, name: 'text' }],
  access_token: 'text',
  tasks: ['text'],
  link: 'text',
  is_published: 'boolean',
  picture: { data: PICTURE },
  profile_pic: ADDRESS,
  profile_picture_url: ADDRESS,
  page_label_name: 'text',
  fan_count: 'number',
  followers_count: 'number',
  messaging_feature_status: { hop_v2: 'boolean', msgr_multi_app: 'boolean', ig_multi_app: 'boolean' },
  snippet: 'text',
  message: 'text',
  created_time: TIME,
  updated_time: TIME,
  unread_count: 'number',
  message_count: 'number',
  participants: { data: [PERSON] },
  senders: { data: [PERSON] },
  from: PERSON,
  to: { data: [PERSON] },
  recipient: ID,
  subscribed_fields: ['text'],
}

/** What a node tells when nothing is asked. */
const DEFAULTS =
  'id,name,category,category_list,access_token,tasks,link,created_time,updated_time,message,first_name,last_name,profile_pic,profile_picture_url,page_label_name'

/** Edges whose items are nodes; a word that is none of them names the node itself. */
const NODE_LISTS = new Set(
  'accounts albums blocked businesses call_to_actions comments conversations custom_labels events feed friends ids_for_apps ids_for_pages instagram_accounts leadgen_forms likes live_videos message_templates messages personas photos posts published_posts ratings settings videos visitor_posts'.split(
    ' ',
  ),
)

/** Where an answer is not what Facebook documents for its call; empty when it is. */
export const faultsOf = (call: WireCall): string[] => {
  const { status, response } = call
  if (status === null) return ['no answer came']
  if (status === 302) return response === '' ? [] : ['a redirect has a body']
  if (status >= 400) return faultsOfRefusal(status, response)
  return misfits(response, shapeOf(call))
}

/** A retired parameter was seen to be answered as if the server had failed (docs/messenger-platform.md#a). */
const statusOf = ({ code, message }: { code: number; message: string }): number => {
  if (/query parameter is deprecated in/.test(message)) return 500
  return code >= 200 && code < 300 ? 403 : 400
}

export const isRefusal = (call: WireCall): boolean => (call.status ?? 0) >= 400

/** `code` or `code/subcode` of a refusal. */
export const codeOf = ({ response }: WireCall): string => {
  const { code, error_subcode: subcode } =
    (response as { error?: { code?: number; error_subcode?: number } }).error ?? {}
  return subcode === undefined ? `${code}` : `${code}/${subcode}`
}

/** The envelope of docs/messenger-platform.md#c1 with a code that is documented or was recorded. */
const faultsOfRefusal = (status: number, response: unknown): string[] => {
  const faults = misfits(response, {
    error: {
      message: 'text',
      type: /^(OAuthException|GraphMethodException|GraphBatchException|FacebookApiException)$/,
      code: 'number',
      'error_subcode?': 'number',
      'is_transient?': 'boolean',
      'error_user_title?': 'text',
      'error_user_msg?': 'text',
      fbtrace_id: /^A/,
    },
  })
  if (faults.length > 0) return faults
  const refusal = (response as { error: { code: number; error_subcode?: number; message: string } }).error
  const { code, error_subcode: subcode } = refusal
  const wanted = statusOf(refusal)
  return [
    ...(isDocumentedCode(code, subcode) ? [] : [`the code ${code}/${subcode ?? 'none'} is not documented`]),
    ...(status === wanted ? [] : [`the status is ${status}, not ${wanted}`]),
  ]
}

const shapeOf = (call: WireCall): Shape => {
  const params = paramsOf(call)
  const method = methodOf(call, params)
  const words = wordsOf(call.path)
  if (method === 'POST' && words.length === 0) return 'anything'
  const last = words.at(-1) ?? ''
  const special = ANSWERS[last] ?? ANSWERS[`${method} ${last}`]
  if (special) return special
  if (method !== 'GET') return CHANGED
  const node = nodeOf(params['fields'], params['metadata'] !== undefined)
  const own =
    words.length > (params['ids'] === undefined ? 1 : 0) && NODE_LISTS.has(last) ? listOf(node) : node
  const { ids } = params
  if (ids === undefined) return own
  return Object.fromEntries(idsOf(ids, call.response).map((id) => [id, own]))
}

/** Ids that another part of the batch brings are those of the answer. */
const idsOf = (ids: string, response: unknown): string[] => {
  if (ids.includes('{result=')) return Object.keys(response as object)
  return ids.startsWith('[') ? (JSON.parse(ids) as string[]) : ids.split(',')
}

/** A batch is judged part by part, as if each had come alone. */
export const partsOf = (call: WireCall): WireCall[] => {
  const batch = (call.request as { batch?: unknown } | null)?.batch
  const asked = (typeof batch === 'string' ? JSON.parse(batch) : batch) as
    Record<string, string>[] | undefined
  if (!Array.isArray(asked) || !Array.isArray(call.response)) return [call]
  const answers = call.response as ({ code: number; body: string | null; headers?: unknown } | null)[]
  return answers.flatMap((answer, at): WireCall[] => {
    const part = asked[at]
    if (answer === null || part === undefined) return []
    const faults = misfits(answer, {
      code: 'number',
      'headers?': [{ name: 'text', value: 'text' }],
      body: 'anything',
    })
    if (faults.length > 0) return [{ ...call, status: null }]
    return [
      {
        method: (part['method'] ?? 'GET').toUpperCase(),
        path: `/v25.0/${part['relative_url'] ?? ''}`,
        status: answer.code,
        request: Object.fromEntries(new URLSearchParams(part['body'] ?? '')),
        response: answer.body === null ? null : (JSON.parse(answer.body) as unknown),
      },
    ]
  })
}

const nodeOf = (fields: string | undefined, withMetadata: boolean): Shape => {
  const asked = fieldsIn(fields ?? DEFAULTS)
  const entries = asked.map(({ name, as, inner }): [string, Shape] => {
    const own = FIELDS[name]
    return [`${as}?`, inner === undefined && own ? own : listOf(nodeOf(inner, false))]
  })
  return {
    ...Object.fromEntries(entries),
    'id?': FIELDS['id'] ?? 'text',
    ...(withMetadata && { metadata: { fields: ['anything'], type: 'text', connections: 'anything' } }),
  }
}

/** `id,messages.limit(1).as(m){from,message}`; also as a JSON list. */
const fieldsIn = (text: string): { name: string; as: string; inner: string | undefined }[] => {
  const plain = /^\s*\[/.test(text) ? (JSON.parse(text) as string[]).join(',') : text
  const found = [...plain.matchAll(/([\w]+)((?:\.\w+\([^)]*\))*)(?:\{((?:[^{}]|\{[^{}]*\})*)\})?/g)]
  return found.map(([, name = '', modifiers = '', inner]) => ({
    name,
    as: /\.as\((\w+)\)/.exec(modifiers)?.[1] ?? name,
    inner,
  }))
}

const paramsOf = ({ path, request }: WireCall): Record<string, string> => {
  const query = Object.fromEntries(new URLSearchParams(path.split('?')[1] ?? ''))
  const body = typeof request === 'object' && request !== null ? (request as Record<string, unknown>) : {}
  const texts = Object.entries(body).map(([key, value]) => [
    key,
    typeof value === 'string' ? value : (JSON.stringify(value) ?? ''),
  ])
  return { ...query, ...Object.fromEntries(texts) } as Record<string, string>
}

const methodOf = ({ method }: WireCall, params: Record<string, string>): string =>
  (params['method'] ?? method).toUpperCase()

const wordsOf = (path: string): string[] =>
  (path.split('?')[0] ?? '').split('/').filter((word) => word !== '' && !/^v\d+\.\d+$/.test(word))
