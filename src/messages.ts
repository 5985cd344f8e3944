import type { JsonObject } from './json.ts'

/**
 * The `message` object of a Send API call, in wire shape: the conversation writes it, the outbox keeps it, the sender
 * posts it as it stands and adds only `metadata`.
 *
 * @see reference F1, F5, F7
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

/** One message the bot wants to send, made by a handler. */
export interface Reply {
  message: SendMessage
  /** Show the typing bubble for this long before the message, in ms. */
  typingMs?: number
}
