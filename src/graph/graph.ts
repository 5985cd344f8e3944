import type { JsonObject } from '../base/json.ts'
import type { MediaType, SendMessage } from '../messages.ts'

/**
 * The Graph API as this bot uses it. Every method throws {@link ./error.ts GraphError}, with a verdict, and nothing else. Names
 * are camelCase; the snake_case of the wire stays inside `src/graph`.
 */
export interface Graph {
  /**
   * Facebook's time in ms since the epoch, from the `Date` header of the last answer that Facebook wrote; null before the first
   * one. A proxy may have written the header, so no final decision may depend on it alone.
   */
  now: () => number | null
  /** Posts one message (docs/messenger-platform.md#f1). `pageToken` belongs to `pageId`. */
  sendMessage: (call: SendCall) => Promise<Sent>
  /**
   * Uploads media without sending them (docs/messenger-platform.md#f6). Resolves to the attachment id, which is valid for {@link
   * ./upload.ts ATTACHMENT_LIFE_MS} and for this Page only. If `from` is an address, Facebook fetches the file, which may take
   * more than a minute.
   */
  uploadAttachment: (call: UploadCall) => Promise<string>
  /** Shows the typing bubble, or marks as seen (docs/messenger-platform.md#f8). */
  senderAction: (call: SenderActionCall) => Promise<void>
  /**
   * The fields that Facebook tells of a visitor (docs/messenger-platform.md#h). Fields it does not tell are absent; without the
   * feature all of them are, and for some missing permissions Facebook answers with an error.
   */
  userProfile: (call: UserProfileCall) => Promise<Record<string, string>>
  /** Gives the thread to another app (docs/messenger-platform.md#i). */
  passThreadControl: (call: PassThreadCall) => Promise<void>
  /** Takes the thread from another app; only for the Page's default app, or while no app has it (docs/messenger-platform.md#i). */
  takeThreadControl: (call: Omit<PassThreadCall, 'targetAppId'>) => Promise<void>
  /**
   * The latest messages between a Page and a visitor, of both sides, latest first (docs/messenger-platform.md#e3). `after` is the
   * `next` of the previous call. At most 2 calls a second and Page.
   */
  recentMessages: (call: RecentMessagesCall) => Promise<RecentMessages>
  /** One page of the Page's conversations, the most recently updated first. At most 2 calls a second and Page. */
  conversations: (call: ConversationsCall) => Promise<ConversationsPage>
  /** Inspects a token (docs/messenger-platform.md#b5). For a dead token it resolves with `isValid` false; it does not throw. */
  debugToken: (inputToken: string) => Promise<TokenFacts>
  /** Exchanges a short-lived user token for a long-lived one (docs/messenger-platform.md#b2). */
  exchangeToken: (userToken: string) => Promise<{ token: string; expiresInSeconds: number | null }>
  /**
   * Exchanges the login dialog's code for a short-lived user token (docs/messenger-platform.md#b3). `redirectUri` must be the one
   * that the dialog was opened with.
   */
  exchangeCode: (login: {
    code: string
    redirectUri: string
  }) => Promise<{ token: string; expiresInSeconds: number | null }>
  /** The Pages of a user, page after page of the list (docs/messenger-platform.md#b4). */
  accounts: (userToken: string) => AsyncIterable<AccountPage>
  /**
   * The Pages of the business portfolios a person works in, own ones and those of clients; it needs `business_management`
   * (docs/messenger-platform.md#b4). A Page may come more than once.
   */
  businessPages: (userToken: string) => AsyncIterable<AccountPage>
  /** One Page by its id, also when {@link accounts} does not list it. `tasks` is null where Graph does not tell. */
  page: (pageId: string, userToken: string) => Promise<AccountPage>
  /** The owner of a token: the Page itself for a Page token. A bootstrap ends with this call. */
  me: (token: string) => Promise<{ id: string; name: string | null }>
  /** Subscribes the app to the Page's webhooks (docs/messenger-platform.md#e8). */
  subscribe: (pageId: string, pageToken: string, fields: readonly string[]) => Promise<void>
  /** The fields this app is subscribed to on the Page; null when it is not subscribed at all. */
  subscribedFields: (pageId: string, pageToken: string) => Promise<string[] | null>
  /** Where Facebook sends the webhooks of this app, one entry for each kind of object (docs/messenger-platform.md#e8). */
  appSubscriptions: () => Promise<AppSubscription[]>
  /** Sets where Facebook sends the webhooks of Pages. Facebook calls the address for verification before it answers. */
  subscribeApp: (webhook: { url: string; verifyToken: string; fields: readonly string[] }) => Promise<void>
  /** Reads the Messenger Profile (docs/messenger-platform.md#g). */
  messengerProfile: (pageToken: string, fields: readonly string[]) => Promise<JsonObject>
  setMessengerProfile: (pageToken: string, properties: JsonObject) => Promise<void>
  deleteMessengerProfile: (pageToken: string, fields: readonly string[]) => Promise<void>
  close: () => Promise<void>
}

