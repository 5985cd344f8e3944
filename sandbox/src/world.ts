import type { ChatMessage, TemplateStatus, Visitor } from './api.ts'
import type { Rng } from './rng.ts'

/**
 * The data that Facebook would have, as plain objects. The rules that change them are in the files named after them; `snapshot/`
 * saves and loads them.
 */
export interface World {
  apps: Map<string, App>
  users: Map<string, User>
  businesses: Map<string, Business>
  pages: Map<string, Page>
  visitors: Map<string, Visitor>
  /** Conversations by Page and PSID, see {@link conversationKey}. */
  conversations: Map<string, Conversation>
  /** All kept messages, by mid. */
  messages: Map<string, { conversation: Conversation; message: Message }>
  tokens: Map<string, Token>
  codes: Map<string, AuthorizationCode>
  attachments: Map<string, Attachment>
  personas: Map<string, Persona>
  messageTemplates: Map<string, MessageTemplate>
  /** Visitors who asked for marketing messages, by the token that stands for them. */
  optIns: Map<string, OptIn>
  labels: Map<string, Label>
  /** Posts and comments at Pages. */
  posts: Map<string, Post>
  /** Visitors who are logging in at the bot's site, by the token in its address. */
  accountLinks: Map<string, AccountLink>
}

export interface App {
  id: string
  name: string
  secret: string
  /** In development an app reaches only people with a role on it. */
  mode: 'live' | 'development'
  /** "Require app secret" of the App Dashboard. */
  requireProof: boolean
  /** Valid OAuth Redirect URIs; null accepts any. */
  redirectUris: readonly string[] | null
  subscription: AppSubscription | null
  /** Called with a `signed_request` when a person removes the app. */
  deauthorizeUrl: string | null
  /** Saved configurations of Login for Business, by their id. */
  loginConfigs: Map<string, LoginConfig>
}

/** The app's webhook, as the dashboard or `POST /{app-id}/subscriptions` sets it. */
export interface AppSubscription {
  callbackUrl: string
  /** Null: no verification was requested. */
  verifyToken: string | null
  verified: boolean
  fields: Set<string>
}

/** The login configuration of a `config_id` in the login dialog (docs/messenger-platform.md#b3, #b7). */
export interface LoginConfig {
  scopes: readonly string[]
  token: 'user' | 'system_user'
}

export interface User {
  id: string
  name: string
  appRole: 'admin' | 'developer' | 'tester' | null
  /** A system user of a business portfolio: its tokens never expire and do not depend on a password. */
  system: boolean
  checkpointed: boolean
  grants: Map<string, Grant>
}

/** The permissions a person granted to an app. */
export interface Grant {
  scopes: Set<string>
  declined: Set<string>
  /** Pages ticked in the dialog; null for all, also later ones. */
  pageIds: readonly string[] | null
}

/** A business portfolio: `/me/accounts` does not list Pages that are reached only through it (trap K4). */
export interface Business {
  id: string
  name: string
  ownedPageIds: string[]
  clientPageIds: string[]
}

/** One login of a person; all tokens made from it end with it. */
export interface Session {
  userId: string
  appId: string
  /** Error 190's subcode once the session is gone. */
  revoked: 458 | 460 | 467 | null
  dataAccessExpiresAtMs: number
  /** The dialog's `auth_type`, if it had one. */
  authType: string | null
}

export interface Token {
  value: string
  type: 'USER' | 'PAGE' | 'SYSTEM_USER'
  session: Session
  pageId: string | null
  scopes: readonly string[]
  issuedAtMs: number
  /** Null for never. */
  expiresAtMs: number | null
  longLived: boolean
}

export interface AuthorizationCode {
  session: Session
  scopes: readonly string[]
  redirectUri: string
  expiresAtMs: number
  used: boolean
}

export interface Page {
  id: string
  name: string
  category: string
  /** Tasks by user. */
  roles: Map<string, readonly string[]>
  /** Roles taken away by trouble, to be given back. */
  lostRoles: Map<string, readonly string[]>
  /** Whether `/me/accounts` shows it; a Page that is reached only through a portfolio may be missing there. */
  listed: boolean
  published: boolean
  /** The default app, which answers idle threads; null while every app may (docs/messenger-platform.md#i). */
  defaultAppId: string | null
  /** Barred from sending for breaking a policy (10/1893063). */
  restricted: boolean
  /** Fields by subscribed app. */
  subscriptions: Map<string, Set<string>>
  profile: Record<string, unknown>
  /** Whether its messages are read by the built-in NLP (`nlp_configs`). */
  nlp: boolean
  /** The last Page tokens made for it, the newest last. */
  handedOut: Token[]
}

