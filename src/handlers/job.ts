import { inspect } from 'node:util'
import type { Json, JsonObject } from '../base/json.ts'
import type { Reply } from '../messages.ts'
import type { EventKind, WebhookEvent } from '../webhook/events.ts'

/** The messages between the bot and the process that runs the handlers. */

/** One event for the handlers, with all they may look at. */
export interface Job {
  id: number
  event: WebhookEvent
  pageId: string
  psid: string
  /** What handlers remember of the conversation: written by {@link Plan.state} of this or an earlier version of them. */
  kept: Json | null
  /** Answers that the script's questions have remembered. */
  remembered: Readonly<Record<string, string>>
}

/**
 * What the handlers want done about an event. The bot carries it out, so that script and lookups stay where they are, and
 * an event costs one round trip.
 */
export interface Plan {
  /** In their order. */
  steps: HandlerAction[]
  /** What is to be remembered; null leaves it as it was. */
  state: JsonObject | null
}

export type HandlerAction =
  | { do: 'say'; reply: Reply }
  /** Say a reply of the script. */
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
  /** How long it may take for an event. */
  timeLimitMs: number
}

/** An error in the form that crosses between processes. */
export interface SerializedError {
  name: string
  message: string
  stack: string | null
}

/** The parts of a thrown value that the log shows, cut to a readable length. Handlers throw anything, such as an object of a library. */
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
    // A getter or a proxy that throws itself.
    return { name: 'Error', message: 'the thrown value cannot be read', stack: null }
  }
}

const shown = (value: unknown): string =>
  typeof value === 'string' ? value : inspect(value, { depth: 2, breakLength: Infinity })

export const deserializeError = ({ name, message, stack }: SerializedError): Error =>
  Object.assign(new Error(message), { name, ...(stack !== null && { stack }) })

/** Where the process of the handlers keeps the number of the event whose code runs, as 32 bits, little endian. */
export const NOTE_FD = 4
