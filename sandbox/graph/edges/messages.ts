import { WINDOW_MS, type PageMessage } from '../../chat.ts'
import { findConversation, type Conversation } from '../../world.ts'
import { demand, type PageCaller } from '../call.ts'
import { badParameter, GraphFailure, missingParameter, notOneOf } from '../failure.ts'
import { checkMessage } from '../message-rules.ts'
import { optionalObject, optionalText, unpack, type Params } from '../params.ts'
import { asPage, type Edge, type EdgeContext } from './edge.ts'
import { noSuchPerson, threadTaken } from './threads.ts'

const MESSAGING_TYPES = ['RESPONSE', 'UPDATE', 'MESSAGE_TAG', 'UTILITY']
const REMOVED_TAGS = ['CONFIRMED_EVENT_UPDATE', 'ACCOUNT_UPDATE', 'POST_PURCHASE_UPDATE']
const NOTIFICATION_TYPES = ['REGULAR', 'SILENT_PUSH', 'NO_PUSH']
const SENDER_ACTIONS = ['typing_on', 'typing_off', 'mark_seen', 'react', 'unreact']
const WEEK_MS = 7 * WINDOW_MS

/** The Send API (reference F). */
export const sendMessage: Edge = (context) => {
  const { parts, call } = context
  const caller = asPage(context)
  demand(parts, caller, 'pages_messaging', 'MESSAGING')
  const conversation = addressee(context, caller)
  const action = optionalText(call.params, 'sender_action')
  const message = unpack(call.params['message'])
  if (action !== undefined && message !== undefined) {
    throw badParameter('Message cannot be sent with a sender_action', 2018014)
  }
  if (action !== undefined) return act(context, caller, conversation, action)
  if (message === undefined) throw badParameter('Must send either message or state', 2018015)

  const content = checkMessage(message)
  checkEnvelope(call.params)
  checkReply(context, conversation)
  checkWindow(context, conversation, content.templateType)
  const holder = parts.chat.owner(conversation)
  if (holder !== null && holder !== caller.app.id) throw threadTaken()

  const sent: PageMessage = { ...content.shown, appId: caller.app.id }
  const { mid } = parts.chat.say(caller.page, conversation, sent)
  return {
    recipient_id: conversation.psid,
    message_id: mid,
    ...(content.reusable && { attachment_id: parts.rng.digits(15) }),
  }
}

const addressee = ({ parts, call }: EdgeContext, { page }: PageCaller): Conversation => {
  const recipient = optionalObject(call.params, 'recipient')
  if (!recipient) throw missingParameter('recipient')
  const psid = optionalText(recipient, 'id')
  if (psid === undefined) {
    if (Object.keys(recipient).length === 0) throw missingParameter('recipient')
    throw badParameter('The sandbox sends to recipient[id] alone')
  }
  const conversation = findConversation(parts.world, page.id, psid)
  // Nobody has a PSID for a Page before writing to it.
  if (!conversation || conversation.openedMs === null) throw noSuchPerson()
  return conversation
}

const act = (
  { parts, call }: EdgeContext,
  { app }: PageCaller,
  conversation: Conversation,
  action: string,
): object => {
  if (!SENDER_ACTIONS.includes(action)) throw notOneOf('sender_action', SENDER_ACTIONS)
  const holder = parts.chat.owner(conversation)
  if (holder !== null && holder !== app.id) throw threadTaken()
  if (action === 'typing_on' || action === 'typing_off')
    parts.chat.typing(conversation, action === 'typing_on')
  else if (action === 'mark_seen') parts.chat.seen(conversation)
  else {
    const payload = optionalObject(call.params, 'payload') ?? {}
    const mid = optionalText(payload, 'message_id')
    const target = mid === undefined ? undefined : parts.world.messages.get(mid)
    if (target?.conversation !== conversation) throw badParameter('Invalid message id')
    parts.chat.pageReacts(conversation, target.message, action === 'react' ? requiredReaction(payload) : null)
  }
  return { recipient_id: conversation.psid }
}

const requiredReaction = (payload: Params): string => {
  const reaction = optionalText(payload, 'reaction')
  if (reaction === undefined || reaction === '' || reaction.length > 20) {
    throw badParameter('Param payload[reaction] must be a valid reaction')
  }
  return reaction
}

const checkEnvelope = (params: Params): void => {
  const messagingType = optionalText(params, 'messaging_type')
  if (messagingType !== undefined && !MESSAGING_TYPES.includes(messagingType)) {
    throw notOneOf('messaging_type', MESSAGING_TYPES)
  }
  const tag = optionalText(params, 'tag')
  if (tag !== undefined && REMOVED_TAGS.includes(tag))
    throw badParameter(`The message tag ${tag} is no longer supported`)
  if (tag !== undefined && !['HUMAN_AGENT', 'CUSTOMER_FEEDBACK'].includes(tag))
    throw badParameter('Invalid message tag')
  if (messagingType === 'MESSAGE_TAG' && tag === undefined) throw missingParameter('tag')
  const notification = optionalText(params, 'notification_type')
  if (notification !== undefined && !NOTIFICATION_TYPES.includes(notification)) {
    throw notOneOf('notification_type', NOTIFICATION_TYPES)
  }
}

const checkReply = ({ parts, call }: EdgeContext, conversation: Conversation): void => {
  const replyTo = optionalObject(call.params, 'reply_to')
  if (!replyTo) return
  const mid = optionalText(replyTo, 'mid')
  if (mid === undefined || parts.world.messages.get(mid)?.conversation !== conversation) {
    throw badParameter('Invalid message id in reply_to')
  }
}

/** Reference F3: 24 hours from what the visitor did last, 7 days with a tag. */
const checkWindow = (
  { parts, call }: EdgeContext,
  conversation: Conversation,
  templateType: string | null,
): void => {
  const tag =
    optionalText(call.params, 'messaging_type') === 'MESSAGE_TAG'
      ? optionalText(call.params, 'tag')
      : undefined
  const tagged =
    tag === 'HUMAN_AGENT' || (tag === 'CUSTOMER_FEEDBACK' && templateType === 'customer_feedback')
  const ageMs = parts.clock.nowMs() - (conversation.openedMs ?? 0)
  if (ageMs < (tagged ? WEEK_MS : WINDOW_MS)) return
  throw new GraphFailure({
    message:
      '(#10) This message is sent outside of allowed window. Learn more about the new policy here: https://developers.facebook.com/docs/messenger-platform/policy-overview',
    code: 10,
    error_subcode: 2018278,
  })
}
