import type { Clock } from '../clock.ts'
import type { Conversation, ConversationView, Handled } from '../conversation/conversation.ts'
import { readMemory } from '../conversation/memory.ts'
import { LIMITS, MOST_MESSAGES } from '../conversation/script/limits.ts'
import { silence } from '../conversation/silence.ts'
import { splitText } from '../conversation/split.ts'
import { isJsonObject, type Json, type JsonObject } from '../json.ts'
import type { Effect, Reply } from '../messages.ts'
import type { EventKind, WebhookEvent } from '../webhook/events.ts'
import type { AnyHandler, Bot, Context } from './bot.ts'
import { checkMessage } from './messages.ts'

/** Where a conversation's state keeps what handlers remember. */
const KEY = 'bot'
/** It travels with every event of the conversation. */
const LARGEST_STATE = 64 * 1024
/** Whoever looks at these, the script must know who has the conversation. */
const ABOUT_CONTROL: ReadonlySet<EventKind> = new Set(['echo', 'pass_thread_control', 'take_thread_control'])
/** The signal comes a little before delivery gives up on the event. */
const SIGNAL_MS = 9000

/**
 * Code handlers first, the script for what they leave. Handlers do not run while a person has the conversation; what
 * fails in them is thrown, and costs this event alone.
 */
export const withHandlers = (deps: {
  bot: Bot
  script: Conversation
  clock: Pick<Clock, 'after'>
}): Conversation['handle'] => {
  const { bot, script, clock } = deps
  const { state: definition, handlers } = bot.definition

  const wantedFor = (event: WebhookEvent): AnyHandler<unknown>[] =>
    handlers.filter(({ kinds }) => kinds === null || kinds.has(event.kind)).map(({ run }) => run)

  /** @throws Error when what an earlier version remembered cannot be brought up to date */
  const readState = (kept: Json | undefined): unknown => {
    if (!isJsonObject(kept) || typeof kept['version'] !== 'number') return definition.initial()
    const { version, data } = kept
    if (version === definition.version) return data
    if (definition.migrate === undefined) {
      throw new Error(
        `the state has version ${version}, these handlers ${definition.version}, and no "migrate"`,
      )
    }
    return definition.migrate(data, version)
  }

  const writeState = (state: unknown): JsonObject => {
    const text = JSON.stringify({ version: definition.version, data: state ?? null })
    if (text.length > LARGEST_STATE) {
      throw new RangeError(
        `the state of a conversation has at most ${LARGEST_STATE} characters, not ${text.length}`,
      )
    }
    return JSON.parse(text) as JsonObject
  }

  const run = async (
    wanted: readonly AnyHandler<unknown>[],
    event: WebhookEvent,
    view: ConversationView,
    psid: string,
  ): Promise<Handled> => {
    const replies: Reply[] = []
    const effects: Effect[] = []
    const answers: NonNullable<Handled['answers']>[number][] = []
    const before = readState(view.state?.[KEY])
    const unchanged = JSON.stringify(before)
    let rest = view.state
    let isOver = false
    let reached = false

    const add = (reply: Reply): void => {
      if (isOver) throw new Error('the answer to this event is already on its way: await what you start')
      if (replies.length >= MOST_MESSAGES) {
        throw new RangeError(`an event is answered with at most ${MOST_MESSAGES} messages`)
      }
      replies.push(reply)
    }

    const take = (handled: Handled): void => {
      for (const reply of handled.replies) add(reply)
      effects.push(...(handled.effects ?? []))
      answers.push(...(handled.answers ?? []))
      rest = handled.state
    }

    const timeout = new AbortController()
    const cancel = clock.after(SIGNAL_MS, () => timeout.abort(new Error('the time for this event is over')))
    const ctx: Context<unknown> = {
      event,
      key: event.key,
      pageId: view.pageId,
      psid,
      state: before,
      remembered: readMemory(view.state).remembered,
      reply: (said, options = {}) => {
        for (const message of messagesOf(said)) add({ message: checkMessage(message), ...typingOf(options) })
      },
      script: async (name) => {
        const handled = await script.answerWith(name, event, { ...view, state: rest })
        if (handled === null) throw new Error(`the script has no reply named ${JSON.stringify(name)}`)
        take(handled)
      },
      handover: () => {
        effects.push({ do: 'handover' })
        rest = silence(rest, event.timestampMs)
      },
      signal: timeout.signal,
    }

    const toScript = async (): Promise<void> => {
      reached = true
      take(await script.handle(event, { ...view, state: rest }))
    }

    const step = async (index: number): Promise<void> => {
      const handler = wanted[index]
      if (handler === undefined) return toScript()
      let called = false
      const given: unknown = await handler(ctx, () => {
        if (called) throw new Error('"next" was called twice by one handler')
        called = true
        return step(index + 1)
      })
      if (given !== undefined) throw new TypeError('a handler returns nothing: it says things with ctx.reply')
    }

    try {
      await step(0)
      if (!reached && ABOUT_CONTROL.has(event.kind)) await toScript()
      const after = JSON.stringify(ctx.state)
      const state =
        after === unchanged && view.state?.[KEY] === undefined
          ? rest
          : { ...rest, [KEY]: writeState(ctx.state) }
      return { replies, state, effects, answers }
    } finally {
      isOver = true
      cancel()
    }
  }

  return (event, view) => {
    const wanted = wantedFor(event)
    const { psid } = view
    const awake = wanted.length === 0 || psid === null ? null : script.wake(event, view)
    return awake === null || psid === null ? script.handle(event, view) : run(wanted, event, awake, psid)
  }
}

const messagesOf = (said: unknown): unknown[] =>
  typeof said === 'string' && said.length > LIMITS.text
    ? splitText(said, LIMITS.text, MOST_MESSAGES).map((text) => ({ text }))
    : [typeof said === 'string' ? { text: said } : said]

const typingOf = ({ typingMs }: { typingMs?: number }): { typingMs?: number } => {
  if (typingMs === undefined) return {}
  if (!Number.isFinite(typingMs) || typingMs < 0 || typingMs > 10_000) {
    throw new RangeError('the typing bubble is shown for 0 to 10,000 ms')
  }
  return { typingMs }
}
