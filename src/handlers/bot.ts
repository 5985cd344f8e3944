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
   * Runs for texts: the same but for capitals, accents and punctuation; or fitting a regular expression. Visitors choose
   * what it is tried on: one that can backtrack for ever will.
   */
  hears: (what: Heard | readonly Heard[], handler: TextHandler<S>) => Bot<S>
  /** Runs for taps on buttons and quick replies with this payload. */
  payload: (what: Heard | readonly Heard[], handler: TapHandler<S>) => Bot<S>
  /** For the bot's own use. */
  definition: Definition<S>
}

/** Calls `next` to let the following handlers, and at last the script, have the event. */
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
   * Equal whenever the same event is handled again: after a crash it is. Work outside the bot (an order, a payment) is
   * done under this key, so that it is done once.
   */
  key: string
  pageId: string
  psid: string
  /** What is remembered of this conversation. Changes are kept together with the replies, or not at all. */
  state: S
  /** Answers that the script's questions have remembered. */
  remembered: Readonly<Record<string, string>>
  /** Says something: sent in this order once the handler is done. A long text becomes several messages. */
  reply: (said: string | SendMessage, options?: { typingMs?: number }) => void
  /** Says a reply of the script. Where it has none of that name, the event fails. */
  script: (name: string) => Promise<void>
  /** Leaves the conversation to a person, after what was said. */
  handover: () => void
  /** Aborted when the time for this event is over. */
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
  /** What is remembered of a conversation that is new to these handlers. */
  initial: () => S
  /** Brings what an earlier version remembered up to date. */
  migrate?: (old: unknown, version: number) => S
}

export interface BotOptions {
  /** How long the handlers may take for an event, in ms: 10 seconds where nothing is said, at most 5 minutes. */
  timeLimitMs?: number
}

const MARK = Symbol.for('evergreen.bot')
const USUAL_LIMIT_MS = 10_000
export const LONGEST_LIMIT_MS = 300_000

/** Begins a bot without state of its own, or with one. */
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

/** Whether a value was made by {@link defineBot}, be it of another copy of this module. */
export const isBot = (value: unknown): value is Bot =>
  typeof value === 'object' && value !== null && MARK in value

const textOf = (event: WebhookEvent): string | null =>
  event.kind === 'message' && event.quickReply === null ? event.text : null

const payloadOf = (event: WebhookEvent): string | null => {
  if (event.kind === 'postback') return event.payload
  return event.kind === 'message' ? event.quickReply : null
}

/** What a listener hears: the match of a pattern, null for a text that is the same, undefined for neither. */
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
