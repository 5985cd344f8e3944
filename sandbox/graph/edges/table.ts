import type { SandboxParts } from '../../parts.ts'
import { identify, type Call, type Caller } from '../call.ts'
import { GraphFailure, unknownPath, unsupported } from '../failure.ts'
import * as conversations from './conversations.ts'
import { debugToken } from './debug-token.ts'
import type { Edge, Node } from './edge.ts'
import { sendMessage } from './messages.ts'
import { accessToken } from './oauth.ts'
import { pageNode } from './page.ts'
import { deleteProfile, personNode, readProfile, writeProfile } from './profile.ts'
import * as subscriptions from './subscriptions.ts'
import * as threads from './threads.ts'
import { accounts, permissions, revokePermissions, userNode } from './user.ts'

/** Every edge, by node type, method and the word after the id. */
const EDGES: Record<string, Edge> = {
  'User GET ': userNode,
  'User GET accounts': accounts,
  'User GET permissions': permissions,
  'User DELETE permissions': revokePermissions,
  'Page GET ': pageNode,
  'Page POST messages': sendMessage,
  'Page GET messenger_profile': readProfile,
  'Page POST messenger_profile': writeProfile,
  'Page DELETE messenger_profile': deleteProfile,
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
  'Application GET ': ({ parts, node }) => ({ id: node.id, name: parts.world.apps.get(node.id)?.name }),
  'Application GET subscriptions': subscriptions.readAppSubscriptions,
  'Application POST subscriptions': subscriptions.subscribeApp,
  'Application DELETE subscriptions': subscriptions.unsubscribeApp,
  'Profile GET ': personNode,
  'Conversation GET ': conversations.conversationNode,
  'Conversation GET messages': conversations.conversationMessages,
  'Message GET ': conversations.messageNode,
}

/** Node types that have an edge of this name under any method; tells a wrong method from an unknown path. */
const KNOWN = new Set(Object.keys(EDGES).map((key) => key.replace(/ \w+ /, ' ')))

/** Carries out one call. */
export const answerCall = async (parts: SandboxParts, call: Call): Promise<object> => {
  const [head = '', edge = ''] = call.path
  if (head === 'oauth' && edge === 'access_token' && call.path.length === 2) return accessToken(parts, call)
  if (head === 'debug_token' && call.path.length === 1 && call.method === 'GET')
    return debugToken(parts, call)

  const caller = identify(parts, call)
  const node = head === 'me' ? ownNode(caller) : findNode(parts, caller, call, head)
  const handle = EDGES[`${node.type} ${call.method} ${edge}`]
  if (!handle || call.path.length > (edge === 'permissions' ? 3 : 2)) {
    if (!handle && KNOWN.has(`${node.type} ${edge}`)) throw unsupported(call.method, node.id)
    throw unknownPath(call.path.slice(handle ? 2 : 1).join('/'))
  }
  const url = [parts.settings.origin(), call.version, ...call.path.map(encodeURIComponent)].join('/')
  return await handle({ parts, call, caller, node, url })
}

/** The words trouble may name a call by: `messages`, `accounts`; `oauth/access_token` answers to each of its words. */
export const edgeNames = (path: readonly string[]): string[] => {
  const [head = '', edge] = path
  if (head === 'oauth') return ['oauth', 'access_token', 'oauth/access_token']
  if (edge !== undefined) return [edge]
  return head === 'me' || head === 'debug_token' ? [head] : ['node']
}

const ownNode = (caller: Caller): Node => {
  if (caller.kind === 'page') return { type: 'Page', id: caller.page.id, page: caller.page }
  if (caller.kind === 'user') return { type: 'User', id: caller.user.id }
  throw new GraphFailure(
    {
      message: 'An active access token must be used to query information about the current user.',
      code: 2500,
    },
    { challenge: 'invalid_request' },
  )
}

const findNode = (parts: SandboxParts, caller: Caller, call: Call, id: string): Node => {
  const { world } = parts
  const page = world.pages.get(id)
  if (page) return { type: 'Page', id, page }
  if (world.apps.has(id)) return { type: 'Application', id }
  if (world.users.has(id)) return { type: 'User', id }
  const found = world.messages.get(id)
  if (found) return { type: 'Message', id, ...found }
  if (caller.kind === 'page') {
    const pageId = caller.page.id
    const conversation = [...conversationsOf(parts, pageId)].find((one) => one.id === id || one.psid === id)
    if (conversation?.id === id) return { type: 'Conversation', id, conversation }
    if (conversation) return { type: 'Profile', id }
  }
  throw unsupported(call.method, id)
}

function* conversationsOf({ world }: SandboxParts, pageId: string) {
  for (const conversation of world.conversations.values()) {
    if (conversation.pageId === pageId) yield conversation
  }
}
