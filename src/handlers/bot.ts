import { matchKey } from '../script/match-key.ts'
import type { JsonObject } from '../base/json.ts'
import type { SendMessage } from '../messages.ts'
import type { EventKind, EventOf, WebhookEvent } from '../webhook/events.ts'

/** Code that answers events before the script does: made by {@link defineBot}, named by `BOT_HANDLERS`. */
export interface Bot<S = unknown> {
  /** Runs for every event, in the order of registration, with everything else. */
  use: (handler: Handler<S>) => Bot<S>
  /** Runs for events of these kinds. */
  on: <K extends EventKind>(kinds: K | readonly K[], handler: Handler<S, K>) => Bot<S>
  /**
   * Runs for texts that equal `what`, apart from capitals, accents and punctuation, or that match a regular expression. Visitors
   * write the texts, so an expression must not be one that can backtrack without end.
   */
  hears: (what: Heard | readonly Heard[], handler: TextHandler<S>) => Bot<S>
  /** Runs for taps on buttons and quick replies with this payload. */
  payload: (what: Heard | readonly Heard[], handler: TapHandler<S>) => Bot<S>
  /** Only for the bot; authors of handlers do not need it. */
  definition: Definition<S>
}

/** A handler calls `next` to pass the event to the following handlers and, after the last one, to the script. */
export type Handler<S, K extends EventKind = EventKind> = (
  ctx: Context<S, K>,
  next: () => Promise<void>,
) => void | Promise<void>
export type TextHandler<S> = (
  ctx: Context<S, 'message'> & { match: RegExpExecArray | null },
  next: () => Promise<void>,
) => void | Promise<void>
export type TapHandler<S> = (
  ctx: Context<S, 'message' | 'postback'> & { payload: string },
  next: () => Promise<void>,
) => void | Promise<void>
export type Heard = string | RegExp

/** One event, with the actions a handler may take on it. */
export interface Context<S, K extends EventKind = EventKind> {
  event: EventOf<K>
  /**
   * The key of the event, which is the same when the event is handled again, as after a crash. Give it to other systems (for an
   * order, a payment) as the idempotency key, so that the work is done once.
   */
  key: string
  pageId: string
  psid: string
  /** The handlers' state of this conversation. Changes are stored in one transaction with the replies. */
  state: S
  /** Answers to the script's questions that the bot remembers. */
  remembered: Readonly<Record<string, string>>
  /**
   * Adds a message. Messages are sent in the order of the calls, after all handlers have returned. A long text becomes several
   * messages.
   */
  reply: (said: string | SendMessage, options?: { typingMs?: number }) => void
  /** Adds a reply of the script. If the script has no reply of that name, the event fails. */
  script: (name: string) => Promise<void>
  /** Hands the conversation over to a person, after the messages added so far. */
  handover: () => void
  /** Aborted shortly before the time limit of this event. */
  signal: AbortSignal
}

export interface Definition<S> {
  state: StateDefinition<S>
  timeLimitMs: number
  handlers: readonly { kinds: ReadonlySet<EventKind> | null; run: AnyHandler<S> }[]
}

export type AnyHandler<S> = (ctx: Context<S>, next: () => Promise<void>) => void | Promise<void>

export interface StateDefinition<S> {
  /** Raised when the shape changes. */
  version: number
  /** The state of a conversation that has none yet. */
  initial: () => S
  /** Converts a state that an earlier version stored. */
  migrate?: (old: unknown, version: number) => S
}

export interface BotOptions {
  /** Time limit of the handlers for one event, ms: 10 seconds by default, at most 5 minutes. */
  timeLimitMs?: number
}

const MARK = Symbol.for('evergreen.bot')
const USUAL_LIMIT_MS = 10_000
export const LONGEST_LIMIT_MS = 300_000

/** Makes a bot, with a state of its own if `options` has one. */
export function defineBot(options?: BotOptions): Bot<JsonObject>
export function defineBot<S>(options: BotOptions & { state: StateDefinition<S> }): Bot<S>
export function defineBot<S>(options: BotOptions & { state?: StateDefinition<S> } = {}): Bot<S> {
  const { state = { version: 1, initial: () => ({}) as S }, timeLimitMs = USUAL_LIMIT_MS } = options
  if (!(timeLimitMs >= 100 && timeLimitMs <= LONGEST_LIMIT_MS)) {
    throw new RangeError(`the time limit is 100 to ${LONGEST_LIMIT_MS} ms`)
  }
  if (!Number.isInteger(state.version) || state.version < 1) {
    throw new RangeError('the version of a state is a whole number from 1')
  }
  const handlers: { kinds: ReadonlySet<EventKind> | null; run: AnyHandler<S> }[] = []
  const add = (kinds: readonly EventKind[] | null, run: AnyHandler<S>): Bot<S> => {
    if (typeof run !== 'function') throw new TypeError('a handler is a function')
    handlers.push({ kinds: kinds === null ? null : new Set(kinds), run })
    return bot
  }
  const bot: Bot<S> = {
    use: (handler) => add(null, handler),
    on: (kinds, handler) =>
      add(typeof kinds === 'string' ? [kinds] : kinds, handler as unknown as AnyHandler<S>),
    hears: (what, handler) => {
      const fits = listener(what)
      return add(['message'], (ctx, next) => {
        const heard = textOf(ctx.event)
        const match = heard === null ? undefined : fits(heard)
        if (match === undefined) return next()
        return handler(Object.assign(ctx as Context<S, 'message'>, { match }), next)
      })
    },
    payload: (what, handler) => {
      const fits = listener(what, true)
      return add(['message', 'postback'], (ctx, next) => {
        const tapped = payloadOf(ctx.event)
        if (tapped === null || fits(tapped) === undefined) return next()
        return handler(Object.assign(ctx as Context<S, 'message' | 'postback'>, { payload: tapped }), next)
      })
    },
    definition: { state, timeLimitMs, handlers },
  }
  return Object.assign(bot, { [MARK]: true })
}

/** Whether a value was made by {@link defineBot}, even by that of another copy of this module. */
export const isBot = (value: unknown): value is Bot =>
  typeof value === 'object' && value !== null && MARK in value

const textOf = (event: WebhookEvent): string | null =>
  event.kind === 'message' && event.quickReply === null ? event.text : null

const payloadOf = (event: WebhookEvent): string | null => {
  if (event.kind === 'postback') return event.payload
  return event.kind === 'message' ? event.quickReply : null
}

/** Makes the test of a text: it returns the match of an expression, null for an equal text, undefined for neither. */
const listener = (
  what: Heard | readonly Heard[],
  literally = false,
): ((text: string) => RegExpExecArray | null | undefined) => {
  const all: readonly Heard[] = typeof what === 'string' || what instanceof RegExp ? [what] : what
  const patterns = all.filter((one) => one instanceof RegExp)
  const same = new Set(all.flatMap((one) => (one instanceof RegExp ? [] : [literally ? one : matchKey(one)])))
  return (text) => {
    if (same.has(literally ? text : matchKey(text))) return null
    for (const pattern of patterns) {
      pattern.lastIndex = 0
      const match = pattern.exec(text)
      if (match !== null) return match
    }
    return undefined
  }
}
