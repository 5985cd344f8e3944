import type { JsonObject } from './base/json.ts'

/**
 * The `message` object of a Send API call, in Facebook's form. The conversation makes it, the outbox stores it, and the sender
 * posts it unchanged except for `metadata`.
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
 * An action in a conversation that is not a message. It is stored in the outbox like a reply: it keeps its place in the order, is
 * tried again and survives restarts.
 */
export interface Effect {
  /**
   * `handover` passes the thread to the Page inbox after the replies of the same event (docs/messenger-platform.md#i). `take`
   * takes the thread back before them.
   */
  do: 'handover' | 'take'
}

/** An entry of the outbox. */
export type OutboxItem = QueuedReply | Effect

export const isEffect = (item: OutboxItem): item is Effect => 'do' in item

/** Reads a stored entry of the outbox. @returns null for a damaged one: no JSON, or not the form of an entry */
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

/** Media that are uploaded once for each Page and then sent by their attachment id (docs/messenger-platform.md#f6). */
export interface Media {
  type: MediaType
  /** A web address, or the path of a file from the script's folder. */
  from: { url: string } | { file: string }
}

/** One message the bot wants to send, made by a handler. */
export interface Reply {
  message: SendMessage
  /** How long the typing bubble is shown before the message, ms. */
  typingMs?: number
  /**
   * The media of the message's attachment. Until they are uploaded, a message that also holds an address is sent with that; one
   * without an address waits for the upload.
   */
  media?: Media
}

/** The time of the event that a reply answers. */
export interface ReplyDates {
  /**
   * The event's time by Facebook's clock, ms since the epoch, and at most the time of the answer. An older message in the
   * conversation cannot be this reply.
   */
  answersMs?: number
  /** The event's own time, which may lie in the future; set instead of `answersMs` while Facebook's time is not known. */
  datedMs?: number
}

/** A reply as the outbox keeps it. */
export interface QueuedReply extends Reply, ReplyDates {
  /** The name of its reply in the script. */
  saying?: string
  /** The name of the person who wrote it in the console; absent for the bot's own. */
  by?: string
  /**
   * A person wrote it, and the script allows sending it up to 7 days after the visitor's last message
   * (docs/messenger-platform.md#f4).
   */
  humanAgent?: true
}

/** Why Facebook never takes a reply. */
export type FinalRefusal = 'outside_window' | 'unreachable' | 'bad_request'

/** Why a reply can never be sent. `damaged`: its stored entry cannot be read. */
export type DeadReason = FinalRefusal | 'damaged'
