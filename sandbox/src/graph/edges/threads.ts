import { INBOX_APP_ID } from '../../chat/facts.ts'
import { findConversation, type Conversation, type Page } from '../../world.ts'
import type { PageCaller } from '../call.ts'
import { demand } from '../identify.ts'
import { badParameter, GraphFailure, missingParameter, notOneOf } from '../failure.ts'
import { asText, isEmpty, optionalText, requiredText } from '../params.ts'
import { SEND } from '../shapes.ts'
import { readObject } from '../value-rules.ts'
import { asPage, seconds, type Edge, type EdgeContext } from './edge.ts'

const LONGEST_EXTENSION_S = 7 * 24 * 3600

/** Conversation Routing (docs/messenger-platform.md#i); the rules of who holds a thread are in `chat/routing.ts`. */
export const passThread: Edge = (context) => {
  const { app, page, conversation, metadata } = thread(context)
  const target = requiredText(context.call.params, 'target_app_id')
  checkTarget(page, target)
  mayMove(context, page, conversation, app.id)
  pass(context, page, conversation, { from: app.id, to: target, metadata })
  return { success: true }
}

export const releaseThread: Edge = (context) => {
  const { app, page, conversation } = thread(context)
  mayMove(context, page, conversation, app.id)
  conversation.owner = null
  context.parts.chat.changed(conversation)
  return { success: true }
}

/** An app may take an idle thread, or any thread if it is the default app; without a default app, no app may. */
export const takeThread: Edge = (context) => {
  const { app, page, conversation, metadata } = thread(context)
  const holder = context.parts.chat.routing.owner(conversation)
  const mayTake =
    holder === app.id || page.defaultAppId === app.id || (holder === null && page.defaultAppId !== null)
  if (!mayTake) throw notOwner()
  context.parts.chat.page.handOver(page, conversation, {
    kind: 'take_thread_control',
    tell: holder ?? page.defaultAppId ?? app.id,
    owner: app.id,
    content: { previous_owner_app_id: holder, new_owner_app_id: app.id, ...metadata },
  })
  return { success: true }
}

export const requestThread: Edge = (context) => {
  const { app, page, conversation, metadata } = thread(context)
  const holder = context.parts.chat.routing.owner(conversation) ?? page.defaultAppId
  if (holder !== null) {
    context.parts.chat.page.handOver(page, conversation, {
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
  if (!Number.isInteger(duration) || duration <= 0 || duration > LONGEST_EXTENSION_S) {
    throw badParameter('Param duration must be a number of seconds up to 7 days')
  }
  const { parts } = context
  if (parts.chat.routing.owner(conversation) !== app.id || !conversation.owner) throw notOwner()
  conversation.owner.untilMs = parts.clock.nowMs() + duration * 1000
  parts.chat.changed(conversation)
  return { success: true }
}

export const threadOwner: Edge = (context) => {
  const caller = asPage(context)
  demand(context.parts, caller, 'pages_messaging')
  const psid = requiredText(context.call.params, 'recipient')
  const conversation = findConversation(context.parts.world, caller.page.id, psid)
  if (!conversation) throw noSuchPerson()
  const holder = context.parts.chat.routing.owner(conversation)
  if (holder === null || !conversation.owner) return { data: [] }
  const { untilMs } = conversation.owner
  return { data: [{ thread_owner: { app_id: holder, expiration: seconds(untilMs) } }] }
}

/**
 * `thread_control` beside a message. Checked at once; the returned function passes or releases the thread after the message was
 * sent.
 */
export const afterMessage = (
  context: EdgeContext,
  { app, page }: PageCaller,
  conversation: Conversation,
): (() => void) => {
  if (isEmpty(context.call.params['thread_control'])) return () => undefined
  const control = readObject(context.call.params['thread_control'], 'thread_control', SEND.threadControl)
  const type = optionalText(control, 'control_type')
  if (type === 'release') {
    return () => {
      conversation.owner = null
      context.parts.chat.changed(conversation)
    }
  }
  if (type !== 'pass') throw notOneOf('thread_control[control_type]', ['pass', 'release'])
  const target = optionalText(control, 'app_id') ?? page.defaultAppId
  if (target === null) throw missingParameter('thread_control[app_id]')
  checkTarget(page, target)
  return () => pass(context, page, conversation, { from: app.id, to: target, metadata: {} })
}

/** The other app's thread: docs/messenger-platform.md#c3, 10/2018300. */
export const threadTaken = () =>
  new GraphFailure({
    message: '(#10) Message failed to send because another app is controlling this thread now.',
    code: 10,
    error_subcode: 2018300,
  })

export const noSuchPerson = () => badParameter('No matching user found', 2018001)

const pass = (
  { parts }: EdgeContext,
  page: Page,
  conversation: Conversation,
  { from, to, metadata }: { from: string; to: string; metadata: { metadata?: string } },
) =>
  parts.chat.page.handOver(page, conversation, {
    kind: 'pass_thread_control',
    tell: to,
    owner: to,
    content: { previous_owner_app_id: from, new_owner_app_id: to, ...metadata },
  })

const thread = (context: EdgeContext) => {
  const caller = asPage(context)
  demand(context.parts, caller, 'pages_messaging', 'MESSAGING')
  if (isEmpty(context.call.params['recipient'])) throw missingParameter('recipient')
  const recipient = readObject(context.call.params['recipient'], 'recipient', SEND.recipient)
  const psid = asText(recipient['id'])
  if (psid === '') throw missingParameter('recipient[id]')
  const conversation = findConversation(context.parts.world, caller.page.id, psid)
  if (!conversation) throw noSuchPerson()
  const text = optionalText(context.call.params, 'metadata')
  const metadata: { metadata?: string } = text === undefined ? {} : { metadata: text }
  return { ...caller, conversation, metadata }
}

const checkTarget = (page: Page, target: string) => {
  if (target === INBOX_APP_ID || page.subscriptions.has(target)) return
  throw badParameter('Incorrect App ID.', 2018164)
}

const mayMove = ({ parts }: EdgeContext, page: Page, conversation: Conversation, appId: string) => {
  if (!parts.chat.routing.mayAnswer(page, conversation, appId)) throw notOwner()
}

const notOwner = () => badParameter('Not the thread owner', 2534037)
