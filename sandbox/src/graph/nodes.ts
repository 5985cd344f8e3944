import * as meta from './meta-sdk.ts'

/**
 * The words of each type of node: its fields, and its edges, which can be asked for like fields. What stands here and is not
 * answered by the sandbox is "not there" rather than "nonexisting".
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

const EDGES: Record<string, readonly string[]> = {
  Page: meta.PAGE_EDGES,
  User: meta.USER_EDGES,
  UnifiedThread: meta.CONVERSATION_EDGES,
  Business: meta.BUSINESS_EDGES,
  Application: meta.APPLICATION_EDGES,
}

const WORDS: Record<string, ReadonlySet<string>> = {
  Page: new Set([...meta.PAGE_FIELDS, ...meta.PAGE_EDGES]),
  User: new Set([...meta.USER_FIELDS, ...meta.USER_EDGES]),
  UnifiedThread: new Set([...meta.CONVERSATION_FIELDS, ...meta.CONVERSATION_EDGES]),
  Message: new Set(MESSAGE_FIELDS),
  Persona: new Set(meta.PERSONA_FIELDS),
  Business: new Set([...meta.BUSINESS_FIELDS, ...meta.BUSINESS_EDGES]),
  Application: new Set([...meta.APPLICATION_FIELDS, ...meta.APPLICATION_EDGES]),
}

const NONE: ReadonlySet<string> = new Set()

/** How Facebook calls a type of node in its refusals. */
const CALLED: Record<string, string> = { Conversation: 'UnifiedThread', Profile: 'User' }

export const nodeTypeOf = (type: string): string => CALLED[type] ?? type

export const wordsOf = (nodeType: string): ReadonlySet<string> => WORDS[nodeType] ?? NONE

export const edgesOf = (nodeType: string): readonly string[] => EDGES[nodeType] ?? []
