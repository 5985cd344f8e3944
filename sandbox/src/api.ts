/**
 * The JSON between the chat page and the control API, under `/sandbox/`. The page is one client of it;
 * tests, demos and other people's scripts are the others.
 *
 * | route | body | answer |
 * | --- | --- | --- |
 * | `GET /sandbox/state` | | {@link SandboxState} |
 * | `GET /sandbox/conversations/:pageId/:psid` | | {@link ConversationView} |
 * | `GET /sandbox/traffic?after=ID` | | {@link Traffic}[] , newest last |
 * | `GET /sandbox/events` | | server-sent events, one {@link SandboxEvent} each |
 * | `POST /sandbox/visitors` | {@link VisitorBody} | {@link Visitor}: a person who may write to any Page |
 * | `POST /sandbox/conversations/:pageId/:psid` | {@link VisitorAction} | `{ mid, url?, postId? }`: of the message, the address that opens, the post or comment |
 * | `POST /sandbox/inbox/:pageId/:psid` | {@link InboxAction} | `{ mid }`: a human in the Page inbox |
 * | `POST /sandbox/pages/:pageId` | {@link PageSettings} | {@link SandboxState} |
 * | `POST /sandbox/templates/:id` | {@link TemplateReview} | {@link SandboxState}: Facebook has reviewed a template of utility messages |
 * | `POST /sandbox/files?name=NAME` | the bytes, with their content type | {@link UploadedFile}: to be sent by a visitor as an attachment |
 * | `GET /sandbox/files/:id/:name` | | the bytes of what a visitor or the bot uploaded |
 * | `POST /sandbox/trouble/:kind` | {@link TroubleBody} | {@link SandboxState} |
 * | `POST /sandbox/test-webhook` | `{ field, from?: 'app' \| 'page' }` | `{ answered }`: the "Test" button of the App Dashboard |
 * | `POST /sandbox/clock` | `{ advanceSeconds }` | {@link SandboxState} |
 * | `POST /sandbox/user-token` | `{ scopes?, expiresInSeconds?, pageIds?, userId?, appId? }` | `{ token }`: a fresh short-lived user token, as the Graph API Explorer gives one |
 * | `POST /sandbox/reset` | | {@link SandboxState} |
 * | `GET /sandbox/world` | | everything there is, secrets included, as a JSON object to be loaded again |
 * | `PUT /sandbox/world` | such an object | {@link SandboxState}: it is as it was then |
 */
export interface SandboxState {
  nowMs: number
  graphOrigin: string
  app: { id: string; name: string; mode: 'live' | 'development' }
  webhook: {
    url: string | null
    verified: boolean
    pending: number
    lastStatus: number | null
    /** Since when callbacks have failed, ms since the epoch; after an hour the app is unsubscribed. */
    failingSinceMs: number | null
    /** What is wrong with a bot, by its last answer or because it answers its own echoes, and what to do. */
    problem: string | null
  }
  pages: PageView[]
  visitors: Visitor[]
  trouble: {
    graphDown: boolean
    webhookLost: boolean
    /** Failed callbacks are overtaken by later ones. */
    webhookUnordered: boolean
    delayMs: number
    ipBlocked: boolean
    appDeactivated: boolean
    /** By Page id: until when its calls are refused, ms since the epoch. */
    throttledUntilMs: Record<string, number>
  }
  /** The terminal command that gives the bot a valid token again; null when the sandbox runs alone. */
  repairCommand: string | null
}

export interface PageView {
  id: string
  name: string
  subscribed: boolean
  /** Whether a Page token of this Page still works, and if not the reason. */
  token: { handedOut: boolean; alive: boolean; reason: string | null }
  greeting: string | null
  getStarted: string | null
  iceBreakers: { question: string; payload: string }[]
  menu: MenuItem[]
  /** The visitor can only tap, not write. */
  composerDisabled: boolean
  /** The default app, which answers idle threads; null when every app may. */
  defaultAppId: string | null
  /** Barred from sending for breaking a policy. */
  restricted: boolean
  /** Its templates of utility messages, oldest first. */
  messageTemplates: { id: string; name: string; language: string; status: TemplateStatus }[]
}

