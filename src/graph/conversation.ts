import { isJsonObject, type Json, type JsonObject } from '../base/json.ts'
import type { RecentConversation, RecentMessage } from './graph.ts'
import { readList, readId } from './read.ts'

const MESSAGE_FIELDS = 'id,message,from,created_time'

/** One call asks for participants and messages: the participants prove that Graph has filtered by `user_id`. */
export const conversationQuery = (psid: string, limit: number): string => {
  const fields = `id,participants,messages.limit(${limit}){${MESSAGE_FIELDS}}`
  return `user_id=${encodeURIComponent(psid)}&fields=${encodeURIComponent(fields)}`
}

export const messagesQuery = (limit: number): string =>
  `limit=${limit}&fields=${encodeURIComponent(MESSAGE_FIELDS)}`

// Up to 25 messages of each conversation: if a call asks for more data than that, Graph refuses and asks to reduce the amount.
const FIELDS = `updated_time,messages.limit(25){${MESSAGE_FIELDS}}`
export const conversationsQuery = (limit: number): string =>
  `limit=${limit}&fields=${encodeURIComponent(FIELDS)}`

/** One page of a conversation's messages. */
export interface MessageList {
  messages: RecentMessage[]
  paging: Json | undefined
}

/** The messages with this visitor in an answer of `/{page-id}/conversations`. */
export const readRecentMessages = (
  body: JsonObject,
  psid: string,
): MessageList & { threadId: string | null } => {
  const found = readList(body['data'])
    .filter(isJsonObject)
    .find((conversation) => isWith(conversation, psid))
  const messages = found?.['messages']
  return { ...readMessages(isJsonObject(messages) ? messages : {}), threadId: readId(found?.['id']) }
}

/** An answer of `/{conversation-id}/messages`. */
export const readMessages = (body: JsonObject): MessageList => ({
  messages: dataOf(body).flatMap(readMessage),
  paging: body['paging'],
})

/** All conversations in an answer of `/{page-id}/conversations`. */
export const readConversations = (body: JsonObject): RecentConversation[] =>
  readList(body['data'])
    .filter(isJsonObject)
    .map((conversation) => ({
      updatedMs: readTime(conversation['updated_time']),
      messages: dataOf(conversation['messages']).flatMap(readMessage),
    }))

const isWith = (conversation: JsonObject, psid: string): boolean => {
  const participants = dataOf(conversation['participants'])
  return participants.length === 0 || participants.some((person) => readId(person['id']) === psid)
}

const readMessage = (message: JsonObject): RecentMessage[] => {
  const id = readId(message['id'])
  if (id === null) return []
  const { from, message: text, created_time: created } = message
  return [
    {
      id,
      fromId: isJsonObject(from) ? readId(from['id']) : null,
      text: typeof text === 'string' ? text : '',
      createdMs: readTime(created),
    },
  ]
}

const readTime = (time: Json | undefined): number | null => {
  const ms = typeof time === 'string' ? Date.parse(time) : Number.NaN
  return Number.isFinite(ms) ? ms : null
}

const dataOf = (value: JsonObject[string] | undefined): JsonObject[] =>
  isJsonObject(value) ? readList(value['data']).filter(isJsonObject) : []
