/**
 * What is Messenger's own and no other channel's: names on the wire, permissions, webhook fields, tasks and limits.
 * Another channel gets a file of its own beside this one.
 */

/** The kind of object that webhooks are about, in a callback and in the subscription of the app (docs/messenger-platform.md#e8). */
export const WEBHOOK_OBJECT = 'page'

/** What a user token must allow: find the Page, send for it, subscribe it (docs/messenger-platform.md#b11). */
export const NEEDED_SCOPES = ['pages_show_list', 'pages_messaging', 'pages_manage_metadata'] as const

/** What listing the Pages of a business portfolio takes besides; few need it, so it is asked for on request. */
export const PORTFOLIO_SCOPE = 'business_management'

/** Webhook fields the bot needs to hear of (docs/messenger-platform.md#e7). */
export const WEBHOOK_FIELDS = [
  'messages',
  'messaging_postbacks',
  'message_echoes',
  'message_deliveries',
  'message_reads',
  'message_reactions',
  'messaging_referrals',
  'messaging_handovers',
  'standby',
  'messaging_policy_enforcement',
] as const

/** Without these fields a visitor is not heard. */
export const VITAL_FIELDS = ['messages', 'messaging_postbacks'] as const

/** The app that stands for the Page inbox: a thread is passed to it (docs/messenger-platform.md#i). */
export const PAGE_INBOX_APP_ID = '263902037430900'

/** The same as echoes name it: one page of Facebook's prints the id with a digit less (docs/messenger-platform.md#k20). */
export const PAGE_INBOX_APP_IDS = [PAGE_INBOX_APP_ID, '26390203743090'] as const

/** How long after a visitor's last word the Page may write (docs/messenger-platform.md#f4). */
export const STANDARD_WINDOW_MS = 24 * 3_600_000

/** The same for what a person wrote, with the tag for human agents. */
export const HUMAN_AGENT_WINDOW_MS = 7 * STANDARD_WINDOW_MS

/** What Facebook accepts (docs/messenger-platform.md#f1, #f5, #f7, #g). Lengths are in UTF-16 units, the strictest way of counting. */
export const LIMITS = {
  /** "Less than 2000." */
  text: 1999,
  payload: 1000,
  quickReplies: 13,
  buttonTitle: 20,
  buttons: 3,
  buttonText: 640,
  cards: 10,
  cardTitle: 80,
  cardSubtitle: 80,
  receiptItems: 100,
  /** Facebook documents no limit; this one is far more than a visitor reads. */
  receiptText: 1000,
  couponCode: 100,
  greeting: 160,
  iceBreakers: 4,
  /** Longer ones are refused, although the reference does not say so. */
  iceBreaker: 80,
  menuItems: 20,
  commands: 100,
  commandName: 32,
  commandDescription: 64,
} as const
