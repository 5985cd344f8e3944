import { findConversation, type Conversation, type Post } from '../../world.ts'
import type { PageCaller } from '../call.ts'
import { badParameter, emptyList, GraphFailure, missingParameter } from '../failure.ts'
import { asText, isEmpty } from '../params.ts'
import { SEND } from '../shapes.ts'
import { readObject } from '../value-rules.ts'
import type { EdgeContext } from './edge.ts'
import { conversationBehind, postToAnswer } from './private-reply.ts'
import { noSuchPerson } from './threads.ts'

/** Every way to name a recipient (docs/messenger-platform.md#f1). */
const WAYS = [
  'id',
  'user_ref',
  'comment_id',
  'post_id',
  'notification_messages_token',
  'phone_number',
] as const

export interface Addressee {
  conversation: Conversation
  /** By the token of a marketing opt-in, which needs no open window. */
  byOptIn: boolean
  /** The post or comment that is answered in private, which needs no open window either. */
  answers: Post | null
}

/** The recipient of a message, which must be named in exactly one way. */
export const addressee = (context: EdgeContext, { page }: PageCaller): Addressee => {
  if (isEmpty(context.call.params['recipient'])) throw missingParameter('recipient')
  // No Page here has an Instagram account.
  if (asText(context.call.params['platform']).toLowerCase() === 'instagram') {
    throw badParameter('No matching Instagram user', 2534014)
  }
  const recipient = readObject(context.call.params['recipient'], 'recipient', SEND.recipient)
  const given = WAYS.filter((way) => recipient[way] !== undefined)
  const [way] = given
  if (way === undefined) throw emptyList('recipient')
  if (given.length > 1) throw badParameter(`Param recipient must have one of ${given.join(', ')}, not both`)
  const value = asText(recipient[way])
  if (way === 'id') return { conversation: known(context, page.id, value), byOptIn: false, answers: null }
  if (way === 'notification_messages_token') {
    return { conversation: optedIn(context, page.id, value), byOptIn: true, answers: null }
  }
  if (way === 'comment_id' || way === 'post_id') {
    const answers = postToAnswer(context, page.id, way, value)
    return { conversation: conversationBehind(context, answers), byOptIn: false, answers }
  }
  throw ABSENT[way]()
}

const known = ({ parts }: EdgeContext, pageId: string, psid: string): Conversation => {
  if (!/^\d+$/.test(psid)) throw badParameter('Param recipient[id] must be a valid ID string (e.g., "123")')
  const conversation = findConversation(parts.world, pageId, psid)
  // A person gets a PSID for a Page by writing to the Page, or by a private reply.
  const hasBegun = conversation && (conversation.openedMs !== null || conversation.messages.length > 0)
  if (!conversation || !hasBegun) throw noSuchPerson()
  return conversation
}

const optedIn = (context: EdgeContext, pageId: string, token: string): Conversation => {
  const optIn = context.parts.world.optIns.get(token)
  if (!optIn || optIn.pageId !== pageId) throw badParameter('Invalid notification_messages_token')
  if (!optIn.stopped) return known(context, pageId, optIn.psid)
  throw new GraphFailure({
    message: '(#10) The user stopped notifications of this topic.',
    code: 10,
    error_subcode: 1893015,
  })
}

/** The sandbox has no plugins and phone numbers, so these recipients are never found. */
const ABSENT: Record<
  Exclude<(typeof WAYS)[number], 'id' | 'notification_messages_token' | 'comment_id' | 'post_id'>,
  () => GraphFailure
> = {
  user_ref: noSuchPerson,
  phone_number: () =>
    new GraphFailure(
      {
        message: '(#200) The app is not allowed to message people by their phone number.',
        code: 200,
        error_subcode: 2018027,
      },
      { status: 403 },
    ),
}
