/**
 * What the chat page and the control API say to each other, as JSON under `/sandbox/`. The page is one client of it;
 * tests, demos and other people's scripts are the others.
 *
 * | route | body | answer |
 * | --- | --- | --- |
 * | `GET /sandbox/state` | | {@link SandboxState} |
 * | `GET /sandbox/conversations/:pageId/:psid` | | {@link ConversationView} |
 * | `GET /sandbox/traffic?after=ID` | | {@link Traffic}[] , newest last |
 * | `GET /sandbox/events` | | server-sent events, one {@link SandboxEvent} each |
 * | `POST /sandbox/visitors` | `{ name, pageId? }` | {@link Visitor}: a person who may write to any Page |
 * | `POST /sandbox/conversations/:pageId/:psid` | {@link VisitorAction} | `{ mid }` |
 * | `POST /sandbox/inbox/:pageId/:psid` | {@link InboxAction} | `{ mid }`: a human in the Page inbox |
 * | `POST /sandbox/trouble/:kind` | {@link TroubleBody} | {@link SandboxState} |
 * | `POST /sandbox/clock` | `{ advanceSeconds }` | {@link SandboxState} |
 * | `POST /sandbox/user-token` | `{ scopes?, expiresInSeconds?, pageIds? }` | `{ token }`: a fresh short-lived user token, as the Graph API Explorer gives one |
 * | `POST /sandbox/reset` | | {@link SandboxState} |
 */
export interface SandboxState {
  nowMs: number
  graphOrigin: string
  app: { id: string; name: string }
  webhook: { url: string | null; verified: boolean; pending: number; lastStatus: number | null }
  pages: PageView[]
  visitors: Visitor[]
  trouble: { graphDown: boolean; webhookLost: boolean; delayMs: number }
  /** What to type in a terminal to give the bot a working token again; null when the sandbox runs alone. */
  repairCommand: string | null
}

export interface PageView {
  id: string
  name: string
  subscribed: boolean
  /** Whether a Page token handed out for this Page still works, and if not what killed it. */
  token: { handedOut: boolean; alive: boolean; reason: string | null }
  greeting: string | null
  getStarted: string | null
  iceBreakers: { question: string; payload: string }[]
  menu: { title: string; payload?: string; url?: string }[]
}

export interface Visitor {
  psid: string
  name: string
  firstName: string
}

export interface ConversationView {
  pageId: string
  psid: string
  messages: ChatMessage[]
  typing: boolean
  /** Messages of the visitor up to here were read by the bot, ms since the epoch. */
  seenMs: number | null
  deliveredMs: number | null
  /** End of the 24-hour window, ms since the epoch. */
  windowEndsMs: number | null
}

export interface ChatMessage {
  mid: string
  from: 'visitor' | 'page'
  atMs: number
  text: string | null
  /** As the Send API or the webhook spells it: image, template and so on. */
  attachment: { type: string; payload: Record<string, unknown> } | null
  quickReplies: { title: string; payload: string; imageUrl?: string }[]
  /** For the visitor's messages: whether the webhook was answered with 200. */
  webhook: 'pending' | 'delivered' | 'failed' | null
  metadata: string | null
  /** The visitor's reaction to it, if any. */
  reaction?: string | null
  /** The Page's reaction to it (`sender_action: react`), if any. */
  pageReaction?: string | null
}

export type VisitorAction =
  | { type: 'text'; text: string }
  | { type: 'quick_reply'; title: string; payload: string }
  | { type: 'postback'; title: string; payload: string; mid?: string }
  | { type: 'get_started' }
  | { type: 'attachment'; attachment: { type: 'image' | 'audio' | 'video' | 'file'; url: string } }
  | { type: 'sticker'; stickerId: string }
  | { type: 'reaction'; mid: string; emoji: string; action: 'react' | 'unreact' }
  | { type: 'referral'; ref: string }

/** What a human can do in the Page inbox: answer (which echoes to the app), take the thread, or hand it back to the bot. */
export type InboxAction = { type: 'text'; text: string } | { type: 'take' } | { type: 'hand_back' }

/** The buttons that make trouble, and those that end it. */
export type TroubleKind =
  | 'password-changed'
  | 'app-removed'
  | 'role-lost'
  /** The person must pass a security check first; `calm` and a new login both do. */
  | 'checkpoint'
  | 'graph-down'
  | 'graph-up'
  | 'delay'
  | 'webhook-lost'
  | 'webhook-back'
  /** The next `times` calls of `edge` are answered with this error. */
  | 'fail'
  /** The next `times` calls of `edge` are carried out, but the answer is lost. */
  | 'lose-answer'
  /** The next `times` webhook events are never sent. */
  | 'webhook-drop'
  /** The next `times` webhook events are sent twice. */
  | 'webhook-duplicate'
  /** The next `times` webhook events are overtaken by the one after them in their conversation. */
  | 'webhook-reorder'
  /** Ends all trouble that goes on. Tokens that died stay dead; a lost role is given back. */
  | 'calm'

export interface TroubleBody {
  pageId?: string
  /** First path word after the version and the id: `messages`, `debug_token`, `accounts`, or `*`. */
  edge?: string
  times?: number
  status?: number
  error?: { code: number; error_subcode?: number; message?: string; type?: string; is_transient?: boolean }
  /** Answer with this text instead of JSON, such as an HTML page. */
  raw?: string
  delayMs?: number
  /** `graph-down` alone: connections break instead of being answered with an HTML page. */
  reset?: boolean
}

export interface Traffic {
  id: number
  atMs: number
  kind: 'graph' | 'webhook'
  method: string
  /** Path and query with every token and secret replaced by `…`. */
  path: string
  status: number | null
  tookMs: number | null
  request: unknown
  response: unknown
}

export type SandboxEvent =
  | { type: 'state'; state: SandboxState }
  | { type: 'message'; pageId: string; psid: string; message: ChatMessage }
  | { type: 'conversation'; conversation: Omit<ConversationView, 'messages'> }
  | { type: 'traffic'; traffic: Traffic }
