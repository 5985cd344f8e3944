import { LIMITS } from '../channel/messenger.ts'
import { MOST_MESSAGES } from '../script/limits.ts'
import { splitText } from '../conversation/split.ts'
import { isJsonObject, type Json, type JsonObject } from '../base/json.ts'
import type { WebhookEvent } from '../webhook/events.ts'
import type { AnyHandler, Context, Definition, StateDefinition } from './bot.ts'
import type { Job, Plan, HandlerAction } from './job.ts'
import { checkMessage } from './messages.ts'

/**
 * Characters of JSON. The bound is needed because the state is sent to the handlers' process with every event of the
 * conversation.
 */
const LARGEST_STATE = 64 * 1024

/**
 * Runs the handlers for one event. Each one runs when the one before calls `next`; after the last one the script answers.
 *
 * @param signal - passed to the handlers
 * @throws the error of a handler, or Error for a call that a handler must not make
 */
export const runChain = async (
  definition: Definition<unknown>,
  job: Job,
  signal: AbortSignal,
): Promise<Plan> => {
  const { event, pageId, psid, kept, remembered } = job
  const wanted = handlersFor(definition, event)
  const before = asKept(readState(definition.state, kept))
  const unchanged = JSON.stringify(before)
  const steps: HandlerAction[] = []
  let said = 0
  let isOver = false

  const add = (step: HandlerAction): void => {
    if (isOver) throw new Error('the answer to this event is already on its way: await what you start')
    steps.push(step)
  }

  const ctx: Context<unknown> = {
    event,
    key: event.key,
    pageId,
    psid,
    state: before,
    remembered,
    reply: (what, options = {}) => {
      for (const message of messagesOf(what)) {
        if (said >= MOST_MESSAGES) throw tooMany()
        said += 1
        // A copy, because the handler may change the object later.
        add({ do: 'say', reply: { message: checkMessage(structuredClone(message)), ...typingOf(options) } })
      }
    },
    script: async (name) => add({ do: 'script', name: String(name) }),
    handover: () => add({ do: 'handover' }),
    signal,
  }

  const step = async (index: number): Promise<void> => {
    const handler = wanted[index]
    if (handler === undefined) return add({ do: 'rest' })
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
    const isNew = JSON.stringify(ctx.state) !== unchanged || kept !== null
    return { steps, state: isNew ? writeState(definition.state, ctx.state) : null }
  } finally {
    isOver = true
  }
}

/** The error for an event that is answered with more than {@link MOST_MESSAGES} messages; the caller throws it. */
export const tooMany = (): RangeError =>
  new RangeError(`an event is answered with at most ${MOST_MESSAGES} messages`)

const handlersFor = ({ handlers }: Definition<unknown>, event: WebhookEvent): AnyHandler<unknown>[] =>
  handlers.filter(({ kinds }) => kinds === null || kinds.has(event.kind)).map(({ run }) => run)

/** @throws Error when the state of another version cannot be converted */
const readState = (definition: StateDefinition<unknown>, kept: Json | null): unknown => {
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

/**
 * A copy of a state by way of JSON. `initial` may return the same object for all conversations, and one visitor's data must not
 * show in another conversation. The first event also gets the same types as later ones: no Dates, Maps or classes.
 */
const asKept = (state: unknown): unknown => {
  const text = JSON.stringify(state) as string | undefined
  return text === undefined ? undefined : JSON.parse(text)
}

const writeState = (definition: StateDefinition<unknown>, state: unknown): JsonObject => {
  const text = JSON.stringify({ version: definition.version, data: state ?? null })
  if (text.length > LARGEST_STATE) {
    throw new RangeError(
      `the state of a conversation has at most ${LARGEST_STATE} characters, not ${text.length}`,
    )
  }
  return JSON.parse(text) as JsonObject
}

const messagesOf = (said: unknown): unknown[] => {
  if (said instanceof Promise) throw new TypeError('a promise is no message: await it first')
  return typeof said === 'string' && said.length > LIMITS.text
    ? splitText(said, LIMITS.text, MOST_MESSAGES).map((text) => ({ text }))
    : [typeof said === 'string' ? { text: said } : said]
}

const typingOf = ({ typingMs }: { typingMs?: number }): { typingMs?: number } => {
  if (typingMs === undefined) return {}
  if (!Number.isFinite(typingMs) || typingMs < 0 || typingMs > 10_000) {
    throw new RangeError('the typing bubble is shown for 0 to 10,000 ms')
  }
  return { typingMs }
}
