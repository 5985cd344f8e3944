import * as meta from './meta-sdk.ts'

/**
 * The names of each type of node: its fields, and its edges, which can be requested like fields. A name in this list without a
 * value in the sandbox is left out of the answer instead of being refused as "nonexisting".
 */

/** Meta's SDK has no class for it: the reference page "Message" of the Graph API and that of its Conversations API. */
const MESSAGE_FIELDS = [
  'attachments',
  'created_time',
  'from',
  'id',
  'is_unsupported',
  'message',
  'reactions',
  'reply_to',
  'shares',
  'sticker',
  'story',
  'subject',
  'tags',
  'thread_id',
  'to',
]

const FIELDS: Record<string, readonly string[]> = {
  Page: meta.PAGE_FIELDS,
  User: meta.USER_FIELDS,
  UnifiedThread: meta.CONVERSATION_FIELDS,
  Message: MESSAGE_FIELDS,
  Persona: meta.PERSONA_FIELDS,
  MessengerBusinessTemplate: meta.MESSAGE_TEMPLATE_FIELDS,
  Business: meta.BUSINESS_FIELDS,
  Application: meta.APPLICATION_FIELDS,
}

const EDGES: Record<string, readonly string[]> = {
  Page: meta.PAGE_EDGES,
  User: meta.USER_EDGES,
  UnifiedThread: meta.CONVERSATION_EDGES,
  Business: meta.BUSINESS_EDGES,
  Application: meta.APPLICATION_EDGES,
}

const WORDS = new Map(
  Object.entries(FIELDS).map(([type, fields]) => [type, new Set([...fields, ...(EDGES[type] ?? [])])]),
)

const NONE: ReadonlySet<string> = new Set()

/** Facebook's names for types of nodes in its refusals. */
const CALLED: Record<string, string> = { Conversation: 'UnifiedThread', Profile: 'User' }

export const nodeTypeOf = (type: string): string => CALLED[type] ?? type

export const wordsOf = (nodeType: string): ReadonlySet<string> => WORDS.get(nodeType) ?? NONE

export const edgesOf = (nodeType: string): readonly string[] => EDGES[nodeType] ?? []

/** What `metadata=1` adds to a node: its fields and the addresses of its edges. */
export const metadataOf = (nodeType: string, url: string): object => ({
  fields: (FIELDS[nodeType] ?? []).map((name) => ({ name, description: '', type: 'string' })),
  type: nodeType.toLowerCase(),
  connections: Object.fromEntries(edgesOf(nodeType).map((edge) => [edge, `${url}/${edge}`])),
})
