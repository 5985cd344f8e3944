import type { SandboxParts } from '../../parts.ts'
import type { Call, Caller } from '../call.ts'
import { identify, noActiveToken } from '../identify.ts'
import {
  aliasMissing,
  badParameter,
  nonexistingField,
  notModelled,
  unknownPath,
  unsupported,
  type GraphFailure,
} from '../failure.ts'
import type { Field, Readers } from '../fields.ts'
import { edgesOf, metadataOf, nodeTypeOf } from '../nodes.ts'
import { isOn, optionalList, type Params } from '../params.ts'
import { refuseRetired } from '../retired.ts'
import { applicationNode } from './application.ts'
import * as attachments from './attachments.ts'
import * as businesses from './businesses.ts'
import * as conversations from './conversations.ts'
import { debugToken } from './debug-token.ts'
import type { Edge, EdgeContext, Node } from './edge.ts'
import { EMPTY_LISTS, isEmptyList } from './empty-lists.ts'
import { LABEL_EDGES } from './labels.ts'
import { MESSAGE_TEMPLATE_EDGES } from './message-templates.ts'
import { sendMessage } from './messages.ts'
import { accessToken, clientCode } from './oauth.ts'
import { pageNode } from './page.ts'
import * as personas from './personas.ts'
import { personNode } from './person.ts'
import { PICTURE_EDGES } from './picture.ts'
import { POST_EDGES } from './posts.ts'
import { deleteProfile, readProfile, writeProfile } from './profile.ts'
import { isAppEvent, isTestUsers, SMALL_APP_EDGES, takeAppEvent } from './small-app-edges.ts'
import { SMALL_PAGE_EDGES } from './small-page-edges.ts'
import * as subscriptions from './subscriptions.ts'
import * as threads from './threads.ts'
import { accounts, permissions, revokePermissions, userNode } from './user.ts'
import * as userSettings from './user-settings.ts'
import { countedAs, isAboutOne } from './counted.ts'

/** Every edge, by node type, method and the word after the id. */
const EDGES: Record<string, Edge> = {
  'User GET ': userNode,
  'User GET accounts': accounts,
  'User GET permissions': permissions,
  'User DELETE permissions': revokePermissions,
  'User GET businesses': businesses.businesses,
  'Business GET ': businesses.businessNode,
  'Business GET owned_pages': businesses.ownedPages,
  'Business GET client_pages': businesses.clientPages,
  'Page GET ': pageNode,
  'Page POST messages': sendMessage,
  'Page POST message_attachments': attachments.uploadAttachment,
  'Page GET messenger_profile': readProfile,
  'Page POST messenger_profile': writeProfile,
  'Page DELETE messenger_profile': deleteProfile,
  'Page GET custom_user_settings': userSettings.readUserSettings,
  'Page POST custom_user_settings': userSettings.writeUserSettings,
  'Page DELETE custom_user_settings': userSettings.deleteUserSettings,
  'Page GET personas': personas.listPersonas,
  'Page POST personas': personas.addPersona,
  'Persona GET ': personas.personaNode,
  'Persona DELETE ': personas.deletePersona,
  'Page GET subscribed_apps': subscriptions.readPageSubscriptions,
  'Page POST subscribed_apps': subscriptions.subscribePage,
  'Page DELETE subscribed_apps': subscriptions.unsubscribePage,
  'Page GET conversations': conversations.conversations,
  'Page POST pass_thread_control': threads.passThread,
  'Page POST release_thread_control': threads.releaseThread,
  'Page POST take_thread_control': threads.takeThread,
  'Page POST request_thread_control': threads.requestThread,
  'Page POST extend_thread_control': threads.extendThread,
  'Page GET thread_owner': threads.threadOwner,
  'Application GET ': applicationNode,
  'Application GET subscriptions': subscriptions.readAppSubscriptions,
  'Application POST subscriptions': subscriptions.subscribeApp,
  'Application DELETE subscriptions': subscriptions.unsubscribeApp,
  'Profile GET ': personNode,
  'Conversation GET ': conversations.conversationNode,
  'Conversation GET messages': conversations.conversationMessages,
  'Message GET ': conversations.messageNode,
  ...LABEL_EDGES,
  ...MESSAGE_TEMPLATE_EDGES,
  ...POST_EDGES,
  ...PICTURE_EDGES,
  ...SMALL_PAGE_EDGES,
  ...SMALL_APP_EDGES,
  ...EMPTY_LISTS,
}