export interface AppSubscription {
  object: string
  url: string | null
  isActive: boolean
  fields: string[]
}

export interface SendCall {
  pageId: string
  pageToken: string
  psid: string
  message: SendMessage
  /** Facebook returns it in the echo; under 1000 characters. */
  metadata?: string
  /**
   * Allows a message outside the standard messaging window; only for a message that a person wrote
   * (docs/messenger-platform.md#f4).
   */
  tag?: 'HUMAN_AGENT' | undefined
  /** Whether the message may go out; asked right before it is written. If it returns false, the error is `transient`. */
  maySend?: (() => boolean) | undefined
}

export interface UploadCall {
  pageId: string
  pageToken: string
  type: MediaType
  from: { url: string } | MediaContent
}

/** The content of a file. The visitor sees `name`; `contentType` must fit the type of the attachment. */
export interface MediaContent {
  name: string
  contentType: string
  bytes: Uint8Array
}

export interface Sent {
  messageId: string | null
  usage: Usage | null
}

export interface RecentMessagesCall {
  pageId: string
  pageToken: string
  psid: string
  after?: string | undefined
}

export interface RecentMessages {
  messages: RecentMessage[]
  /** Null when there are no older messages. */
  next: string | null
}

export interface RecentMessage {
  id: string
  /** Its writer: the Page's id or the visitor's PSID. */
  fromId: string | null
  /** Empty for a message that is only an attachment. */
  text: string
  /** Ms since the epoch; Graph tells whole seconds. */
  createdMs: number | null
}

export interface ConversationsCall {
  pageId: string
  pageToken: string
  /** The `next` of the previous page; absent for the first page. */
  after?: string | undefined
}

export interface ConversationsPage {
  conversations: RecentConversation[]
  /** Null when this was the last page. */
  next: string | null
}

export interface RecentConversation {
  /** Ms since the epoch; null where Graph does not tell. */
  updatedMs: number | null
  /** The latest messages of both sides, latest first. */
  messages: RecentMessage[]
}

export interface SenderActionCall {
  pageId: string
  pageToken: string
  psid: string
  action: 'typing_on' | 'typing_off' | 'mark_seen'
}

export interface UserProfileCall {
  pageToken: string
  psid: string
  fields: readonly string[]
}

export interface PassThreadCall {
  pageId: string
  pageToken: string
  psid: string
  targetAppId: string
}

/** The highest percentage any usage header reports, 100 meaning throttled (docs/messenger-platform.md#d2). */
export interface Usage {
  percent: number
  /** Ms until access is regained; null where the headers do not say. */
  regainMs: number | null
}

export interface TokenFacts {
  isValid: boolean
  /** `USER`, `PAGE`, `SYSTEM_USER`, `APP`, or a type that Facebook adds later. */
  type: string | null
  appId: string | null
  userId: string | null
  /** The Page, for a Page token. */
  profileId: string | null
  /** Ms since the epoch; `null` for never (Graph sends seconds, and 0 for never); undefined when Graph does not say. */
  expiresAtMs: number | null | undefined
  dataAccessExpiresAtMs: number | null | undefined
  issuedAtMs: number | null
  scopes: string[]
  /** Pages a scope is limited to; a scope without an entry here applies to all. */
  granularScopes: { scope: string; targetIds: string[] | null }[]
  /** Why it is not valid, in Graph's numbers. */
  error: { code: number | null; subcode: number | null; message: string | null } | null
}

export interface AccountPage {
  id: string
  name: string | null
  /** Null in the list where the user has no usable role; the call for the single Page may still give one. */
  pageToken: string | null
  tasks: string[] | null
}
