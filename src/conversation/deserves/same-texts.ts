import { createBoundedMap, type BoundedMap } from '../../base/bounded-map.ts'
import { hash } from 'node:crypto'
import type { WebhookEvent } from '../../webhook/events.ts'
import type { Conversation } from '../conversation.ts'
import type { ConversationView } from '../view.ts'

/** Texts each Page sent to many visitors alike: such a text is automatic, because people do not type one text so often. */
export interface SameTexts {
  /** The Page has said a text to a visitor. @returns whether many have got the same by now */
  said: (pageId: string, psid: string, text: string) => boolean
}

/** The same text to this many visitors comes from no person. */
const MANY = 3
/** An automatic message that fewer have got in so long is not told apart. */
const KEPT_MS = 24 * 3_600_000
/** Of each Page; those said longest ago are forgotten first. */
const MOST_TEXTS = 200

interface Said {
  visitors: Set<string>
  atMs: number
}

/** Tells of each echo whether the Page says the same to many. @param appId - the bot's own: what it says is no news */
export const withSameTexts = (
  handle: Conversation['handle'],
  { appId, clock }: { appId: string; clock: { now: () => number } },
): Conversation['handle'] => {
  const sameTexts = createSameTexts(clock)
  const isSaidToMany = (event: WebhookEvent, { pageId, psid, isOurs }: ConversationView): boolean =>
    event.kind === 'echo' &&
    event.text !== null &&
    psid !== null &&
    isOurs !== true &&
    event.appId !== appId &&
    sameTexts.said(pageId, psid, event.text)
  return (event, view) => handle(event, isSaidToMany(event, view) ? { ...view, isSaidToMany: true } : view)
}

/** Keeps digests in memory alone: after a restart the first few visitors are to tell again. */
export const createSameTexts = ({ now }: { now: () => number }): SameTexts => {
  const pages = new Map<string, BoundedMap<string, Said>>()
  return {
    said: (pageId, psid, text) => {
      const texts = pages.get(pageId) ?? createBoundedMap<string, Said>(MOST_TEXTS)
      pages.set(pageId, texts)
      const key = hash('sha256', text.trim(), 'base64url').slice(0, 16)
      const before = texts.get(key)
      const said =
        before !== undefined && now() - before.atMs < KEPT_MS
          ? before
          : { visitors: new Set<string>(), atMs: 0 }
      // Enough is enough: a broadcast to a million visitors is known by its first few.
      if (said.visitors.size < MANY) said.visitors.add(psid)
      said.atMs = now()
      texts.set(key, said)
      return said.visitors.size >= MANY
    },
  }
}
