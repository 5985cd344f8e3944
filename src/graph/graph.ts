import type { JsonObject } from '../base/json.ts'
import type { MediaType, SendMessage } from '../messages.ts'

/**
 * The Graph API as this bot uses it. Every method throws {@link ./error.ts GraphError}, with a verdict, and nothing else.
 * Names are camelCase here; the wire's snake_case ends in this room.
 */
export interface Graph {
  /**
   * Facebook's time, by the `Date` of the last answer that is its own, ms since the epoch; null before the first one. A proxy may have
   * written the header, so what is final does not go by it alone.
   */
  now: () => number | null
  /** Posts one message (docs/messenger-platform.md#f1). `pageToken` belongs to `pageId`. */
  sendMessage: (call: SendCall) => Promise<Sent>
  /**
   * Uploads media without sending them (docs/messenger-platform.md#f6). The id is good for {@link ./upload.ts ATTACHMENT_LIFE_MS} and for
   * this Page alone. From an address Facebook fetches them itself, which may take it more than a minute.
   */
  uploadAttachment: (call: UploadCall) => Promise<string>
  /** Shows the typing bubble, or marks as seen (docs/messenger-platform.md#f8). */
  senderAction: (call: SenderActionCall) => Promise<void>
  /**
   * What Facebook tells of a visitor (docs/messenger-platform.md#h). Fields it does not tell are absent: without the feature that is all
   * of them, and some permissions are missed with an error.
   */
  userProfile: (call: UserProfileCall) => Promise<Record<string, string>>
  /** Gives the thread to another app (docs/messenger-platform.md#i). */
  passThreadControl: (call: PassThreadCall) => Promise<void>
  /** Takes the thread from another app; only for the Page's default app, or while no app has it (docs/messenger-platform.md#i). */
  takeThreadControl: (call: Omit<PassThreadCall, 'targetAppId'>) => Promise<void>
  /**
   * The latest messages between a Page and a visitor, of both sides, latest first (docs/messenger-platform.md#e3). `after` is the `next` of
   * the ones before. At most 2 calls a second and Page.
   */
  recentMessages: (call: RecentMessagesCall) => Promise<RecentMessages>
  /** One page of the Page's conversations, the ones something last happened in first. At most 2 calls a second and Page. */
  conversations: (call: ConversationsCall) => Promise<ConversationsPage>
  /** What a token still allows (docs/messenger-platform.md#b5). A dead token is an answer here, not an error. */
  debugToken: (inputToken: string) => Promise<TokenFacts>
  /** Short-lived user token to long-lived user token (docs/messenger-platform.md#b2). */
  exchangeToken: (userToken: string) => Promise<{ token: string; expiresInSeconds: number | null }>
  /** The login dialog's code to a short-lived user token (docs/messenger-platform.md#b3). `redirectUri` is the one the dialog was given. */
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
  /** Who a token is: the Page itself for a Page token. Serves as the read call that ends a bootstrap. */
  me: (token: string) => Promise<{ id: string; name: string | null }>
  /** Subscribes the app to the Page's webhooks (docs/messenger-platform.md#e8). */
  subscribe: (pageId: string, pageToken: string, fields: readonly string[]) => Promise<void>
  /** The fields this app is subscribed to on the Page; null when it is not subscribed at all. */
  subscribedFields: (pageId: string, pageToken: string) => Promise<string[] | null>
  /** Where Facebook sends the webhooks of this app, one entry for each kind of object (docs/messenger-platform.md#e8). */
  appSubscriptions: () => Promise<AppSubscription[]>
  /** Sets that for Pages. Facebook calls the address for verification before it answers. */
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
  /** Comes back in the echo; under 1000 characters. */
  metadata?: string
  /** Sends outside of the standard messaging window; for what a person wrote (docs/messenger-platform.md#f4). */
  tag?: 'HUMAN_AGENT' | undefined
  /** Whether it may go out; asked in the moment in which it would be written. Where it may not, the error is `transient`. */
  maySend?: (() => boolean) | undefined
}

export interface UploadCall {
  pageId: string
  pageToken: string
  type: MediaType
  from: { url: string } | MediaContent
}

/** A file as it is. `name` is what the visitor sees of a file; `contentType` fits the type of the attachment. */
export interface MediaContent {
  name: string
  contentType: string
  bytes: Uint8Array
}

export interface Sent {
  messageId: string | null
  recipientId: string | null
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
  /** Null when there are no older ones. */
  next: string | null
}

export interface RecentMessage {
  id: string
  /** Who wrote it: the Page's id or the visitor's PSID. */
  fromId: string | null
  /** Empty for a message that is only an attachment. */
  text: string
  /** Ms since the epoch; Graph tells whole seconds. */
  createdMs: number | null
}

export interface ConversationsCall {
  pageId: string
  pageToken: string
  /** The `next` of the page before; absent for the first one. */
  after?: string | undefined
}

export interface ConversationsPage {
  conversations: RecentConversation[]
  /** Null when this was the last one. */
  next: string | null
}

export interface RecentConversation {
  /** Ms since the epoch; null where Graph does not tell. */
  updatedMs: number | null
  /** The latest ones of both sides, latest first. */
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
  /** `USER`, `PAGE`, `SYSTEM_USER`, `APP`, or what Facebook invents. */
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
  /** Absent where the user has no usable role; the node form may still give one. */
  pageToken: string | null
  tasks: string[] | null
}
