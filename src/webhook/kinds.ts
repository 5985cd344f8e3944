import type { JsonObject } from '../base/json.ts'
import type { EventDetail } from './events.ts'
import { readFeedbackScreens, readInformationScreens, readNotifications, readProducts } from './filled-in.ts'
import { readEcho, readVisitorMessage } from './message.ts'
import { readOptionalReferral, readReferral } from './referral.ts'
import { appIdOf, countOf, idOf, listOf, millisOf, objectOf, textOf, type FieldValue } from './read.ts'

/**
 * Reads the part of an item beyond sender, recipient and timestamp.
 *
 * @param fromPage - whether the Page itself is the sender
 * @see docs/messenger-platform.md#e5
 */
export const readDetail = (item: JsonObject, fromPage: boolean): EventDetail => {
  for (const [name, read] of READERS) {
    const body = item[name]
    if (typeof body !== 'object' || body === null || Array.isArray(body)) continue
    // A tap, reaction or reading by a person of the Page comes from no visitor: no answer is due, and no window opens.
    if (fromPage && !ALSO_BY_PAGE.has(name)) continue
    const detail = read(body, item, fromPage)
    if (detail !== null) return detail
  }
  return { kind: 'unknown', keys: Object.keys(item).filter((key) => !ENVELOPE.has(key)) }
}

/** Reads an item of `changes[]`, which is about the Page rather than a conversation. */
export const readChange = (change: JsonObject): EventDetail => {
  const field = textOf(change['field'])
  const value = change['value'] ?? null
  if (field !== 'inbox_labels') return { kind: 'change', field, value }
  const { action, label } = objectOf(value)
  const { id, page_label_name: pageLabelName, name } = objectOf(label)
  return {
    kind: 'inbox_label',
    action: textOf(action),
    labelId: idOf(id),
    labelName: textOf(pageLabelName ?? name),
  }
}

/** Whether a change holds a messaging item: the App Dashboard's "Test" button sends messaging items this way. */
export const isMessagingItem = (value: JsonObject): boolean =>
  readDetail(value, false).kind !== 'unknown' && ('sender' in value || 'recipient' in value)

type Reader = (body: JsonObject, item: JsonObject, fromPage: boolean) => EventDetail | null

/** The names in {@link READERS} under which the Page itself may be the sender; under all others only a visitor is. */
const ALSO_BY_PAGE: ReadonlySet<string> = new Set([
  'message',
  'pass_thread_control',
  'take_thread_control',
  'request_thread_control',
  'app_roles',
  'policy_enforcement',
  'policy-enforcement',
])

const ENVELOPE = new Set(['sender', 'recipient', 'timestamp'])

/**
 * The readers by the key that identifies their kind. The first key that an item has decides, so kinds that may carry other keys
 * come first.
 */
