import type { Conversation, Persona } from '../../world.ts'
import type { PageCaller } from '../call.ts'
import { badParameter, missingParameter, notOneOf } from '../failure.ts'
import { SENDER_ACTIONS } from '../meta-sdk.ts'
import { asText, isEmpty, type Params } from '../params.ts'
import { SEND } from '../shapes.ts'
import { readObject } from '../value-rules.ts'
import { checkReach } from '../send-rules.ts'
import type { EdgeContext } from './edge.ts'
import { threadTaken } from './threads.ts'

/** Typing, seen and reactions (docs/messenger-platform.md#f8). */
export const senderAction = (
  { parts, call }: EdgeContext,
  caller: PageCaller,
  conversation: Conversation,
  asked: string,
  persona: Persona | null,
): object => {
  // Meta's documentation writes them small, its SDK large.
  const action = asked.toLowerCase()
  if (!SENDER_ACTIONS.includes(action.toUpperCase())) throw notOneOf('sender_action', SENDER_ACTIONS)
  checkReach(parts, caller, conversation)
  const { page: pageSide, routing } = parts.chat
  if (!routing.mayAnswer(caller.page, conversation, caller.app.id)) throw threadTaken()
  if (action === 'typing_on' || action === 'typing_off') {
    pageSide.typing(conversation, action === 'typing_on', persona?.id ?? null)
  } else if (action === 'mark_seen') pageSide.seen(conversation)
  else {
    if (isEmpty(call.params['payload'])) throw missingParameter('payload')
    const payload = readObject(call.params['payload'], 'payload', SEND.reaction)
    const target = parts.world.messages.get(asText(payload['message_id']))
    if (target?.conversation !== conversation) throw badParameter('Invalid message id')
    pageSide.reacts(conversation, target.message, action === 'react' ? requiredReaction(payload) : null)
  }
  return { recipient_id: conversation.psid }
}

const requiredReaction = (payload: Params): string => {
  const reaction = asText(payload['reaction'])
  if (reaction === '' || reaction.length > 20) {
    throw badParameter('Param payload[reaction] must be a valid reaction')
  }
  return reaction
}
