import { toNewEvents, type InboxEvent } from './inbox.ts'

/** A visitor's message that was read from the conversation because no webhook brought it. */
export interface FoundMessage {
  pageId: string
  psid: string
  mid: string
  /** Empty for a message that is only an attachment; the tap on a button is the text of the button. */
  text: string
  /** Ms since the epoch. */
  createdMs: number
}

/**
 * The event that the webhook would have brought, under the same keys: if the webhook has come or comes later, as a message, as a
 * postback or in standby, the store keeps only the first of them.
 */
export const toRecoveredEvents = ({ pageId, psid, mid, text, createdMs }: FoundMessage): InboxEvent[] => {
  const content = {
    sender: { id: psid },
    recipient: { id: pageId },
    timestamp: createdMs,
    message: { mid, ...(text !== '' && { text }) },
  }
  const entry = { id: pageId, time: createdMs, messaging: [content] }
  const aliases = [`postback:${mid}`, `standby:message:${mid}`, `standby:postback:${mid}`]
  return toNewEvents([entry], createdMs).map((event) => ({ ...event, aliases }))
}