/** Messages can be sent with an approved template alone. */
export type TemplateStatus = 'PENDING' | 'APPROVED' | 'REJECTED'

export interface TemplateReview {
  status: TemplateStatus
  /** The reason of a rejection, such as `TAG_SHOULD_BE_MARKETING`. */
  reason?: string
}

export interface MenuItem {
  title: string
  payload?: string
  url?: string
}

export interface PageSettings {
  /** `null` for none, as in most Pages' settings; the id of an app, or of the Page Inbox. */
  defaultAppId?: string | null
}

export interface VisitorBody {
  name: string
  /** Whether an app in development may talk to them. */
  appRole?: boolean
  email?: string
  phone?: string
}

export interface Visitor {
  psid: string
  name: string
  firstName: string
  /** A role on the app: reached also while it is in development. */
  appRole: boolean
  /**
   * `here`: messages are delivered and read. `elsewhere`: delivered, not read. `offline`: not delivered until the visitor is
   * back.
   */
  presence: Presence
  /** Offered by a quick reply of this kind, as from their profile. */
  email: string | null
  phone: string | null
}

export type Presence = 'here' | 'elsewhere' | 'offline'

export interface UploadedFile {
  url: string
  type: MediaType
  name: string
  size: number
}

export type MediaType = 'image' | 'audio' | 'video' | 'file'

export interface ConversationView {
  pageId: string
  psid: string
  messages: ChatMessage[]
  typing: boolean
  /** Messages of the visitor up to here were read by the bot, ms since the epoch. */
  seenMs: number | null
  deliveredMs: number | null
  /** The persona that is typing, if it is one. */
  typingAs: Persona | null
  /** The visitor has read up to here. */
  readMs: number | null
  /** End of the 24-hour window, ms since the epoch. */
  windowEndsMs: number | null
  /** The app that holds the thread; null when the thread is idle. */
  owner: { appId: string; name: string; untilMs: number } | null
  /** The visitor blocked the Page. */
  blocked: boolean
  /** This visitor's own menu, in place of the Page's. */
  menu: MenuItem[] | null
}

export interface Persona {
  name: string
  pictureUrl: string
}

export interface ChatMessage {
  mid: string
  from: 'visitor' | 'page'
  atMs: number
  text: string | null
  /** As the Send API or the webhook spells it: image, template and so on; `images` are several in one message, their addresses in `urls`. */
  attachment: { type: string; payload: Record<string, unknown> } | null
  quickReplies: { title: string; payload: string; imageUrl?: string }[]
  /** For the visitor's messages: whether the webhook was answered with 200. */
  webhook: 'pending' | 'delivered' | 'failed' | null
  metadata: string | null
  /** The message it answers, if it quotes one. */
  replyTo?: string | null
  /** The persona that speaks for the Page, if there is one. */
  persona?: Persona | null
  /** How often the visitor changed it. */
  edits?: number
  /** The visitor's reaction to it, if any. */
  reaction?: string | null
  /** The Page's reaction to it (`sender_action: react`), if any. */
  pageReaction?: string | null
}

export type VisitorAction =
  | { type: 'text'; text: string; replyTo?: string }
  | { type: 'edit'; mid: string; text: string }
  | { type: 'quick_reply'; title: string; payload: string }
  | { type: 'postback'; title: string; payload: string; mid?: string }
  | { type: 'get_started' }
  | { type: 'attachment'; attachment: { type: MediaType; url: string } }
  /** A link with its preview, or a shared reel or post. */
  | { type: 'share'; kind: ShareKind; url: string; title: string; text?: string }
  | { type: 'sticker'; stickerId: string }
  | { type: 'reaction'; mid: string; emoji: string; action: 'react' | 'unreact' }
  /** Opens an m.me link. */
  | { type: 'referral'; ref: string }
  /** Comes through an ad; the visitor's next message has the referral. */
  | { type: 'ad'; adId: string; title: string; ref?: string }
  /** Asks for marketing messages, or stops and resumes them. */
  | { type: 'optin'; payload: string; title: string; status?: 'stop' | 'resume' }
  /** Rates an answer of the bot. */
  | { type: 'feedback'; mid: string; good: boolean }
  | { type: 'account_linking'; authorizationCode: string | null }
  /** Taps a button of the type `account_link`; the answer carries the address that opens. */
  | { type: 'account_link'; url: string }
  /** Writes on the Page's wall. */
  | { type: 'post'; message: string }
  /** Comments on a post or a comment. */
  | { type: 'comment'; postId: string; message: string }
  | { type: 'block'; blocked: boolean }
  | { type: 'presence'; presence: Presence }
  /** Any other event of the platform: the keys besides sender, recipient and timestamp. */
  | { type: 'event'; field: string; content: Record<string, unknown> }

