import type { ShareKind, VisitorAction } from '../api.ts'
import { attachmentsOf } from '../several-images.ts'
import type { Message, Post, Referral } from '../world.ts'
import { CHANGES_FIELDS } from './fields.ts'

/** One event inside `messaging[]`, with the field that must be subscribed for it (docs/messenger-platform.md#e5, #e7). */
export interface Item {
  field: string
  content: Record<string, unknown>
  /** Makes the content for a receiver, if it differs between receivers. */
  shapeFor?: (receiver: Receiver) => Record<string, unknown>
}

export interface Receiver {
  channel: 'messaging' | 'standby'
  /** Whether the app is subscribed to a field at both levels. */
  hears: (field: string) => boolean
}

export interface Ends {
  pageId: string
  psid: string
  atMs: number
}

/** A message of a visitor. */
export const visitorMessage = (ends: Ends, message: Message, extra: Record<string, unknown> = {}): Item => ({
  field: 'messages',
  content: { ...fromVisitor(ends), message: { mid: message.mid, ...body(message), ...extra } },
})

/** A message that comes through an ad has its referral, for apps that also subscribed to referrals. */
export const messageThroughAd = (ends: Ends, message: Message, ad: Referral): Item => {
  const plain = visitorMessage(ends, message)
  const told = visitorMessage(ends, message, { referral: referralBody(ad) })
  return { ...plain, shapeFor: ({ hears }) => (hears('messaging_referrals') ? told : plain).content }
}

export const postback = (ends: Ends, { mid, title, payload, referral: came }: PostbackFacts): Item => {
  const facts = { mid, title, ...(came && { referral: referralBody(came) }) }
  return {
    field: 'messaging_postbacks',
    content: { ...fromVisitor(ends), postback: { ...facts, payload } },
    // Only the app that holds the thread gets the payload.
    shapeFor: ({ channel }) => ({
      ...fromVisitor(ends),
      postback: channel === 'standby' ? facts : { ...facts, payload },
    }),
  }
}

export interface PostbackFacts {
  mid: string
  title: string
  payload: string
  referral: Referral | null
}

export const referral = (ends: Ends, came: Referral): Item => ({
  field: 'messaging_referrals',
  content: { ...fromVisitor(ends), referral: referralBody(came) },
})

export const reaction = (ends: Ends, action: VisitorAction & { type: 'reaction' }): Item => ({
  field: 'message_reactions',
  content: {
    ...fromVisitor(ends),
    reaction: {
      reaction: REACTIONS.get(action.emoji) ?? 'other',
      emoji: action.emoji,
      action: action.action,
      mid: action.mid,
    },
  },
})

export const edit = (ends: Ends, { mid, text, edits }: Message): Item => ({
  field: 'message_edits',
  content: { ...fromVisitor(ends), message_edit: { mid, text, num_edit: edits } },
})

/** Every message of the Page is echoed, from each app and from the Page inbox; sender and recipient are swapped. */
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

/** An event about the Page itself, without a visitor, so it has no sender (docs/messenger-platform.md#e4). */
export const aboutPage = (
  field: string,
  { pageId, atMs }: Pick<Ends, 'pageId' | 'atMs'>,
  content: Record<string, unknown>,
): Item => ({ field, content: { recipient: { id: pageId }, timestamp: atMs, ...content } })

/** A post or a comment; ids as in the Graph API, times in seconds. */
export const feed = (post: Post, from: { id: string; name: string }): Item => ({
  field: 'feed',
  content: {
    from,
    item: post.parentId === null ? 'status' : 'comment',
    verb: 'add',
    post_id: post.parentId ?? post.id,
    ...(post.parentId !== null && { comment_id: post.id, parent_id: post.parentId }),
    message: post.message,
    created_time: Math.floor(post.createdMs / 1000),
  },
})

/** Any other event, with the envelope of its field. */
export const event = (ends: Ends, field: string, content: Record<string, unknown>): Item => {
  if (CHANGES_FIELDS.has(field)) return { field, content }
  if (field === 'messaging_policy_enforcement') return aboutPage(field, ends, content)
  return { field, content: { ...fromVisitor(ends), ...content } }
}

/** The attachment of a shared link, reel or post; the ids of reels and posts are numbers in the webhook. */
export const shareOf = (kind: ShareKind, url: string, title: string, id: number) => {
  const payload = { url, title }
  if (kind === 'reel' || kind === 'ig_reel') return { type: kind, payload: { ...payload, reel_video_id: id } }
  if (kind === 'post' || kind === 'ig_post') return { type: kind, payload: { ...payload, id } }
  return { type: kind, payload }
}

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
  ...(attachment && { attachments: attachmentsOf(attachment) }),
})

const referralBody = (came: Referral) =>
  came.kind === 'link'
    ? { ref: came.ref, source: 'SHORTLINK', type: 'OPEN_THREAD' }
    : {
        ...(came.ref !== null && { ref: came.ref }),
        ad_id: came.adId,
        source: 'ADS',
        type: 'OPEN_THREAD',
        ads_context_data: { ad_title: came.title, post_id: came.adId },
      }

const REACTIONS: ReadonlyMap<string, string> = new Map([
  ['😆', 'smile'],
  ['😠', 'angry'],
  ['😢', 'sad'],
  ['😮', 'wow'],
  ['❤', 'love'],
  ['❤️', 'love'],
  ['😍', 'love'],
  ['👍', 'like'],
  ['👎', 'dislike'],
])
