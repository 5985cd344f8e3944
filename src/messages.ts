import type { JsonObject } from './base/json.ts'

/**
 * The `message` object of a Send API call, in wire shape: the conversation writes it, the outbox keeps it, the sender
 * posts it as it stands and adds only `metadata`.
 *
 * @see docs/messenger-platform.md#f1, #f5, #f7
 */
export interface SendMessage {
  text?: string
  attachment?: { type: string; payload: JsonObject }
  quick_replies?: QuickReply[]
}

export interface QuickReply {
  content_type: 'text' | 'user_phone_number' | 'user_email'
  title?: string
  payload?: string
  image_url?: string
}

/**
 * Something to be done for a conversation after the replies of the same event. It waits in the outbox like a reply: it is
 * done in its turn, tried again, and known over restarts.
 */
export interface Effect {
  /**
   * `handover` passes the thread to the Page inbox, where a person answers (docs/messenger-platform.md#i). `take` takes it
   * back, before the replies of the same event.
   */
  do: 'handover' | 'take'
}

/** What a line of the outbox holds. */
export type OutboxItem = QueuedReply | Effect

export const isEffect = (item: OutboxItem): item is Effect => 'do' in item

/** Reads what the outbox has stored. @returns null for a damaged line: no JSON, or not the shape of an item */
export const readOutboxItem = (body: string): OutboxItem | null => {
  let item: unknown
  try {
    item = JSON.parse(body)
  } catch {
    return null
  }
  return isObject(item) && (isDeed(item) || isMessage(item['message']))
    ? (item as unknown as OutboxItem)
    : null
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isDeed = ({ do: what }: Record<string, unknown>): boolean => what === 'handover' || what === 'take'

const isMessage = (message: unknown): boolean => {
  if (!isObject(message)) return false
  const { text, attachment, quick_replies: choices } = message
  return (
    (text === undefined || typeof text === 'string') &&
    (attachment === undefined || (isObject(attachment) && isObject(attachment['payload']))) &&
    (choices === undefined || Array.isArray(choices))
  )
}

export const MEDIA_TYPES = ['image', 'audio', 'video', 'file'] as const
export type MediaType = (typeof MEDIA_TYPES)[number]

/** Media that Facebook is to keep: uploaded once for each Page, and named by their id from then on (docs/messenger-platform.md#f6). */
export interface Media {
  type: MediaType
  /** A web address, or the path of a file from the script's folder. */
  from: { url: string } | { file: string }
}

/** One message the bot wants to send, made by a handler. */
export interface Reply {
  message: SendMessage
  /** Show the typing bubble for this long before the message, in ms. */
  typingMs?: number
  /**
   * What the attachment of the message shows. A message that holds an address besides goes out with that as long as
   * Facebook does not have the media; one that holds none waits for the upload.
   */
  media?: Media
}

/** When the event happened that a reply answers. */
export interface ReplyDates {
  /** By Facebook's clock, ms since the epoch, and never later than it was answered: no older message is this reply. */
  answersMs?: number
  /** Instead of `answersMs`, where Facebook's time was not known yet: the event's own date, which may lie ahead. */
  datedMs?: number
}

/** A reply as the outbox keeps it. */
export interface QueuedReply extends Reply, ReplyDates {
  /** The reply of the script that it belongs to. */
  saying?: string
  /** The name of the person who wrote it in the console; absent where the bot did. */
  by?: string
  /** A person wrote it, and the script allows that it goes out up to 7 days after the visitor's last word (docs/messenger-platform.md#f4). */
  humanAgent?: true
}

/** Why Facebook never takes a reply. */
export type FinalRefusal = 'outside_window' | 'unreachable' | 'bad_request'

/** Why a reply can never be sent. `damaged`: what is stored of it cannot be read. */
export type DeadReason = FinalRefusal | 'damaged'
