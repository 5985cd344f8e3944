import { isJsonObject, type JsonObject } from '../json.ts'
import type { RecentMessage } from './graph.ts'
import { list, readId } from './token-facts.ts'

/** Expanded in one call: the participants prove that Graph has honoured `user_id`. */
export const CONVERSATION_FIELDS = 'participants,messages.limit(50){id,message,from,created_time}'

/** The messages with this visitor in an answer of `/{page-id}/conversations`. */
export const readRecentMessages = (body: JsonObject, psid: string): RecentMessage[] =>
  list(body['data'])
    .filter(isJsonObject)
    .filter((conversation) => isWith(conversation, psid))
    .flatMap((conversation) => dataOf(conversation['messages']))
    .flatMap(readMessage)

const isWith = (conversation: JsonObject, psid: string): boolean => {
  const participants = dataOf(conversation['participants'])
  return participants.length === 0 || participants.some((person) => readId(person['id']) === psid)
}

const readMessage = (message: JsonObject): RecentMessage[] => {
  const id = readId(message['id'])
  if (id === null) return []
  const { from, message: text, created_time: created } = message
  const createdMs = typeof created === 'string' ? Date.parse(created) : Number.NaN
  return [
    {
      id,
      fromId: isJsonObject(from) ? readId(from['id']) : null,
      text: typeof text === 'string' ? text : '',
      createdMs: Number.isFinite(createdMs) ? createdMs : null,
    },
  ]
}

const dataOf = (value: JsonObject[string] | undefined): JsonObject[] =>
  isJsonObject(value) ? list(value['data']).filter(isJsonObject) : []