const READERS: readonly (readonly [key: string, read: Reader])[] = [
  [
    'message',
    (message, _item, fromPage) => {
      // A deletion has the mid of the deleted message (docs/messenger-platform.md#m), but it is an event of its own.
      if (isYes(message['is_deleted'])) return { kind: 'message_deleted', mid: idOf(message['mid']) }
      // A message from the Page without `is_echo` is an echo, too: the bot must not answer the Page.
      return fromPage || isYes(message['is_echo']) ? readEcho(message) : readVisitorMessage(message)
    },
  ],
  [
    'postback',
    (postback) => ({
      kind: 'postback',
      mid: idOf(postback['mid']),
      title: textOf(postback['title']),
      payload: textOf(postback['payload']),
      referral: readOptionalReferral(postback['referral']),
    }),
  ],
  [
    'delivery',
    (delivery) => ({
      kind: 'delivery',
      mids: listOf(delivery['mids']).flatMap((mid) => idOf(mid) ?? []),
      watermarkMs: millisOf(delivery['watermark']),
    }),
  ],
  ['read', (read) => ({ kind: 'read', watermarkMs: millisOf(read['watermark']) })],
  [
    'reaction',
    (reaction) => ({
      kind: 'reaction',
      mid: idOf(reaction['mid']),
      action: reaction['action'] === 'unreact' ? 'unreact' : 'react',
      reaction: textOf(reaction['reaction']),
      emoji: textOf(reaction['emoji']),
    }),
  ],
  [
    'message_edit',
    (edit) => ({
      kind: 'message_edit',
      mid: idOf(edit['mid']),
      text: textOf(edit['text']),
      numEdit: countOf(edit['num_edit']),
    }),
  ],
  [
    'optin',
    (optin, item) => ({
      kind: 'optin',
      type: textOf(optin['type']),
      payload: textOf(optin['payload']),
      ref: textOf(optin['ref']),
      userRef: idOf(optin['user_ref']) ?? idOf(objectOf(item['sender'])['user_ref']),
      notifications: readNotifications(optin),
    }),
  ],
  ['pass_thread_control', (control) => ({ kind: 'pass_thread_control', ...readOwners(control) })],
  ['take_thread_control', (control) => ({ kind: 'take_thread_control', ...readOwners(control) })],
  [
    'request_thread_control',
    (request) => ({
      kind: 'request_thread_control',
      requestedOwnerAppId: appIdOf(request['requested_owner_app_id']),
      metadata: textOf(request['metadata']),
    }),
  ],
  [
    'app_roles',
    (roles) => ({
      kind: 'app_roles',
      roles: Object.fromEntries(
        Object.entries(roles).map(([appId, names]) => [
          appId,
          listOf(names).flatMap((name) => textOf(name) ?? []),
        ]),
      ),
    }),
  ],
  ['policy_enforcement', (policy) => readPolicyEnforcement(policy)],
  // Older callbacks spell it with a hyphen.
  ['policy-enforcement', (policy) => readPolicyEnforcement(policy)],
  [
    'account_linking',
    (linking) => ({
      kind: 'account_linking',
      status: textOf(linking['status']),
      authorizationCode: textOf(linking['authorization_code']),
    }),
  ],
  [
    'messaging_feedback',
    (feedback) => ({
      kind: 'messaging_feedback',
      screens: readFeedbackScreens(feedback['feedback_screens']),
    }),
  ],
  [
    'response_feedback',
    (feedback) => ({
      kind: 'response_feedback',
      feedback: textOf(feedback['feedback']),
      mid: idOf(feedback['mid']),
    }),
  ],
  [
    'game_play',
    (game) => ({
      kind: 'game_play',
      gameId: idOf(game['game_id']),
      playerId: idOf(game['player_id']),
      locale: textOf(game['locale']),
      contextType: textOf(game['context_type']),
      contextId: idOf(game['context_id']),
      score: countOf(game['score']),
      payload: textOf(game['payload']),
    }),
  ],
  [
    'messaging_customer_information',
    (information) => ({
      kind: 'customer_information',
      screens: readInformationScreens(information['screens']),
    }),
  ],
  ['form', (form) => ({ kind: 'lead_form', formId: idOf(form['id']) })],
  [
    'order',
    (order) => ({ kind: 'order', products: readProducts(order['products']), note: textOf(order['note']) }),
  ],
  [
    'template',
    (template) =>
      template['type'] === 'coupon'
        ? {
            kind: 'coupon',
            payload: textOf(template['payload']),
            couponCode: textOf(template['coupon_code']),
          }
        : null,
  ],
  // Last, because other kinds may carry a referral, too.
  ['referral', (referral) => ({ kind: 'referral', referral: readReferral(referral) })],
]

const readOwners = (control: JsonObject) => ({
  previousOwnerAppId: appIdOf(control['previous_owner_app_id']),
  newOwnerAppId: appIdOf(control['new_owner_app_id']),
  metadata: textOf(control['metadata']),
})

const readPolicyEnforcement = (policy: JsonObject): EventDetail => ({
  kind: 'policy_enforcement',
  action: textOf(policy['action']),
  reason: textOf(policy['reason']),
})

const isYes = (field: FieldValue): boolean => field === true || field === 'true' || field === 1
