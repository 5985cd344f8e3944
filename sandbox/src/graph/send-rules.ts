import { WINDOW_MS } from '../chat/facts.ts'
import type { SandboxParts } from '../parts.ts'
import type { Conversation } from '../world.ts'
import type { PageCaller } from './call.ts'
import { badParameter, GraphFailure, missingParameter, notOneOf } from './failure.ts'
import { MESSAGING_TYPES, NOTIFICATION_TYPES } from './meta-sdk.ts'
import { optionalText, type Params } from './params.ts'

/** Refused in every request since 2026-04-27 (docs/messenger-platform.md#f4). */
const REMOVED_TAGS = ['CONFIRMED_EVENT_UPDATE', 'ACCOUNT_UPDATE', 'POST_PURCHASE_UPDATE']
const TAGS = ['HUMAN_AGENT', 'CUSTOMER_FEEDBACK', 'NON_PROMOTIONAL_SUBSCRIPTION']
const WEEK_MS = 7 * WINDOW_MS

/** Checks the parameters beside a message. @returns its tag, null for none */
export const checkEnvelope = (params: Params): string | null => {
  const messagingType = optionalText(params, 'messaging_type')
  if (messagingType !== undefined && !MESSAGING_TYPES.includes(messagingType)) {
    throw notOneOf('messaging_type', MESSAGING_TYPES)
  }
  const tag = optionalText(params, 'tag')
  if (tag !== undefined && REMOVED_TAGS.includes(tag)) {
    throw new GraphFailure({ message: 'Invalid parameter', code: 100 })
  }
  if (tag !== undefined && !TAGS.includes(tag)) throw badParameter('Invalid tag.')
  if (tag !== undefined && messagingType !== undefined && messagingType !== 'MESSAGE_TAG') {
    throw badParameter('Messaging type should be MESSAGE_TAG for tagged messages.')
  }
  if (tag === 'NON_PROMOTIONAL_SUBSCRIPTION') {
    throw badParameter('Only Pages of the News Page Index may use this message tag')
  }
  if (messagingType === 'MESSAGE_TAG' && tag === undefined) throw missingParameter('tag')
  const notification = optionalText(params, 'notification_type')
  if (notification !== undefined && !NOTIFICATION_TYPES.includes(notification)) {
    throw notOneOf('notification_type', NOTIFICATION_TYPES)
  }
  return messagingType === 'MESSAGE_TAG' ? (tag ?? null) : null
}

/** Whether the Page may write at all, the app may reach this person, and the person wants to be reached. */
export const checkReach = (
  { world }: SandboxParts,
  { app, page }: PageCaller,
  conversation: Conversation,
): void => {
  if (page.restricted) {
    throw new GraphFailure({
      message:
        '(#10) This Page is temporarily restricted from sending messages because of a policy violation.',
      code: 10,
      error_subcode: 1893063,
    })
  }
  if (app.mode === 'development' && world.visitors.get(conversation.psid)?.appRole !== true) {
    throw new GraphFailure(
      {
        message:
          '(#200) Cannot message users who are not admins, developers or testers of the app until pages_messaging permission is reviewed and the app is live.',
        code: 200,
        error_subcode: 2018028,
      },
      { status: 403 },
    )
  }
  if (conversation.blocked) {
    throw new GraphFailure({
      message: "(#551) This person isn't available right now.",
      code: 551,
      error_subcode: 1545041,
    })
  }
}

/** docs/messenger-platform.md#f3: 24 hours after the visitor's last action, 7 days with a tag. */
export const checkWindow = (
  { clock }: SandboxParts,
  conversation: Conversation,
  { tag, templateType }: { tag: string | null; templateType: string | null },
): void => {
  const tagged =
    tag === 'HUMAN_AGENT' || (tag === 'CUSTOMER_FEEDBACK' && templateType === 'customer_feedback')
  const ageMs = clock.nowMs() - (conversation.openedMs ?? 0)
  if (ageMs < (tagged ? WEEK_MS : WINDOW_MS)) return
  throw new GraphFailure({
    message:
      '(#10) This message is sent outside of allowed window. Learn more about the new policy here: https://developers.facebook.com/docs/messenger-platform/policy-overview',
    code: 10,
    error_subcode: 2018278,
  })
}