export interface Conversation {
  id: string
  pageId: string
  psid: string
  messages: Message[]
  /** The time of the visitor's last action that opens the 24-hour window. */
  openedMs: number | null
  lastMs: number
  typing: { untilMs: number; personaId: string | null } | null
  seenMs: number | null
  deliveredMs: number | null
  readMs: number | null
  /** The app that holds the thread; null when the thread is idle. */
  owner: { appId: string; untilMs: number } | null
  /** The referral before the visitor's first message, or the ad through which the visitor came back. */
  pendingReferral: Referral | null
  /** The visitor blocked the Page. */
  blocked: boolean
  /** The menu for this visitor (`custom_user_settings`). */
  menu: unknown
}

/** The way a visitor came: an m.me link or an ad (docs/messenger-platform.md#e5). */
export type Referral =
  { kind: 'link'; ref: string } | { kind: 'ad'; adId: string; title: string; ref: string | null }

export interface Message extends ChatMessage {
  /** The app that sent it; null for the visitor's own. */
  appId: string | null
  edits: number
}

/**
 * A file the Page uploaded or asked Facebook to keep; private to the Page, deleted after 90 days (docs/messenger-platform.md#f6).
 */
export interface Attachment {
  id: string
  pageId: string
  type: string
  url: string
  createdAtMs: number
}

export interface Persona {
  id: string
  pageId: string
  name: string
  pictureUrl: string
  deleted: boolean
}

/** A template of utility messages (docs/messenger-platform.md#f7); a Page has one for each name and language. */
export interface MessageTemplate {
  id: string
  pageId: string
  name: string
  language: string
  parameterFormat: ParameterFormat
  /** As the app sent them: one of the type `BODY`, at most one `HEADER` and one `BUTTONS`. */
  components: Record<string, unknown>[]
  status: TemplateStatus
  /** The reason of a rejection. */
  rejectedReason: string | null
  createdMs: number
  updatedMs: number
}

/** Placeholders are `{{1}}` or `{{order_id}}`. */
export type ParameterFormat = 'POSITIONAL' | 'NAMED'

export interface OptIn {
  pageId: string
  psid: string
  stopped: boolean
}

/** A custom label of a Page, and the people who carry it. */
export interface Label {
  id: string
  pageId: string
  name: string
  psids: Set<string>
}

/** A post at a Page or, with a parent, a comment on one. */
export interface Post {
  id: string
  pageId: string
  /** The visitor who wrote it; null for the Page. */
  psid: string | null
  parentId: string | null
  message: string
  createdMs: number
  /** Liked by the Page. */
  liked: boolean
  /** Whether it has had its one private reply. */
  repliedTo: boolean
}

export interface AccountLink {
  pageId: string
  psid: string
  expiresAtMs: number
}

/** Messages that are kept for a conversation, so that a benchmark does not fill the memory. */
const HISTORY = 1000

export const emptyWorld = (): World => ({
  apps: new Map(),
  users: new Map(),
  businesses: new Map(),
  pages: new Map(),
  visitors: new Map(),
  conversations: new Map(),
  messages: new Map(),
  tokens: new Map(),
  codes: new Map(),
  attachments: new Map(),
  personas: new Map(),
  messageTemplates: new Map(),
  optIns: new Map(),
  labels: new Map(),
  posts: new Map(),
  accountLinks: new Map(),
})

const conversationKey = (pageId: string, psid: string) => `${pageId} ${psid}`

export const findConversation = (world: World, pageId: string, psid: string) =>
  world.conversations.get(conversationKey(pageId, psid))

/** The conversation of a visitor, created if there is none. Only a visitor can begin one. */
export const openConversation = (world: World, rng: Rng, pageId: string, psid: string): Conversation => {
  const known = findConversation(world, pageId, psid)
  if (known) return known
  const conversation: Conversation = {
    id: `t_${rng.digits(16)}`,
    pageId,
    psid,
    messages: [],
    openedMs: null,
    lastMs: 0,
    typing: null,
    seenMs: null,
    deliveredMs: null,
    readMs: null,
    owner: null,
    pendingReferral: null,
    blocked: false,
    menu: null,
  }
  world.conversations.set(conversationKey(pageId, psid), conversation)
  return conversation
}

/** A time for the next event of a conversation, later than those of all earlier events, even within the same millisecond. */
export const nextMoment = (conversation: Conversation, nowMs: number): number => {
  conversation.lastMs = Math.max(nowMs, conversation.lastMs + 1)
  return conversation.lastMs
}

export const addMessage = (world: World, conversation: Conversation, message: Message): void => {
  conversation.messages.push(message)
  world.messages.set(message.mid, { conversation, message })
  if (conversation.messages.length > HISTORY) {
    const forgotten = conversation.messages.shift()
    if (forgotten) world.messages.delete(forgotten.mid)
  }
}

/** The record of the sandbox's own app. @throws TypeError if there is none, which does not happen */
export const ownApp = (world: World, appId: string): App => {
  const app = world.apps.get(appId)
  if (app) return app
  throw new TypeError(`The sandbox has no app ${appId}.`)
}