export type ShareKind = 'fallback' | 'reel' | 'ig_reel' | 'post' | 'ig_post'

/** Actions of a human in the Page inbox: answer (which the app gets as an echo), take the thread, or hand it back to the bot. */
export type InboxAction = { type: 'text'; text: string } | { type: 'take' } | { type: 'hand_back' }

/** The kinds of trouble, and those that end it. */
export type TroubleKind =
  | 'password-changed'
  | 'app-removed'
  | 'role-lost'
  /** The person must pass a security check first; `calm` and a new login both do. */
  | 'checkpoint'
  /** The person logged out everywhere, or the token was revoked: 190/467. */
  | 'logged-out'
  /** The Page is unpublished: its tokens fail with 190 without subcode; `calm` publishes it again. */
  | 'page-unpublished'
  /** The person logs in again and does not tick the Page: its tokens fail with 190 until a login in which it is ticked. */
  | 'page-unticked'
  /** The bot calls from an address that is not on the app's list: every call fails with 5 until `calm`. */
  | 'ip-blocked'
  /** The app is deactivated in its dashboard: every call fails with 200 until `calm`. */
  | 'app-deactivated'
  /** The next `times` subscriptions of a Page are answered with success but subscribe nothing. */
  | 'subscribe-nothing'
  /** The Page is barred from sending for breaking a policy (10/1893063), and the app is told; `calm` ends it. */
  | 'policy-block'
  /** The ids of media that a Page has uploaded so far are refused, as after 90 days (100/2018074). */
  | 'media-expired'
  /** Calls are refused as too many (80006, 80001; 4 for the app), for `minutes`. */
  | 'throttle'
  /** The visitor `psid` blocks the Page, or no longer does. */
  | 'block'
  | 'unblock'
  /** The app reaches only people with a role on it. */
  | 'development-mode'
  | 'live-mode'
  | 'graph-down'
  | 'graph-up'
  | 'delay'
  | 'webhook-lost'
  | 'webhook-back'
  /** The next `times` calls of `edge` are answered with this error. */
  | 'fail'
  /**
   * The next `times` calls of `edge` are carried out, but their answer is lost: after `delayMs` the connection breaks,
   * or `error`, `status` or `raw` is answered as if nothing had been done (docs/messenger-platform.md#f9).
   */
  | 'lose-answer'
  /** The next `times` webhook events are never sent. */
  | 'webhook-drop'
  /** The next `times` webhook events are sent twice. */
  | 'webhook-duplicate'
  /** The next `times` webhook events are overtaken by the one after them in their conversation. */
  | 'webhook-reorder'
  /** The next `times` webhook events come in one callback. */
  | 'webhook-batch'
  /** From now on failed callbacks are overtaken by later ones. */
  | 'webhook-unordered'
  /** Ends all trouble that goes on. Tokens that died stay dead; a lost role is given back. */
  | 'calm'

export interface TroubleBody {
  pageId?: string
  /** With `fail` and `lose-answer`, only calls about this person. */
  psid?: string
  /** How long a throttle lasts; 5 when left out. */
  minutes?: number
  /** First path word after the version and the id: `messages`, `debug_token`, `accounts`, or `*`. */
  edge?: string
  times?: number
  status?: number
  error?: {
    code: number
    error_subcode?: number
    message?: string
    type?: string
    is_transient?: boolean
    /** For a person, in their language. */
    error_user_title?: string
    error_user_msg?: string
  }
  /** Answer with this text instead of JSON, such as an HTML page. */
  raw?: string
  delayMs?: number
  /** Only for `graph-down`: connections break instead of being answered with an HTML page. */
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