/** All edges as `node type, method, word`, for tests that try them all. */
export const EDGE_NAMES: readonly string[] = Object.keys(EDGES)

/** Node types that have an edge of this name under any method; tells a wrong method from an unknown path. */
const KNOWN = new Set(EDGE_NAMES.map((key) => key.replace(/ \w+ /, ' ')))
/** More ids than this in one call are refused. */
const MOST_IDS = 50

export interface Answered {
  body: object
  headers: Record<string, string>
}

/** Carries out one call. */
export const answerCall = async (parts: SandboxParts, call: Call): Promise<Answered> => {
  const [head = '', edge = ''] = call.path
  if (head === 'oauth' && edge === 'access_token' && call.path.length === 2) {
    return { body: accessToken(parts, call), headers: {} }
  }
  if (head === 'oauth' && edge === 'client_code' && call.path.length === 2) {
    return { body: clientCode(parts, call), headers: {} }
  }
  if (head === 'debug_token' && call.path.length === 1 && call.method === 'GET')
    return debugToken(parts, call)

  if (isAppEvent(call)) return { body: takeAppEvent(parts, call), headers: {} }

  const caller = identify(parts, call)
  refuseRetired(call)
  const ids = isByIds(call) ? optionalList(call.params, 'ids') : undefined
  return ids ? answerMany(parts, call, ids, caller) : answerOne(parts, call, caller)
}

/** Whether a call is like `/conversations?ids=1,2`, with ids in a parameter instead of the path. */
const isByIds = ({ method, path }: Call): boolean =>
  method === 'GET' && path.length === 1 && !/^(me|app|[a-z]_.*|\d.*)$/.test(path[0] ?? '')

const answerOne = async (parts: SandboxParts, call: Call, caller: Caller): Promise<Answered> => {
  const [head = '', edge = ''] = call.path
  const headers = parts.usage.count(caller, countedAs(call))
  const node = OWN.has(head) ? ownNode(caller, head) : findNode(parts, caller, call, head)
  const handle = EDGES[`${node.type} ${call.method} ${edge}`]
  const longest = LONGER.has(edge) || isTestUsers({ call, node }) ? 3 : 2
  if (!handle || call.path.length > longest) throw strayed(call, node)
  const context = contextOf({ parts, call, caller, node, path: call.path })
  const body = await handle(context)
  if (call.method !== 'GET' || edge !== '' || !isOn(call.params, 'metadata')) return { body, headers }
  return { body: { ...body, metadata: metadataOf(nodeTypeOf(node.type), context.url) }, headers }
}

/** Edges whose address may go on: `/{user}/permissions/{permission}`, `/{page}/insights/{metric}`. */
const LONGER = new Set(['permissions', 'insights'])

const contextOf = ({
  path,
  ...known
}: Pick<EdgeContext, 'parts' | 'call' | 'caller' | 'node'> & { path: readonly string[] }): EdgeContext => {
  const { parts, call } = known
  const origin = call.origin ?? parts.settings.origin()
  const url = [origin, call.version, ...path.map(encodeURIComponent)].join('/')
  const context: EdgeContext = { ...known, url, edgesOf: (node) => nestedEdges(context, node) }
  return context
}

/** `fields=messages.limit(5){id}`: the edge of the node, called as by its own address. */
const nestedEdges = ({ parts, call, caller }: EdgeContext, node: Node): Readers =>
  Object.fromEntries(
    EDGE_NAMES.flatMap((key) => {
      const [type, method, edge = ''] = key.split(' ')
      const handle = EDGES[key]
      if (type !== node.type || method !== 'GET' || edge === '' || !handle) return []
      const read = (field: Field) => {
        const path = [node.id, edge]
        const params = nestedParams(call.params, field)
        return handle(contextOf({ parts, call: { ...call, path, params }, caller, node, path }))
      }
      return [[edge, read]]
    }),
  )

/** With `redirect` off, because a field cannot be a redirect, which the edge `picture` otherwise is. */
const nestedParams = (outer: Params, { text, modifiers }: Field): Params => ({
  redirect: 'false',
  ...(outer['appsecret_proof'] !== undefined && { appsecret_proof: outer['appsecret_proof'] }),
  ...(text !== undefined && { fields: text }),
  ...modifiers,
})

/** Nodes whose own fields Facebook lets an app change. */
const CHANGEABLE = new Set(['Page', 'User', 'Application'])

