import type { Json, JsonObject } from '../base/json.ts'

/**
 * One item of a webhook callback, in the bot's own form. `raw` is the item as Facebook sent it.
 *
 * @see docs/messenger-platform.md#e4, #e5
 */
export type WebhookEvent = EventBase & EventDetail

export interface EventBase {
  /** Equal for every delivery of the same event (docs/messenger-platform.md#e4, "Dedup keys"). */
  key: string
  pageId: string
  /** The visitor's page-scoped id; null where the event is about the Page itself. */
  psid: string | null
  /** Ms since the epoch: the item's timestamp, or the entry's time if the item has none. */
  timestampMs: number
  /**
   * True if another app or a person has control of the thread: the bot stores the event and never answers it
   * (docs/messenger-platform.md#e6).
   */
  standby: boolean
  raw: JsonObject
}

export type EventDetail =
  | {
      kind: 'message'
      mid: string | null
      text: string | null
      /** Payload of the tapped quick reply. */
      quickReply: string | null
      attachments: Attachment[]
      /** Set when the message is a sticker, in any of the forms Facebook has sent stickers in. */
      stickerId: string | null
      replyToMid: string | null
      referral: Referral | null
      commands: string[]
    }
  | {
      /** A message of the Page itself: this bot, another app, or a person in the inbox. */
      kind: 'echo'
      mid: string | null
      text: string | null
      appId: string | null
      metadata: string | null
      attachments: Attachment[]
    }
  /** The visitor deleted a message of their own. */
  | { kind: 'message_deleted'; mid: string | null }
  | { kind: 'message_edit'; mid: string | null; text: string | null; numEdit: number | null }
  | { kind: 'delivery'; mids: string[]; watermarkMs: number | null }
  | { kind: 'read'; watermarkMs: number | null }
  | {
      kind: 'reaction'
      mid: string | null
      action: 'react' | 'unreact'
      reaction: string | null
      emoji: string | null
    }
  | {
      kind: 'postback'
      mid: string | null
      title: string | null
      payload: string | null
      referral: Referral | null
    }
  | { kind: 'referral'; referral: Referral }
  | {
      kind: 'optin'
      type: string | null
      payload: string | null
      ref: string | null
      userRef: string | null
      /** The subscription to marketing messages, when the visitor gives, stops or renews it; null for other opt-ins. */
      notifications: Notifications | null
    }
  // Two members, because `EventOf` finds no member whose `kind` is itself a union.
  | ({ kind: 'pass_thread_control' } & ThreadOwners)
  | ({ kind: 'take_thread_control' } & ThreadOwners)
  | { kind: 'request_thread_control'; requestedOwnerAppId: string | null; metadata: string | null }
  | { kind: 'app_roles'; roles: Record<string, string[]> }
  | { kind: 'policy_enforcement'; action: string | null; reason: string | null }
  | { kind: 'account_linking'; status: string | null; authorizationCode: string | null }
  | { kind: 'messaging_feedback'; screens: FeedbackScreen[] }
  | { kind: 'response_feedback'; feedback: string | null; mid: string | null }
  | {
      kind: 'game_play'
      gameId: string | null
      playerId: string | null
      locale: string | null
      /** `SOLO`, `THREAD` and the like. */
      contextType: string | null
      contextId: string | null
      score: number | null
      payload: string | null
    }
  | { kind: 'customer_information'; screens: InformationScreen[] }
  | { kind: 'lead_form'; formId: string | null }
  | { kind: 'order'; products: OrderedProduct[]; note: string | null }
  | { kind: 'coupon'; payload: string | null; couponCode: string | null }
  | { kind: 'inbox_label'; action: string | null; labelId: string | null; labelName: string | null }
  /**
   * An operator writes as the Page, gives the conversation back to the bot, or closes it. The console makes this event, never
   * Facebook.
   */
  | {
      kind: 'operator'
      did: 'say' | 'hand_back' | 'close'
      text: string | null
      /** The name of the person in the console; absent in events that earlier versions stored. */
      by?: string
    }
  /** A non-messaging field of the Page: feed, leadgen and the like. */
  | { kind: 'change'; field: string | null; value: Json }
  /** A sample that the App Dashboard's "Test" button sends, without visitor and Page. Counted, never stored. */
  | { kind: 'sample'; of: EventKind }
  /** A kind of event that this version does not know: stored, counted, never answered. */
  | { kind: 'unknown'; keys: string[] }

export type EventKind = EventDetail['kind']
export type EventOf<K extends EventKind> = Extract<WebhookEvent, { kind: K }>

export interface ThreadOwners {
  previousOwnerAppId: string | null
  newOwnerAppId: string | null
  metadata: string | null
}

export interface Attachment {
  type: string
  url: string | null
  title: string | null
  /** As Facebook sent it, with the further fields of a reel, a post, a product or an appointment. */
  payload: JsonObject | null
}

export interface Referral {
  ref: string | null
  source: string | null
  type: string | null
  adId: string | null
  /** The page the visitor came from. */
  refererUri: string | null
  /** The product the visitor asks about. */
  productId: string | null
  /** The content of the ad. */
  ad: AdShown | null
}

export interface AdShown {
  title: string | null
  photoUrl: string | null
  videoUrl: string | null
  postId: string | null
  productId: string | null
  flowId: string | null
}

export interface Notifications {
  token: string | null
  frequency: string | null
  timeZone: string | null
  /** When the token ends, ms since the epoch. */
  tokenExpiresMs: number | null
  /** `REFRESHED` or `NOT_REFRESHED`. */
  tokenStatus: string | null
  /** Only when the visitor stops or resumes the messages, such as `STOP_NOTIFICATIONS`. */
  status: string | null
  title: string | null
}

export interface FeedbackScreen {
  screenId: string | null
  questions: FeedbackAnswer[]
}

export interface FeedbackAnswer {
  /** As the template named it. */
  id: string
  /** `csat`, `nps`, `ces` or `free_form`. */
  type: string | null
  /** The points given, or the text. */
  answer: string | null
  followUp: { type: string | null; answer: string | null } | null
}

export interface InformationScreen {
  screenId: string | null
  responses: { key: string; value: string | null }[]
}

export interface OrderedProduct {
  id: string | null
  retailerId: string | null
  name: string | null
  unitPrice: number | null
  currency: string | null
  quantity: number | null
}
