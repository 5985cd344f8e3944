import { toNewEvents, type InboxEvent } from './inbox.ts'

/** A visitor's message that was found in the conversation instead of coming by webhook. */
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
 * The event the webhook would have brought. It counts as the same one: should the webhook have come after all, or come
 * yet, as a message, as a postback or in standby, only the first is kept.
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
