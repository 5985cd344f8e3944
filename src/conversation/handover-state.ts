import type { JsonObject } from '../base/json.ts'
import { isJsonObject } from '../base/json.ts'

/** Key of a person's takeover in the conversation's state. */
const KEY = 'handover'

/** How long a person who was not asked for keeps the conversation after writing; also the interval between two looks at the inbox. */
const UNASKED_MS = 60 * 60_000

/** Facebook ends the control of a conversation this long after the person's last word, and sends no webhook (docs/messenger-platform.md#m). */
const CONTROL_MS = 24 * 60 * 60_000

/** The script's setting for the end of silence; see {@link isOver}. */
export type ResumeAfter = number | 'never' | null

/** The visitor's last words while a person has the conversation. */
export interface LastWords {
  text: string
  mid: string | null
}

interface Takeover {
  sinceMs: number
  /** When a person wrote last; null before the first message of a person. */
  personMs: number | null
  /** Whether the visitor asked for a person: then the bot stays silent for longer. */
  asked: boolean
  /** The visitor's last words and their message; null where none are kept. */
  words: LastWords | null
  /** Whether words from the Page inbox began it, which may have been automatic. */
  fromInbox: boolean
}

/** Whether a person has this conversation, so that the bot is silent. */
export const isSilent = (state: JsonObject | null): boolean => state?.[KEY] !== undefined

/** The state after the visitor asked for a person. */
export const silence = (state: JsonObject | null, sinceMs: number): JsonObject => ({
  ...state,
  [KEY]: { sinceMs },
})

/** The state after a person, or another app, wrote or took the conversation. */
export const personWrites = (state: JsonObject | null, atMs: number, fromInbox = false): JsonObject => {
  const before = read(state)
  return {
    ...state,
    [KEY]: {
      sinceMs: before?.sinceMs ?? atMs,
      personMs: Math.max(before?.personMs ?? 0, atMs),
      ...(before?.asked !== true && { asked: false }),
      ...((before?.fromInbox ?? fromInbox) && { fromInbox: true }),
      ...(before?.words && { words: { ...before.words } }),
    },
  }
}

/** When the words from the Page inbox were written that alone silence the bot, ms since the epoch; null when there is another reason. */
export const onlyInboxWordsMs = (state: JsonObject | null): number | null => {
  const now = read(state)
  return now !== null && now.fromInbox && !now.asked && now.personMs === now.sinceMs ? now.sinceMs : null
}

export const endSilence = (state: JsonObject | null): JsonObject | null => {
  if (state === null) return null
  const { [KEY]: _ended, ...rest } = state
  return Object.keys(rest).length === 0 ? null : rest
}

/**
 * Whether silence has ended by itself.
 *
 * @param resumeAfter - how long after the person's last word, ms; null for the default: as long as Facebook lets a person keep control
 * when one was asked for, else an hour; `never`: a visitor who asked for a person waits for a hand-back
 */
export const isOver = (state: JsonObject | null, nowMs: number, resumeAfter: ResumeAfter): boolean => {
  const now = read(state)
  if (now === null || (now.asked && resumeAfter === 'never')) return false
  const usualMs = now.asked ? CONTROL_MS : UNASKED_MS
  const pauseMs = typeof resumeAfter === 'number' ? resumeAfter : usualMs
  return nowMs - Math.max(now.sinceMs, now.personMs ?? 0) >= pauseMs
}

/** The state with the visitor's last words; unchanged where no person has the conversation. */
export const keepWords = (state: JsonObject | null, words: LastWords): JsonObject | null => {
  const noted = state?.[KEY]
  return isJsonObject(noted) ? { ...state, [KEY]: { ...noted, words: { ...words } } } : state
}

/** The state without the words of a message that the visitor deleted. */
export const dropWords = (state: JsonObject | null, mid: string | null): JsonObject | null => {
  const noted = state?.[KEY]
  if (!isJsonObject(noted) || mid === null || read(state)?.words?.mid !== mid) return state
  const { words: _gone, ...rest } = noted
  return { ...state, [KEY]: rest }
}

/** Facts about the takeover for the console; null where the bot never left the conversation to a person. */
export const leftToPerson = (
  state: JsonObject | null,
  nowMs: number,
  resumeAfter: ResumeAfter,
): { sinceMs: number; words: string | null; isOver: boolean; isUnanswered: boolean } | null => {
  const now = read(state)
  if (now === null) return null
  const { sinceMs, words } = now
  return {
    sinceMs,
    words: words?.text ?? null,
    isOver: isOver(state, nowMs, resumeAfter),
    isUnanswered: isUnanswered(now),
  }
}

const isUnanswered = ({ asked, personMs, sinceMs }: Takeover): boolean => asked && (personMs ?? 0) <= sinceMs

/** When a visitor asked for a person, and when one wrote first since; null where the visitor did not ask for one. */
export const askedAndAnswered = (
  state: JsonObject | null,
): { askedMs: number; answeredMs: number | null } | null => {
  const now = read(state)
  if (now === null || !now.asked) return null
  return { askedMs: now.sinceMs, answeredMs: (now.personMs ?? 0) > now.sinceMs ? now.personMs : null }
}

const read = (state: JsonObject | null): Takeover | null => {
  const noted = state?.[KEY]
  if (!isJsonObject(noted)) return null
  const { sinceMs, personMs, asked, fromInbox, words } = noted
  return {
    sinceMs: typeof sinceMs === 'number' ? sinceMs : 0,
    personMs: typeof personMs === 'number' ? personMs : null,
    asked: asked !== false,
    fromInbox: fromInbox === true,
    words:
      isJsonObject(words) && typeof words['text'] === 'string'
        ? { text: words['text'], mid: midOf(words) }
        : null,
  }
}

const midOf = ({ mid }: JsonObject): string | null => (typeof mid === 'string' ? mid : null)
