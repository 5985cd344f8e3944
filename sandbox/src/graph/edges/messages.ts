import type { PageMessage } from '../../chat/page-side.ts'
import { stickerUrl } from '../../picture-urls.ts'
import type { Conversation, Persona } from '../../world.ts'
import type { PageCaller } from '../call.ts'
import { uploadsOf } from '../attachment-rules.ts'
import { demand } from '../identify.ts'
import { badParameter } from '../failure.ts'
import { checkMessage, type CheckedMessage } from '../message-rules.ts'
import { asText, isEmpty, optionalText, unpack } from '../params.ts'
import { checkEnvelope, checkReach, checkWindow } from '../send-rules.ts'
import { SEND } from '../shapes.ts'
import { readObject } from '../value-rules.ts'
import { whitelistOf } from '../webview-rules.ts'
import { addressee } from './addressee.ts'
import { findAttachment, keepAttachment, keepUpload } from './attachments.ts'
import { asPage, type Edge, type EdgeContext } from './edge.ts'
import { personaOf } from './personas.ts'
import { senderAction } from './sender-action.ts'
import { afterMessage, threadTaken } from './threads.ts'
import { readUtility } from './utility.ts'

/** The Send API (docs/messenger-platform.md#f). */
export const sendMessage: Edge = (context) => {
  const { parts, call } = context
  const caller = asPage(context)
  demand(parts, caller, 'pages_messaging', 'MESSAGING')
  const { conversation, byOptIn, answers } = addressee(context, caller)
  const action = optionalText(call.params, 'sender_action')
  const message = unpack(call.params['message'])
  if (action !== undefined && message !== undefined) {
    throw badParameter('Cannot send both message and state at the same time.', 2018014)
  }
  const persona = personaOf(context, caller.page.id)
  if (action !== undefined && !answers) return senderAction(context, caller, conversation, action, persona)
  if (message === undefined) throw badParameter('Must send either message or state', 2018015)

  const tag = checkEnvelope(call.params)
  const utility = readUtility(context, caller, message)
  const content = utility ?? checkMessage(message, surroundings(context, caller, conversation))
  const replyTo = readReply(context, conversation)
  const hand = afterMessage(context, caller, conversation)
  checkReach(parts, caller, conversation)
  if (!byOptIn && !answers && !utility) {
    checkWindow(parts, conversation, { tag, templateType: content.templateType })
  }
  if (!parts.chat.routing.mayAnswer(caller.page, conversation, caller.app.id)) throw threadTaken()

  const shown = withUpload(context, content)
  const { mid } = parts.chat.page.say(caller.page, conversation, {
    ...shown,
    appId: caller.app.id,
    replyTo,
    persona: viewPersona(persona),
  })
  hand()
  if (answers) answers.repliedTo = true
  const kept = content.reusable ? shown.attachment : null
  return {
    recipient_id: conversation.psid,
    message_id: mid,
    ...(kept && {
      attachment_id: keepAttachment(context, caller.page, kept.type, asText(kept.payload['url'])),
    }),
  }
}

const surroundings = ({ parts, call }: EdgeContext, { page }: PageCaller, { psid }: Conversation) => {
  const visitor = parts.world.visitors.get(psid)
  return {
    uploads: uploadsOf(call.files),
    stickerUrl: (id: string) => stickerUrl(parts.settings.origin(), id),
    attachment: (id: string) => findAttachment(parts, page, id),
    isWhitelisted: whitelistOf(page.profile),
    email: visitor?.email ?? null,
    phone: visitor?.phone ?? null,
  }
}

/** Stores an upload only after all checks, so that a refused message leaves no file. */
const withUpload = (context: EdgeContext, { shown, upload }: CheckedMessage): Omit<PageMessage, 'appId'> => {
  if (!upload || !shown.attachment) return shown
  const url = keepUpload(context, upload)
  return { ...shown, attachment: { type: shown.attachment.type, payload: { url } } }
}

const readReply = ({ parts, call }: EdgeContext, conversation: Conversation): string | null => {
  if (isEmpty(call.params['reply_to'])) return null
  const mid = asText(readObject(call.params['reply_to'], 'reply_to', SEND.replyTo)['mid'])
  if (parts.world.messages.get(mid)?.conversation === conversation) return mid
  throw badParameter('Invalid message id in reply_to')
}

const viewPersona = (persona: Persona | null) =>
  persona && { name: persona.name, pictureUrl: persona.pictureUrl }
