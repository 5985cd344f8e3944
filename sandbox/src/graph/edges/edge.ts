import type { SandboxParts } from '../../parts.ts'
import type {
  Business,
  Conversation,
  Label,
  Message,
  MessageTemplate,
  Page,
  Persona,
  Post,
} from '../../world.ts'
import type { Call, Caller, PageCaller, UserCaller } from '../call.ts'
import { GraphFailure, unsupported } from '../failure.ts'
import type { Readers } from '../fields.ts'

/** The context of an edge: the sandbox, the call, its caller, and the node it was called on. */
export interface EdgeContext {
  parts: SandboxParts
  call: Call
  caller: Caller
  node: Node
  /** The address of this call without its query, for links to further pages of a list. */
  url: string
  /** The edges of a node that can be read, to be asked for like its fields. */
  edgesOf: (node: Node) => Readers
}

export type Node =
  | { type: 'Application'; id: string }
  | { type: 'User'; id: string }
  | { type: 'Page'; id: string; page: Page }
  | { type: 'Profile'; id: string }
  | { type: 'Business'; id: string; business: Business }
  | { type: 'Persona'; id: string; persona: Persona }
  | { type: 'MessengerBusinessTemplate'; id: string; template: MessageTemplate }
  | { type: 'Conversation'; id: string; conversation: Conversation }
  | { type: 'PageLabel'; id: string; label: Label }
  | { type: 'Post'; id: string; post: Post }
  | { type: 'Message'; id: string; message: Message; conversation: Conversation }

export type Edge = (context: EdgeContext) => object | Promise<object>

/** The Page whose token the call has; calls with other tokens are refused as Facebook does. */
export const asPage = ({ caller, call, node }: EdgeContext): PageCaller => {
  if (caller.kind !== 'page') {
    throw new GraphFailure(
      { message: '(#190) This method must be called with a Page Access Token', code: 190 },
      { challenge: 'invalid_token' },
    )
  }
  // PSIDs, too, are valid only for their own Page.
  if (node.type !== 'Profile' && caller.page.id !== pageOf(node)) throw unsupported(call.method, node.id)
  return caller
}

const pageOf = (node: Node): string => {
  if (node.type === 'Conversation' || node.type === 'Message') return node.conversation.pageId
  if (node.type === 'PageLabel') return node.label.pageId
  if (node.type === 'MessengerBusinessTemplate') return node.template.pageId
  if (node.type === 'Post') return node.post.pageId
  return node.type === 'Persona' ? node.persona.pageId : node.id
}

export const asUser = ({ caller, call, node }: EdgeContext): UserCaller => {
  if (caller.kind !== 'user' || caller.user.id !== node.id) throw unsupported(call.method, node.id)
  return caller
}

/** A Graph time: `2026-01-01T00:00:00+0000`. */
export const graphTime = (ms: number): string => new Date(ms).toISOString().replace(/\.\d{3}Z$/, '+0000')

export const seconds = (ms: number): number => Math.floor(ms / 1000)
