import type { ChatMessage, Visitor } from './api.ts'
import type { Rng } from './rng.ts'

/** Everything Facebook would know. Plain data; the rules that change it live in the files named after them. */
export interface World {
  apps: Map<string, App>
  users: Map<string, User>
  pages: Map<string, Page>
  visitors: Map<string, Visitor>
  /** By Page and PSID, see {@link conversationKey}. */
  conversations: Map<string, Conversation>
  /** Every message still remembered, by its mid. */
  messages: Map<string, { conversation: Conversation; message: Message }>
  tokens: Map<string, Token>
  codes: Map<string, AuthorizationCode>
}

export interface App {
  id: string
  name: string
  secret: string
  /** "Require app secret" of the App Dashboard. */
  requireProof: boolean
  /** Valid OAuth Redirect URIs; null takes any. */
  redirectUris: readonly string[] | null
  subscription: AppSubscription | null
  /** Called with a `signed_request` when a person removes the app. */
  deauthorizeUrl: string | null
}

/** The app's webhook, as the dashboard or `POST /{app-id}/subscriptions` sets it. */
export interface AppSubscription {
  callbackUrl: string
  /** Null: nobody asked for a verification. */
  verifyToken: string | null
  verified: boolean
  fields: Set<string>
}

export interface User {
  id: string
  name: string
  appRole: 'admin' | 'developer' | 'tester' | null
  /** A system user of a business portfolio: its tokens never expire and know no password. */
  system: boolean
  checkpointed: boolean
  grants: Map<string, Grant>
}

/** What a person let an app do. */
export interface Grant {
  scopes: Set<string>
  declined: Set<string>
  /** Pages ticked in the dialog; null for all, also later ones. */
  pageIds: readonly string[] | null
}

/** One login of a person; every token made from it dies with it. */
export interface Session {
  userId: string
  appId: string
  /** Error 190's subcode once the session is gone. */
  revoked: 458 | 460 | 467 | null
  dataAccessExpiresAtMs: number
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
  /** Whether `/me/accounts` shows it; a Page reached through a portfolio alone may be missing there. */
  listed: boolean
  /** Fields by subscribed app. */
  subscriptions: Map<string, Set<string>>
  profile: Record<string, unknown>
  /** Page tokens handed out for it, newest last, the last few. */
  handedOut: Token[]
}

export interface Conversation {
  id: string
  pageId: string
  psid: string
  messages: Message[]
  /** What the visitor did last that opens the 24-hour window. */
  openedMs: number | null
  lastMs: number
  typingUntilMs: number
  seenMs: number | null
  deliveredMs: number | null
  /** The app that holds the thread; null when nobody does. */
  owner: { appId: string; untilMs: number } | null
  /** A `ref` that brought the visitor here before the first message. */
  pendingRef: string | null
}

export interface Message extends ChatMessage {
  /** The app that sent it; null for the visitor's own. */
  appId: string | null
}

export interface WorldOptions {
  appId: string
  appName: string
  appSecret: string
  requireProof: boolean
  redirectUris: readonly string[] | null
  deauthorizeUrl: string | null
  webhook: DashboardWebhook | null
  users: readonly UserSeed[]
  pages: readonly PageSeed[]
  visitors: readonly VisitorSeed[]
}

export interface DashboardWebhook {
  url: string
  /** Left out: no verification is asked for. */
  verifyToken?: string
}

export interface UserSeed {
  id?: string
  name: string
  appRole?: User['appRole']
  system?: boolean
}

export interface PageSeed {
  id?: string
  name: string
  category?: string
  /** The first user's tasks on it; all of them when left out, `[]` for no role. */
  tasks?: readonly string[]
  listed?: boolean
}

export interface VisitorSeed {
  psid?: string
  name: string
}

export const PAGE_TASKS = [
  'ADVERTISE',
  'ANALYZE',
  'CREATE_CONTENT',
  'MESSAGING',
  'MODERATE',
  'MANAGE',
] as const

/** Reference E7. */
export const WEBHOOK_FIELDS = [
  'messages',
  'messaging_postbacks',
  'message_deliveries',
  'message_reads',
  'message_echoes',
  'message_edits',
  'message_reactions',
  'messaging_referrals',
  'messaging_optins',
  'messaging_handovers',
  'standby',
  'messaging_policy_enforcement',
  'messaging_account_linking',
  'messaging_feedback',
  'messaging_customer_information',
  'messaging_in_thread_lead_form_submit',
  'messaging_game_plays',
  'response_feedback',
  'send_cart',
  'inbox_labels',
  'messenger_template_status_update',
  'feed',
] as const

