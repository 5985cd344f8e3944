import { SUBSCRIBED_FIELDS } from '../graph/meta-sdk.ts'

/** docs/messenger-platform.md#e7: the fields for bots, with one name that Meta's SDK does not have. */
const MESSENGER_FIELDS = [
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
]

/** All fields a Page can be subscribed to. */
export const WEBHOOK_FIELDS: readonly string[] = [...new Set([...MESSENGER_FIELDS, ...SUBSCRIBED_FIELDS])]

/** The events an app gets in standby (docs/messenger-platform.md#e6). */
export const STANDBY_FIELDS: ReadonlySet<string> = new Set([
  'messages',
  'message_reads',
  'message_deliveries',
  'messaging_postbacks',
  'message_echoes',
])

const IN_MESSAGING = /^(messages|message_(?!template_)\w+|messaging_\w+|standby|response_feedback|send_cart)$/

/** Fields that are sent in `changes[]`, not in `messaging[]`. */
export const CHANGES_FIELDS: ReadonlySet<string> = new Set(
  WEBHOOK_FIELDS.filter((field) => !IN_MESSAGING.test(field)),
)
