import { hash } from 'node:crypto'
import type { Json, JsonObject } from '../../base/json.ts'
import type { Referral, WebhookEvent } from '../../webhook/events.ts'
import { matchKey, wordsOf } from '../../script/match-key.ts'
import { readMemory } from '../memory.ts'

/** An action of a visitor, as the answer rules remember it. */
export interface Deed {
  did: 'words' | 'media' | 'tap' | 'ad' | 'deletion'
  /** Digest of the words, payload, ad or deleted message; too short to be read back. */
  what: string
  /** By Facebook's clock, ms since the epoch. */
  atMs: number
  /** Equal for sentences that differ only in their numbers; absent without numbers, or when the text is hardly a sentence. */
  alike?: string
}

/** Key of the deeds in the conversation's state, the newest last. */
const KEY = 'lately'
/** No rule looks further back. */
export const KEPT_MS = 10 * 60_000
/** Room for a handful of each of four texts that a bot says in turn. */
const MOST_KEPT = 24

/** Reads the visitor's recent deeds. Earlier versions may have written them, so each part is checked. */
export const readLately = (state: JsonObject | null): readonly Deed[] => {
  const kept = state?.[KEY]
  if (!Array.isArray(kept)) return NONE
  const known = READ.get(kept)
  if (known !== undefined) return known
  const deeds = kept.flatMap(deedOf)
  READ.set(kept, deeds)
  return deeds
}

const NONE: readonly Deed[] = Object.freeze([])
/** Cached, because several rules read the same. */
const READ = new WeakMap<readonly Json[], readonly Deed[]>()

/** When the visitor was last heard, ms since the epoch; null where that was never noted. */
export const heardMs = (state: JsonObject | null): number | null => {
  const deeds = readLately(state).filter(({ did }) => did !== 'deletion')
  return deeds.length === 0 ? null : Math.max(...deeds.map(({ atMs }) => atMs))
}

/** The state with the visitor's new deeds. */
export const note = (state: JsonObject | null, deeds: readonly Deed[]): JsonObject | null => {
  const [latest] = deeds
  if (latest === undefined) return state
  const kept = [...readLately(state), ...deeds].filter(({ atMs }) => latest.atMs - atMs < KEPT_MS)
  return { ...state, [KEY]: kept.slice(-MOST_KEPT).map(toKept) }
}

/** The visitor's deeds in this event, in a conversation with this state. */
export const deedsIn = (event: WebhookEvent, state: JsonObject | null): readonly Deed[] => {
  if (event.psid === null) return NONE
  const place = placeIn(state)
  const known = DONE.get(event)
  if (known?.place === place) return known.deeds
  const deeds = deedsAt(event, place)
  DONE.set(event, { place, deeds })
  return deeds
}

/** Cached, because the rules and the notes ask for the same. */
const DONE = new WeakMap<WebhookEvent, { place: string; deeds: readonly Deed[] }>()

/** @param place - the visitor's place in a form */
const deedsAt = (event: WebhookEvent, place: string): readonly Deed[] => {
  const { timestampMs: atMs } = event
  const deeds: Deed[] = []
  const add = (did: Deed['did'], what: string): void => void deeds.push({ did, what: short(what), atMs })
  switch (event.kind) {
    case 'message':
      if (event.quickReply !== null) add('tap', `${event.quickReply} ${place}`)
      else if (event.text !== null) deeds.push(wordsDeed(event.text, place, atMs))
      else add('media', '')
      break
    case 'postback':
      if (event.payload !== null) add('tap', `${event.payload} ${place}`)
      break
    case 'referral':
      break
    case 'message_deleted':
      if (event.mid !== null) add('deletion', event.mid)
      return deeds
    default:
      return []
  }
  const ad = adIn(event.referral)
  if (ad !== null) add('ad', ad)
  return deeds
}

/** Identifies an ad: old ones come without an id. */
const adIn = (referral: Referral | null): string | null =>
  referral?.adId ?? (referral?.source === 'ADS' && referral.ref !== null ? `ref ${referral.ref}` : null)

const wordsDeed = (text: string, place: string, atMs: number): Deed => {
  const key = matchKey(text) || text
  const sentence = key.replace(NUMBERS, '#')
  return {
    did: 'words',
    what: short(`${key} ${place}`),
    atMs,
    ...(sentence !== key && isSentence(sentence) && { alike: short(`${sentence} ${place}`) }),
  }
}

const NUMBERS = /\p{N}+/gu
/** At least three words besides the numbers: people who ask for one order after the other type less. */
const isSentence = (key: string): boolean => wordsOf(key).filter((word) => word !== '#').length >= 3

/** Whether the visitor has deleted this message: the callback of the deletion may come first. */
export const isDeleted = (mid: string, state: JsonObject | null): boolean =>
  readLately(state).some(({ did, what }) => did === 'deletion' && what === short(mid))

/** "Yes" to one question of a form is another deed than "yes" to the next. */
const placeIn = (state: JsonObject | null): string => {
  const { form } = readMemory(state)
  return form === null ? '' : `${form.reply} ${form.step}`
}

const short = (what: string): string => (what === '' ? '' : hash('sha256', what, 'base64url').slice(0, 8))

const DEEDS: readonly unknown[] = ['words', 'media', 'tap', 'ad', 'deletion'] satisfies Deed['did'][]

const deedOf = (kept: Json): Deed[] => {
  if (!Array.isArray(kept)) return []
  const [did, what, atMs, alike] = kept
  return DEEDS.includes(did) && typeof what === 'string' && typeof atMs === 'number'
    ? [{ did: did as Deed['did'], what, atMs, ...(typeof alike === 'string' && { alike }) }]
    : []
}

const toKept = ({ did, what, atMs, alike }: Deed): Json =>
  alike === undefined ? [did, what, atMs] : [did, what, atMs, alike]