/** Facebook's words in place of an id that the sandbox does not have. */
const ROOT_EDGES = new Set(['search', 'device', 'pages', 'message_template_library'])

/** The error for an address without a node or an edge. */
const strayed = (call: Call, node: Node): GraphFailure => {
  const [, edge = '', ...rest] = call.path
  const nodeType = nodeTypeOf(node.type)
  if (rest.length > 0) {
    const known = KNOWN.has(`${node.type} ${edge}`)
    return unknownPath((known ? rest : [edge, ...rest]).join('/'))
  }
  if (edge !== '' && isEmptyList(node.type, edge)) return notModelled(edge, nodeType)
  if (edge === '' && CHANGEABLE.has(node.type) && call.method === 'POST') return notModelled('', nodeType)
  if (KNOWN.has(`${node.type} ${edge}`)) return unsupported(call.method, node.id)
  if (edgesOf(nodeType).includes(edge)) return notModelled(edge, nodeType)
  return call.method === 'GET' ? nonexistingField(edge, nodeType) : unknownPath(edge)
}

/** Each id counts as a call of its own. */
const answerMany = async (
  parts: SandboxParts,
  call: Call,
  ids: readonly string[],
  caller: Caller,
): Promise<Answered> => {
  if (ids.length > MOST_IDS)
    throw badParameter(`Too many IDs. Maximum: ${MOST_IDS}. Provided: ${ids.length}.`)
  const bodies: [string, object][] = []
  let headers: Record<string, string> = {}
  for (const id of ids) {
    const answered = await answerOne(parts, { ...call, path: [id, ...call.path] }, caller)
    bodies.push([id, answered.body])
    headers = answered.headers
  }
  return { body: Object.fromEntries(bodies), headers }
}

/** The words by which trouble can name a call: `messages`, `accounts`; `oauth/access_token` answers to each of its words. */
export const edgeNames = ({ path, params }: Pick<Call, 'path' | 'params'>): string[] => {
  const [head = '', edge] = path
  if (head === 'oauth') return ['oauth', 'access_token', 'oauth/access_token']
  if (edge === 'conversations') return isAboutOne(params) ? [edge] : [edge, 'all_conversations']
  if (edge !== undefined) return [edge]
  return head === 'me' || head === 'debug_token' ? [head] : ['node']
}

/** Words that stand for the caller: the Page or person of the token, and its app. */
const OWN = new Set(['me', 'app'])

const ownNode = (caller: Caller, head: string): Node => {
  if (head === 'app') return { type: 'Application', id: caller.app.id }
  if (caller.kind === 'page') return { type: 'Page', id: caller.page.id, page: caller.page }
  if (caller.kind === 'user') return { type: 'User', id: caller.user.id }
  throw noActiveToken()
}

const findNode = (parts: SandboxParts, caller: Caller, call: Call, id: string): Node => {
  if (ROOT_EDGES.has(id)) throw notModelled(call.path.join('/'), 'Root')
  const { world } = parts
  const page = world.pages.get(id)
  if (page) return { type: 'Page', id, page }
  if (world.apps.has(id)) return { type: 'Application', id }
  if (world.users.has(id)) return { type: 'User', id }
  const business = world.businesses.get(id)
  if (business) return { type: 'Business', id, business }
  const persona = world.personas.get(id)
  if (persona) return { type: 'Persona', id, persona }
  const template = world.messageTemplates.get(id)
  if (template) return { type: 'MessengerBusinessTemplate', id, template }
  const label = world.labels.get(id)
  if (label) return { type: 'PageLabel', id, label }
  const post = world.posts.get(id)
  if (post) return { type: 'Post', id, post }
  const found = world.messages.get(id)
  if (found) return { type: 'Message', id, ...found }
  if (caller.kind === 'page') {
    const pageId = caller.page.id
    const conversation = [...conversationsOf(parts, pageId)].find((one) => one.id === id || one.psid === id)
    if (conversation?.id === id) return { type: 'Conversation', id, conversation }
    if (conversation) return { type: 'Profile', id }
  }
  throw call.method === 'GET' && ALIAS.test(id) ? aliasMissing(id) : unsupported(call.method, id)
}

/** A name in place of an id; ids of conversations and messages begin with a letter, too. */
const ALIAS = /^(?![tm]_)[a-z]/i

function* conversationsOf({ world }: SandboxParts, pageId: string) {
  for (const conversation of world.conversations.values()) {
    if (conversation.pageId === pageId) yield conversation
  }
}
