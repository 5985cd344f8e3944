import { createBoundedMap, type BoundedMap } from '../../base/bounded-map.ts'
import { hash } from 'node:crypto'
import type { WebhookEvent } from '../../webhook/events.ts'
import type { ConversationEngine } from '../conversation.ts'
import type { ConversationView } from '../view.ts'

/**
 * Texts that each Page sent to several visitors. Such a text counts as automatic, because people do not type the same text
 * several times.
 */
export interface SameTexts {
  /**
   * The Page said a text to a visitor.
   *
   * @returns whether many visitors have got the same by now
   */
  said: (pageId: string, psid: string, text: string) => boolean
}

/** The same text to this many visitors comes from no person. */
const MANY = 3
/** A text that fewer visitors have got within this time is not recognised as automatic. */
const KEPT_MS = 24 * 3_600_000
/** For each Page; the texts said longest ago are dropped first. */
const MOST_TEXTS = 200

interface Said {
  visitors: Set<string>
  atMs: number
}

/**
 * Adds to each echo whether the Page says the same to many.
 *
 * @param appId - the bot's own; its echoes are skipped
 */
export const withSameTexts = (
  handle: ConversationEngine['handle'],
  { appId, clock }: { appId: string; clock: { now: () => number } },
): ConversationEngine['handle'] => {
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

/** Keeps digests in memory alone: after a restart it takes a few visitors again to recognise a text. */
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
      // A few visitors are enough: a broadcast to a million needs no larger set.
      if (said.visitors.size < MANY) said.visitors.add(psid)
      said.atMs = now()
      texts.set(key, said)
      return said.visitors.size >= MANY
    },
  }
}
