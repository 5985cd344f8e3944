import type { Conversation, Message, Page } from '../../world.ts'
import { WINDOW_MS } from '../../chat/facts.ts'
import { attachmentsOf } from '../../several-images.ts'
import { demand } from '../identify.ts'
import { project, wantedFields, type Field } from '../fields.ts'
import { unsupported } from '../failure.ts'
import { paginate } from '../paging.ts'
import { optionalText, type Params } from '../params.ts'
import { asPage, graphTime, type Edge, type EdgeContext } from './edge.ts'

const DEFAULTS = 'id,updated_time'
const MESSAGE_DEFAULTS = 'id,created_time'

/** `GET /{page-id}/conversations`: newest first, by which bots read missed messages (docs/messenger-platform.md#e3). */
export const conversations: Edge = (context) => {
  const { parts, call, url } = context
  const { page, token } = reader(context)
  const person = optionalText(call.params, 'user_id')
  const all = [...parts.world.conversations.values()]
    .filter(({ pageId, psid }) => pageId === page.id && (person === undefined || psid === person))
    .filter(({ messages }) => messages.length > 0 && isHere(context))
    .toSorted((a, b) => b.lastMs - a.lastMs)
  const address = { url, params: call.params, token: token.value }
  const list = paginate(all, ({ id }) => id, address, parts.settings.pageSize)
  const fields = wantedFields(call, DEFAULTS)
  return list.wrap(list.items.map((one) => describe(context, page, one, fields)))
}

export const conversationNode: Edge = (context) => {
  const { node, call } = context
  const { page } = reader(context)
  if (node.type !== 'Conversation') throw unsupported(call.method, node.id)
  return describe(context, page, node.conversation, wantedFields(call, DEFAULTS))
}

export const conversationMessages: Edge = (context) => {
  const { parts, node, call, url } = context
  const { page, token } = reader(context)
  if (node.type !== 'Conversation') throw unsupported(call.method, node.id)
  const { conversation } = node
  const address = { url, params: call.params, token: token.value }
  const list = paginate(
    conversation.messages.toReversed(),
    ({ mid }) => mid,
    address,
    parts.settings.pageSize,
  )
  const fields = wantedFields(call, MESSAGE_DEFAULTS)
  return list.wrap(list.items.map((message) => describeMessage(context, page, conversation, message, fields)))
}

export const messageNode: Edge = (context) => {
  const { node, call } = context
  const { page } = reader(context)
  if (node.type !== 'Message') throw unsupported(call.method, node.id)
  const fields = wantedFields(call, MESSAGE_DEFAULTS)
  return describeMessage(context, page, node.conversation, node.message, fields)
}

/** Every conversation here is one of Messenger, in the folder `inbox`. */
const isHere = ({ call }: EdgeContext): boolean =>
  (optionalText(call.params, 'platform') ?? 'messenger').toLowerCase() === 'messenger' &&
  (optionalText(call.params, 'folder') ?? 'inbox').toLowerCase() === 'inbox'

const describe = (context: EdgeContext, page: Page, conversation: Conversation, fields: readonly Field[]) => {
  const { id, psid, messages } = conversation
  const both = { data: [person(context, psid), pagePerson(page)] }
  const openedMs = conversation.openedMs ?? Number.NEGATIVE_INFINITY
  return project('UnifiedThread', fields, {
    ...context.edgesOf({ type: 'Conversation', id, conversation }),
    id: () => id,
    updated_time: () => graphTime(conversation.lastMs),
    message_count: () => messages.length,
    unread_count: () => 0,
    link: () => `/${page.id}/inbox/${psid}/`,
    participants: () => both,
    senders: () => both,
    former_participants: () => ({ data: [] }),
    snippet: () => messages.at(-1)?.text ?? '',
    can_reply: () => !conversation.blocked && context.parts.clock.nowMs() - openedMs < WINDOW_MS,
    folder: () => 'inbox',
    is_subscribed: () => true,
    scoped_thread_key: () => id,
  })
}

const describeMessage = (
  context: EdgeContext,
  page: Page,
  conversation: Conversation,
  message: Message,
  fields: readonly Field[],
) => {
  const visitor = person(context, conversation.psid)
  const [from, to] = message.from === 'page' ? [pagePerson(page), visitor] : [visitor, pagePerson(page)]
  return project('Message', fields, {
    id: () => message.mid,
    created_time: () => graphTime(message.atMs),
    from: () => from,
    to: () => ({ data: [to] }),
    message: () => message.text ?? '',
    sticker: () => (message.attachment?.type === 'sticker' ? message.attachment.payload['url'] : undefined),
    attachments: () => (message.attachment ? { data: describeAttachments(message) } : undefined),
    tags: () => ({ data: [{ name: 'inbox' }, { name: message.from === 'page' ? 'sent' : 'read' }] }),
    reply_to: () => (typeof message.replyTo === 'string' ? { mid: message.replyTo } : undefined),
    thread_id: () => conversation.id,
  })
}

const describeAttachments = ({ mid, attachment }: Message) =>
  attachmentsOf(attachment).map(({ type, payload }, index) => {
    const { url } = payload
    const id = mid.slice(2 + index, 18 + index)
    if (typeof url !== 'string') return { id, generic_template: cardOf(payload) }
    if (type === 'image') return { id, mime_type: 'image/jpeg', image_data: { url } }
    if (type === 'video') return { id, mime_type: 'video/mp4', video_data: { url } }
    return { id, mime_type: 'application/octet-stream', file_url: url }
  })

/** One card as Meta's page on utility messages shows it; the form of other templates is not known. */
const cardOf = (payload: Params): Params => {
  const elements = payload['template_type'] === 'generic' ? payload['elements'] : undefined
  const [card, ...others] = Array.isArray(elements) ? (elements as Params[]) : []
  if (!card || others.length > 0) return payload
  const { title, subtitle } = card
  return { title, ...(subtitle !== undefined && { subtitle }) }
}

const reader = (context: EdgeContext) => {
  const caller = asPage(context)
  demand(context.parts, caller, 'pages_messaging', 'MESSAGING')
  return caller
}

const person = ({ parts }: EdgeContext, psid: string) => ({
  name: parts.world.visitors.get(psid)?.name ?? 'Facebook user',
  email: `${psid}@facebook.com`,
  id: psid,
})

const pagePerson = ({ id, name }: Page) => ({ name, email: `${id}@facebook.com`, id })
