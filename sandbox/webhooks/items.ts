import type { VisitorAction } from '../api.ts'
import type { Message } from '../world.ts'

/** One thing inside `messaging[]`, with the field that must be subscribed for it (reference E5, E7). */
export interface Item {
  field: string
  content: Record<string, unknown>
}

export interface Ends {
  pageId: string
  psid: string
  atMs: number
}

export const visitorMessage = (ends: Ends, message: Message, extra: Record<string, unknown> = {}): Item => ({
  field: 'messages',
  content: { ...fromVisitor(ends), message: { mid: message.mid, ...body(message), ...extra } },
})

export const postback = (
  ends: Ends,
  { mid, title, payload, ref }: { mid: string; title: string; payload: string; ref: string | null },
): Item => ({
  field: 'messaging_postbacks',
  content: {
    ...fromVisitor(ends),
    postback: { mid, title, payload, ...(ref !== null && { referral: referralBody(ref) }) },
  },
})

export const referral = (ends: Ends, ref: string): Item => ({
  field: 'messaging_referrals',
  content: { ...fromVisitor(ends), referral: referralBody(ref) },
})

export const reaction = (ends: Ends, action: VisitorAction & { type: 'reaction' }): Item => ({
  field: 'message_reactions',
  content: {
    ...fromVisitor(ends),
    reaction: {
      reaction: REACTIONS[action.emoji] ?? 'other',
      emoji: action.emoji,
      action: action.action,
      mid: action.mid,
    },
  },
})

/** Every message of the Page comes back, whoever sent it; the roles are swapped. */
export const echo = (ends: Ends, message: Message): Item => ({
  field: 'message_echoes',
  content: {
    ...fromPage(ends),
    message: {
      is_echo: true,
      // A number on the wire, as on Facebook's.
      ...(message.appId !== null && { app_id: Number(message.appId) }),
      ...(message.metadata !== null && { metadata: message.metadata }),
      mid: message.mid,
      ...body(message),
    },
  },
})

/** The documented sample of a delivery has no timestamp, that of a read has one. */
export const delivery = (ends: Ends, mids: readonly string[]): Item => ({
  field: 'message_deliveries',
  content: {
    sender: { id: ends.psid },
    recipient: { id: ends.pageId },
    delivery: { mids, watermark: ends.atMs },
  },
})

export const read = (ends: Ends): Item => ({
  field: 'message_reads',
  content: { ...fromVisitor(ends), read: { watermark: ends.atMs } },
})

export const handover = (ends: Ends, kind: string, content: Record<string, unknown>): Item => ({
  field: 'messaging_handovers',
  content: { ...fromVisitor(ends), [kind]: content },
})

const fromVisitor = ({ psid, pageId, atMs }: Ends) => ({
  sender: { id: psid },
  recipient: { id: pageId },
  timestamp: atMs,
})

const fromPage = ({ psid, pageId, atMs }: Ends) => ({
  sender: { id: pageId },
  recipient: { id: psid },
  timestamp: atMs,
})

const body = ({ text, attachment }: Message) => ({
  ...(text !== null && { text }),
  ...(attachment && { attachments: [attachment] }),
})

const referralBody = (ref: string) => ({ ref, source: 'SHORTLINK', type: 'OPEN_THREAD' })

const REACTIONS: Record<string, string> = {
  '😆': 'smile',
  '😠': 'angry',
  '😢': 'sad',
  '😮': 'wow',
  '❤': 'love',
  '❤️': 'love',
  '😍': 'love',
  '👍': 'like',
  '👎': 'dislike',
}
