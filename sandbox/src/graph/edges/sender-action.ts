import type { Conversation, Persona } from '../../world.ts'
import type { PageCaller } from '../call.ts'
import { badParameter, notOneOf } from '../failure.ts'
import { optionalObject, optionalText, type Params } from '../params.ts'
import { checkReach } from '../send-rules.ts'
import type { EdgeContext } from './edge.ts'
import { threadTaken } from './threads.ts'

const ACTIONS = ['typing_on', 'typing_off', 'mark_seen', 'react', 'unreact']

/** Typing, seen and reactions (reference F8). */
export const senderAction = (
  { parts, call }: EdgeContext,
  caller: PageCaller,
  conversation: Conversation,
  action: string,
  persona: Persona | null,
): object => {
  if (!ACTIONS.includes(action)) throw notOneOf('sender_action', ACTIONS)
  checkReach(parts, caller, conversation)
  const { page: pageSide, routing } = parts.chat
  if (!routing.mayAnswer(caller.page, conversation, caller.app.id)) throw threadTaken()
  if (action === 'typing_on' || action === 'typing_off') {
    pageSide.typing(conversation, action === 'typing_on', persona?.id ?? null)
  } else if (action === 'mark_seen') pageSide.seen(conversation)
  else {
    const payload = optionalObject(call.params, 'payload') ?? {}
    const mid = optionalText(payload, 'message_id')
    const target = mid === undefined ? undefined : parts.world.messages.get(mid)
    if (target?.conversation !== conversation) throw badParameter('Invalid message id')
    pageSide.reacts(conversation, target.message, action === 'react' ? requiredReaction(payload) : null)
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
