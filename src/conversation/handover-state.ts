import type { JsonObject } from '../base/json.ts'
import type { WebhookEvent } from '../webhook/events.ts'
import { isJsonObject } from '../base/json.ts'

/** Where a conversation's state says that a person has taken over. */
const KEY = 'handover'

/** Someone who wrote without being asked for is done after this time; it is also the pause between two looks at the inbox. */
const UNASKED_MS = 60 * 60_000

/** Control of a conversation ends so long after the person's last word, and no webhook says so (reference M). */
const CONTROL_MS = 24 * 60 * 60_000

interface Silence {
  sinceMs: number
  /** When a person wrote last; null when nobody has yet. */
  personMs: number | null
  /** Whether the visitor asked for a person: then the bot leaves it to that person for longer. */
  asked: boolean
}

/** Whether the bot left this conversation to a person. */
export const isSilent = (state: JsonObject | null): boolean => state?.[KEY] !== undefined

/** The visitor is to have a person. */
export const silence = (state: JsonObject | null, sinceMs: number): JsonObject => ({
  ...state,
  [KEY]: { sinceMs },
})

/** A person, or another app, writes or takes the conversation. */
export const personWrites = (state: JsonObject | null, atMs: number): JsonObject => {
  const before = read(state)
  return {
    ...state,
    [KEY]: {
      sinceMs: before?.sinceMs ?? atMs,
      personMs: Math.max(before?.personMs ?? 0, atMs),
      ...(before?.asked !== true && { asked: false }),
    },
  }
}

export const endSilence = (state: JsonObject | null): JsonObject | null => {
  if (state === null) return null
  const { [KEY]: _ended, ...rest } = state
  return Object.keys(rest).length === 0 ? null : rest
}

/**
 * Whether silence has ended by itself.
 *
 * @param resumeAfter - how long after the person's last word, ms; null for the usual: as long as Facebook lets a person keep
 *   control where one was asked for, else an hour; `never` keeps who asked for a person waiting for a hand-back
 */
export const isOver = (
  state: JsonObject | null,
  nowMs: number,
  resumeAfter: number | 'never' | null,
): boolean => {
  const now = read(state)
  if (now === null || (now.asked && resumeAfter === 'never')) return false
  const usualMs = now.asked ? CONTROL_MS : UNASKED_MS
  const pauseMs = typeof resumeAfter === 'number' ? resumeAfter : usualMs
  return nowMs - Math.max(now.sinceMs, now.personMs ?? 0) >= pauseMs
}

/** Whether an event gives the conversation to our app, or to no app in particular (reference I). */
export const handsBack = (event: WebhookEvent, appId: string): boolean =>
  movesThread(event) &&
  (event.newOwnerAppId === null ? event.kind === 'pass_thread_control' : event.newOwnerAppId === appId)

/**
 * Whether an event shows somebody else at work: a message of the Page that is not ours (from the Page inbox, whichever way
 * its id is spelled, or another app), or the thread going to another app. An echo without app id is nobody's in particular.
 */
export const showsPerson = (event: WebhookEvent, appId: string): boolean =>
  event.kind === 'echo'
    ? event.appId !== null && event.appId !== appId
    : movesThread(event) && event.newOwnerAppId !== null && event.newOwnerAppId !== appId

const movesThread = (
  event: WebhookEvent,
): event is Extract<WebhookEvent, { kind: 'pass_thread_control' | 'take_thread_control' }> =>
  event.kind === 'pass_thread_control' || event.kind === 'take_thread_control'

const read = (state: JsonObject | null): Silence | null => {
  const noted = state?.[KEY]
  if (!isJsonObject(noted)) return null
  const { sinceMs, personMs, asked } = noted
  return {
    sinceMs: typeof sinceMs === 'number' ? sinceMs : 0,
    personMs: typeof personMs === 'number' ? personMs : null,
    asked: asked !== false,
  }
}
