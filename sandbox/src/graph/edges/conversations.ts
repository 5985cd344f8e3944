import type { Conversation, Message, Page } from '../../world.ts'
import { demand } from '../call.ts'
import { parseFields, project, type Field } from '../fields.ts'
import { unsupported } from '../failure.ts'
import { paginate } from '../paging.ts'
import { optionalText } from '../params.ts'
import { asPage, graphTime, type Edge, type EdgeContext } from './edge.ts'

const MESSAGE_DEFAULTS = 'id,created_time'

/** `GET /{page-id}/conversations`: newest first, to read what a webhook may have missed (reference E3). */
export const conversations: Edge = (context) =>
  conversationList(context, parseFields(optionalText(context.call.params, 'fields')))

export const conversationNode: Edge = (context) => {
  const { node, call } = context
  const { page } = reader(context)
  if (node.type !== 'Conversation') throw unsupported(call.method, node.id)
  return describe(context, page, node.conversation, wanted(context, 'id,updated_time'))
}

export const conversationMessages: Edge = (context) => {
  const { node, call } = context
  const { page } = reader(context)
  if (node.type !== 'Conversation') throw unsupported(call.method, node.id)
  return messageList(context, page, node.conversation, wanted(context, MESSAGE_DEFAULTS), undefined)
}

export const messageNode: Edge = (context) => {
  const { node, call } = context
  const { page } = reader(context)
  if (node.type !== 'Message') throw unsupported(call.method, node.id)
  return describeMessage(context, page, node.conversation, node.message, wanted(context, MESSAGE_DEFAULTS))
}

export const conversationList = (context: EdgeContext, fields: Field[] | undefined) => {
  const { parts, call, url } = context
  const { page, token } = reader(context)
  const person = optionalText(call.params, 'user_id')
  const all = [...parts.world.conversations.values()]
    .filter(({ pageId, psid }) => pageId === page.id && (person === undefined || psid === person))
    .filter(({ messages }) => messages.length > 0)
    .toSorted((a, b) => b.lastMs - a.lastMs)
  const list = paginate(
    all,
    ({ id }) => id,
    { url, params: call.params, token: token.value },
    parts.settings.pageSize,
  )
  return list.wrap(
    list.items.map((one) => describe(context, page, one, fields ?? parseFields('id,updated_time') ?? [])),
  )
}

const describe = (context: EdgeContext, page: Page, conversation: Conversation, fields: readonly Field[]) =>
  project('UnifiedThread', fields, {
    id: () => conversation.id,
    updated_time: () => graphTime(conversation.lastMs),
    message_count: () => conversation.messages.length,
    unread_count: () => 0,
    link: () => `/${page.id}/inbox/${conversation.psid}/`,
    participants: () => ({ data: [person(context, conversation.psid), pagePerson(page)] }),
    senders: () => ({ data: [person(context, conversation.psid), pagePerson(page)] }),
    messages: (field) =>
      messageList(
        context,
        page,
        conversation,
        field.fields ?? parseFields(MESSAGE_DEFAULTS) ?? [],
        field.limit,
      ),
  })

const messageList = (
  context: EdgeContext,
  page: Page,
  conversation: Conversation,
  fields: readonly Field[],
  limit: number | undefined,
) => {
  const { parts, call } = context
  const { token } = reader(context)
  const origin = new URL(context.url).origin
  // Asked for inside another node, the paging parameters belong to that one.
  const params = context.node.type === 'Conversation' ? call.params : {}
  const list = paginate(
    conversation.messages.toReversed(),
    ({ mid }) => mid,
    {
      url: `${origin}/${call.version}/${conversation.id}/messages`,
      params: limit === undefined ? params : { ...params, limit },
      token: token.value,
    },
    parts.settings.pageSize,
  )
  return list.wrap(list.items.map((message) => describeMessage(context, page, conversation, message, fields)))
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
    attachments: () => (message.attachment ? { data: [describeAttachment(message)] } : undefined),
    tags: () => ({ data: [{ name: 'inbox' }, { name: message.from === 'page' ? 'sent' : 'read' }] }),
    is_unsupported: () => undefined,
  })
}

const describeAttachment = ({ mid, attachment }: Message) => {
  const url = attachment?.payload['url']
  const id = mid.slice(2, 18)
  if (typeof url !== 'string') return { id, generic_template: attachment?.payload }
  if (attachment?.type === 'image') return { id, mime_type: 'image/jpeg', image_data: { url } }
  if (attachment?.type === 'video') return { id, mime_type: 'video/mp4', video_data: { url } }
  return { id, mime_type: 'application/octet-stream', file_url: url }
}

const reader = (context: EdgeContext) => {
  const caller = asPage(context)
  demand(context.parts, caller, 'pages_messaging', 'MESSAGING')
  return caller
}

const wanted = (context: EdgeContext, defaults: string): Field[] =>
  parseFields(optionalText(context.call.params, 'fields')) ?? parseFields(defaults) ?? []

const person = ({ parts }: EdgeContext, psid: string) => ({
  name: parts.world.visitors.get(psid)?.name ?? 'Facebook user',
  email: `${psid}@facebook.com`,
  id: psid,
})

const pagePerson = ({ id, name }: Page) => ({ name, email: `${id}@facebook.com`, id })