/** Messages a conversation remembers; older ones are forgotten, so that a benchmark does not fill the memory. */
const HISTORY = 1000

export const emptyWorld = (): World => ({
  apps: new Map(),
  users: new Map(),
  pages: new Map(),
  visitors: new Map(),
  conversations: new Map(),
  messages: new Map(),
  tokens: new Map(),
  codes: new Map(),
})

/** Fills in the ids that were left to chance, so that a world peopled again has the same ones. */
export const withIds = (options: WorldOptions, rng: Rng): WorldOptions => ({
  ...options,
  users: options.users.map((seed) => ({ ...seed, id: seed.id ?? newUserId(rng) })),
  pages: options.pages.map((seed) => ({ ...seed, id: seed.id ?? newPageId(rng) })),
  visitors: options.visitors.map((seed) => ({ ...seed, psid: seed.psid ?? newPsid(rng) })),
})

/** Empties the world and peoples it again; whoever holds it keeps holding the same one. */
export const populate = (world: World, rng: Rng, options: WorldOptions): void => {
  for (const map of Object.values(world)) (map as Map<unknown, unknown>).clear()
  world.apps.set(options.appId, {
    id: options.appId,
    name: options.appName,
    secret: options.appSecret,
    requireProof: options.requireProof,
    redirectUris: options.redirectUris,
    deauthorizeUrl: options.deauthorizeUrl,
    subscription: options.webhook && dashboardSubscription(options.webhook),
  })
  for (const seed of options.users) addUser(world, rng, seed)
  for (const seed of options.pages) addPage(world, rng, seed)
  for (const seed of options.visitors) addVisitor(world, rng, seed)
}

/** The webhook as the App Dashboard sets it: every field ticked, verified before the first event goes out. */
export const dashboardSubscription = ({ url, verifyToken }: DashboardWebhook): AppSubscription => {
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    throw new TypeError('The webhook must be an http(s) URL.')
  return {
    callbackUrl: url,
    verifyToken: verifyToken ?? null,
    verified: verifyToken === undefined,
    fields: new Set(WEBHOOK_FIELDS),
  }
}

const addUser = (world: World, rng: Rng, seed: UserSeed): User => {
  const user: User = {
    id: seed.id ?? newUserId(rng),
    name: seed.name,
    appRole: seed.appRole === undefined ? 'admin' : seed.appRole,
    system: seed.system ?? false,
    checkpointed: false,
    grants: new Map(),
  }
  world.users.set(user.id, user)
  return user
}

export const addPage = (world: World, rng: Rng, seed: PageSeed): Page => {
  const page: Page = {
    id: seed.id ?? newPageId(rng),
    name: seed.name,
    category: seed.category ?? 'Local business',
    roles: new Map(),
    lostRoles: new Map(),
    listed: seed.listed ?? true,
    subscriptions: new Map(),
    profile: {},
    handedOut: [],
  }
  const tasks = seed.tasks ?? PAGE_TASKS
  for (const user of world.users.values()) {
    if (tasks.length > 0) page.roles.set(user.id, tasks)
  }
  world.pages.set(page.id, page)
  return page
}

export const addVisitor = (world: World, rng: Rng, seed: VisitorSeed): Visitor => {
  const psid = seed.psid ?? newPsid(rng)
  const visitor = { psid, name: seed.name, firstName: seed.name.split(/\s+/)[0] ?? seed.name }
  world.visitors.set(psid, visitor)
  return visitor
}

const newUserId = (rng: Rng) => `1021${rng.digits(13)}`
const newPageId = (rng: Rng) => `10${rng.digits(13)}`
const newPsid = (rng: Rng) => `7${rng.digits(15)}`

export const conversationKey = (pageId: string, psid: string) => `${pageId} ${psid}`

export const findConversation = (world: World, pageId: string, psid: string) =>
  world.conversations.get(conversationKey(pageId, psid))

/** The conversation, begun now if there was none: only a visitor begins one, a Page never does. */
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
    typingUntilMs: 0,
    seenMs: null,
    deliveredMs: null,
    owner: null,
    pendingRef: null,
  }
  world.conversations.set(conversationKey(pageId, psid), conversation)
  return conversation
}

/** A time for the next thing that happens in a conversation: later than everything before it, even in the same millisecond. */
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
