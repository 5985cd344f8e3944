import { inspect } from 'node:util'
import type { Json, JsonObject } from '../base/json.ts'
import type { Reply } from '../messages.ts'
import type { EventKind, WebhookEvent } from '../webhook/events.ts'

/** The messages between the bot and the process that runs the handlers. */

/** One event for the handlers, with all data they may use. */
export interface Job {
  id: number
  event: WebhookEvent
  pageId: string
  psid: string
  /** The handlers' state of the conversation, as {@link Plan.state} of this or an earlier version of the handlers. */
  kept: Json | null
  /** Answers to the script's questions that the bot remembers. */
  remembered: Readonly<Record<string, string>>
}

/**
 * The handlers' result for an event. The bot carries it out, so that only the bot needs the script and look-ups, and an event
 * takes one round trip.
 */
export interface Plan {
  /** In the order in which they are carried out. */
  steps: HandlerAction[]
  /** The new state; null leaves the stored one unchanged. */
  state: JsonObject | null
}

export type HandlerAction =
  | { do: 'say'; reply: Reply }
  /** Send a reply of the script. */
  | { do: 'script'; name: string }
  /** Let the script answer the event. */
  | { do: 'rest' }
  | { do: 'handover' }

export type ToProcess =
  | { load: string }
  | { job: Job }
  /** The time for this event is nearly over. */
  | { abort: number }
  | { ping: true }

export type FromProcess =
  | { loaded: LoadedHandlers }
  | { refused: { message: string; remedy: string | null } }
  /** `text` is the JSON of a {@link Plan}. */
  | { plan: number; text: string }
  | { failed: number; problem: SerializedError }
  /** An uncaught error of the handlers; `broken` is the event it belongs to, 0 for none. */
  | { broken: number; problem: SerializedError }
  /** `bytes` is the memory of the whole process. */
  | { pong: true; bytes: number }

/** The facts about loaded handlers that the bot needs. */
export interface LoadedHandlers {
  /** The kinds of events it has handlers for; null for all. */
  kinds: EventKind[] | null
  /** Time limit for one event, ms. */
  timeLimitMs: number
}

/** An error in the form that crosses between processes. */
export interface SerializedError {
  name: string
  message: string
  stack: string | null
}

/**
 * The parts of a thrown value that the log shows, cut to a readable length. Handlers may throw any value, such as an object of a
 * library.
 */
export const serializeError = (error: unknown): SerializedError => {
  try {
    if (!(error instanceof Error)) return { name: 'Error', message: shown(error).slice(0, 2000), stack: null }
    const { name, message, stack } = error as { name: unknown; message: unknown; stack: unknown }
    return {
      name: shown(name).slice(0, 100),
      message: shown(message).slice(0, 2000),
      stack: typeof stack === 'string' ? stack.slice(0, 8000) : null,
    }
  } catch {
    // A getter or a proxy of the value has thrown.
    return { name: 'Error', message: 'the thrown value cannot be read', stack: null }
  }
}

const shown = (value: unknown): string =>
  typeof value === 'string' ? value : inspect(value, { depth: 2, breakLength: Infinity })

export const deserializeError = ({ name, message, stack }: SerializedError): Error =>
  Object.assign(new Error(message), { name, ...(stack !== null && { stack }) })

/**
 * The file descriptor to which the handlers' process writes the number of the event whose code runs, as 32 bits, little endian.
 */
export const NOTE_FD = 4
