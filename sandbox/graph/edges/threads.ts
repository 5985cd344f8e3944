import { INBOX_APP_ID } from '../../chat.ts'
import { findConversation, type Conversation } from '../../world.ts'
import { demand } from '../call.ts'
import { badParameter, GraphFailure, missingParameter } from '../failure.ts'
import { optionalObject, optionalText, requiredText } from '../params.ts'
import { asPage, seconds, type Edge, type EdgeContext } from './edge.ts'

/**
 * Conversation Routing (reference I) without a default app: every app may answer an idle thread, passing works, taking is
 * blocked while somebody else holds the thread.
 */
export const passThread: Edge = (context) => {
  const { app, page, conversation, metadata } = thread(context)
  const target = requiredText(context.call.params, 'target_app_id')
  if (target !== INBOX_APP_ID && !page.subscriptions.has(target))
    throw badParameter('Invalid app id', 2018164)
  mayMove(context, conversation, app.id)
  context.parts.chat.handOver(page, conversation, {
    kind: 'pass_thread_control',
    tell: target,
    owner: target,
    content: {
      previous_owner_app_id: app.id,
      new_owner_app_id: target,
      ...metadata,
    },
  })
  return { success: true }
}

export const releaseThread: Edge = (context) => {
  const { app, conversation } = thread(context)
  mayMove(context, conversation, app.id)
  conversation.owner = null
  return { success: true }
}

export const takeThread: Edge = (context) => {
  const { app, page, conversation, metadata } = thread(context)
  const holder = context.parts.chat.owner(conversation)
  mayMove(context, conversation, app.id)
  context.parts.chat.handOver(page, conversation, {
    kind: 'take_thread_control',
    tell: holder ?? app.id,
    owner: app.id,
    content: { previous_owner_app_id: holder, new_owner_app_id: app.id, ...metadata },
  })
  return { success: true }
}

export const requestThread: Edge = (context) => {
  const { app, page, conversation, metadata } = thread(context)
  const holder = context.parts.chat.owner(conversation)
  if (holder !== null) {
    context.parts.chat.handOver(page, conversation, {
      kind: 'request_thread_control',
      tell: holder,
      content: { requested_owner_app_id: app.id, ...metadata },
    })
  }
  return { success: true }
}

export const extendThread: Edge = (context) => {
  const { app, conversation } = thread(context)
  const duration = Number(requiredText(context.call.params, 'duration'))
  if (!Number.isInteger(duration) || duration <= 0 || duration > 7 * 24 * 3600) {
    throw badParameter('Param duration must be a number of seconds up to 7 days')
  }
  if (context.parts.chat.owner(conversation) !== app.id || !conversation.owner) {
    throw badParameter('Not the thread owner', 2534037)
  }
  conversation.owner.untilMs = context.parts.clock.nowMs() + duration * 1000
  return { success: true }
}

export const threadOwner: Edge = (context) => {
  const caller = asPage(context)
  demand(context.parts, caller, 'pages_messaging')
  const psid = requiredText(context.call.params, 'recipient')
  const conversation = findConversation(context.parts.world, caller.page.id, psid)
  if (!conversation) throw noSuchPerson()
  const holder = context.parts.chat.owner(conversation)
  if (holder === null || !conversation.owner) return { data: [] }
  const { untilMs } = conversation.owner
  return { data: [{ thread_owner: { app_id: holder, expiration: seconds(untilMs) } }] }
}

/** The other app's thread: reference 2018300. */
export const threadTaken = () =>
  new GraphFailure({
    message: '(#2018300) Message failed to send because another app is controlling this thread now.',
    code: 2018300,
  })

export const noSuchPerson = () => badParameter('No matching user found', 2018001)

const thread = (context: EdgeContext) => {
  const caller = asPage(context)
  demand(context.parts, caller, 'pages_messaging', 'MESSAGING')
  const recipient = optionalObject(context.call.params, 'recipient')
  if (!recipient) throw missingParameter('recipient')
  const psid = requiredText(recipient, 'id')
  const conversation = findConversation(context.parts.world, caller.page.id, psid)
  if (!conversation) throw noSuchPerson()
  const text = optionalText(context.call.params, 'metadata')
  const metadata: { metadata?: string } = text === undefined ? {} : { metadata: text }
  return { ...caller, conversation, metadata }
}

const mayMove = ({ parts }: EdgeContext, conversation: Conversation, appId: string) => {
  const holder = parts.chat.owner(conversation)
  if (holder !== null && holder !== appId) throw badParameter('Not the thread owner', 2534037)
}
