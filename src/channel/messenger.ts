/**
 * Names and limits that only Messenger has: names on the wire, permissions, webhook fields, tasks and limits. Another channel
 * gets a file of its own beside this one.
 */

/** The kind of object that webhooks are about, in a callback and in the subscription of the app (docs/messenger-platform.md#e8). */
export const WEBHOOK_OBJECT = 'page'

/** The permissions a user token needs: to find the Page, to send for it, to subscribe it (docs/messenger-platform.md#b11). */
export const NEEDED_SCOPES = ['pages_show_list', 'pages_messaging', 'pages_manage_metadata'] as const

/**
 * The further permission to list the Pages of a business portfolio. Few operators need it, so it is asked for only on request.
 */
export const PORTFOLIO_SCOPE = 'business_management'

/** Webhook fields that the bot subscribes to (docs/messenger-platform.md#e7). */
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

/** The fields without which visitors' messages do not arrive. */
export const VITAL_FIELDS = ['messages', 'messaging_postbacks'] as const

/** The app id of the Page inbox, to which a thread is passed (docs/messenger-platform.md#i). */
export const PAGE_INBOX_APP_ID = '263902037430900'

/**
 * The ids that echoes may have for the Page inbox: one page of Facebook's documentation prints it with a digit less
 * (docs/messenger-platform.md#k20).
 */
export const PAGE_INBOX_APP_IDS = [PAGE_INBOX_APP_ID, '26390203743090'] as const

/** How long after a visitor's last message the Page may write (docs/messenger-platform.md#f4). */
export const STANDARD_WINDOW_MS = 24 * 3_600_000

/** How long after a visitor's last message a person's answer may be sent with the tag HUMAN_AGENT. */
export const HUMAN_AGENT_WINDOW_MS = 7 * STANDARD_WINDOW_MS

/**
 * Facebook's limits (docs/messenger-platform.md#f1, #f5, #f7, #g). Lengths are in UTF-16 units, the strictest way of counting.
 */
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
  /** Facebook refuses longer ones, although the reference does not say so. */
  iceBreaker: 80,
  menuItems: 20,
  commands: 100,
  commandName: 32,
  commandDescription: 64,
} as const
