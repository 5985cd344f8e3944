import type { ConversationView, ScriptResult } from '../../conversation/view.ts'
import type { Clock } from '../../base/clock.ts'
import type { Graph } from '../../graph/graph.ts'
import type { JsonObject } from '../../base/json.ts'
import type { OutboxItem, QueuedReply, Reply, ReplyDates } from '../../messages.ts'
import type { Conversation, EventOutcome, InboxClaim, StoredEvent } from '../../store/store.ts'
import type { WebhookEvent } from '../../webhook/events.ts'
import { createPleaseWait, type PleaseWaitDeps } from './please-wait.ts'
import type { Log } from '../../base/logger.ts'
import { within } from '../../base/within.ts'
import type { Rest, EventContext } from './event-context.ts'

/** Answers one event. Pure: reads the event and the conversation's state, returns replies and the new state. */
export type EventHandler = (
  event: WebhookEvent,
  conversation: ConversationView,
) => ScriptResult | Promise<ScriptResult>

export type OnHandled = (event: WebhookEvent, conversation: ConversationView, result: ScriptResult) => void

/** Calls the handler for a stored event. Never fails: when the handler does, the event gets the replies of `apologise`. */
export type Handling = (
  claim: InboxClaim,
  stored: StoredEvent,
  event: WebhookEvent,
  rest: Rest,
) => Promise<HandledEvent>

/** The outcome of an event, and the outbox items that the texts of `replies` were made from. */
export type HandledEvent = EventOutcome & { items: readonly OutboxItem[] }

export const createHandling = (
  deps: Omit<PleaseWaitDeps, 'datesOf'> & {
    graph: Pick<Graph, 'now'>
    handle: EventHandler
    eventContext: EventContext
    /** The replies when the handler failed; none when the bot must stay silent. */
    apologise: (event: WebhookEvent, conversation: ConversationView) => Reply[]
    /** Called when the handling of an event begins. */
    onTaken: (event: WebhookEvent, conversation: ConversationView) => void
    onHandled: OnHandled
    clock: Clock
    log: Log
    handlerLimitMs: number
    /** Whether words without a sure reply of the script are kept. */
    keepsQuestions: boolean
  },
): Handling => {
  const { graph, handle, eventContext, apologise, onTaken, onHandled, clock, log } = deps
  const { handlerLimitMs, keepsQuestions } = deps
  /** The event's own time may lie ahead, or come from our clock, which may be wrong. Only Facebook's time is reliable. */
  const datesOf = ({ timestampMs }: WebhookEvent): ReplyDates => {
    const facebookMs = graph.now()
    return facebookMs === null ? { datedMs: timestampMs } : { answersMs: Math.min(timestampMs, facebookMs) }
  }
  const pleaseWait = createPleaseWait({ ...deps, datesOf })

  const apologyFor = (event: WebhookEvent, conversation: ConversationView): Reply[] => {
    if (conversation.psid === null) return []
    try {
      return apologise(event, conversation)
    } catch (error) {
      // If `apologise` fails, too, end the event: claimed again it would fail for ever.
      log.error({ err: error, pageId: conversation.pageId, eventKey: event.key }, 'the apology failed, too')
      return []
    }
  }

  const withinLimit = async (
    result: Promise<ScriptResult>,
    stopPleaseWait: () => void,
  ): Promise<ScriptResult> => {
    try {
      const answer = await within(clock, handlerLimitMs, result, null)
      if (answer === null) throw new Error(`no answer within ${handlerLimitMs} ms`)
      return answer
    } finally {
      stopPleaseWait()
    }
  }

  return async (claim, stored, event, rest) => {
    const { conversation } = claim
    const { pageId } = conversation
    let view = viewOf(conversation)
    if (view.state === null && conversation.state !== null)
      log.error(
        { pageId, conversation: conversation.id },
        'the state of a conversation is damaged, and begins anew',
      )
    try {
      const seen = eventContext({ claim, stored, event, view, rest })
      view = seen instanceof Promise ? await seen : seen
      onTaken(event, view)
      const answer = handle(event, view)
      const result =
        answer instanceof Promise ? await withinLimit(answer, pleaseWait(claim, stored, event, view)) : answer
      onHandled(event, view, result)
      return {
        ...toOutcome(datesOf(event), conversation, result),
        ...(keepsQuestions && openQuestionOf(event, result)),
        ...takenBackBy(event),
      }
    } catch (error) {
      log.error(
        { err: error, pageId, kind: event.kind, eventKey: event.key },
        'the handler failed on an event',
      )
      return {
        ...asTexts(itemsOf(datesOf(event), { replies: apologyFor(event, view) })),
        ...takenBackBy(event),
      }
    }
  }
}

/** The stored conversation as a handler gets it. */
const viewOf = ({ pageId, psid, state }: Conversation): ConversationView => ({
  pageId,
  psid,
  state: state === null ? null : readState(state),
})

/** @returns null for a damaged state */
const readState = (state: string): JsonObject | null => {
  try {
    const read: unknown = JSON.parse(state)
    return typeof read === 'object' && read !== null && !Array.isArray(read) ? (read as JsonObject) : null
  } catch {
    return null
  }
}

const toOutcome = (dates: ReplyDates, { psid, state }: Conversation, result: ScriptResult): HandledEvent => {
  const next = result.state === null ? null : JSON.stringify(result.state)
  return {
    ...asTexts(psid === null ? [] : itemsOf(dates, result)),
    ...(next !== state && { state: next }),
    ...(result.answers !== undefined && {
      answers: result.answers.map(({ values, ...kept }) => ({ ...kept, body: JSON.stringify(values) })),
    }),
    ...(result.counts !== undefined && { counts: result.counts }),
  }
}

const openQuestionOf = (event: WebhookEvent, { heard }: ScriptResult): Pick<EventOutcome, 'question'> => {
  if (heard === undefined || heard.how === 'matched') return {}
  const mid = event.kind === 'message' ? event.mid : null
  return { question: { ...heard, mid } }
}

const takenBackBy = (event: WebhookEvent): Pick<EventOutcome, 'takenBack'> =>
  event.kind === 'message_deleted' && event.mid !== null ? { takenBack: event.mid } : {}

/** In sending order. */
const itemsOf = (
  dates: ReplyDates,
  {
    replies,
    effects = [],
    saying,
    by,
    humanAgent,
  }: Pick<ScriptResult, 'replies' | 'effects' | 'saying' | 'by' | 'humanAgent'>,
): OutboxItem[] => [
  ...effects.filter(({ do: what }) => what === 'take'),
  ...replies.map((reply): QueuedReply => ({
    ...reply,
    ...dates,
    ...(saying !== undefined && { saying }),
    ...(by !== undefined && { by }),
    ...(humanAgent && { humanAgent }),
  })),
  ...effects.filter(({ do: what }) => what !== 'take'),
]

const asTexts = (items: readonly OutboxItem[]): HandledEvent => ({
  items,
  replies: items.map((item) => JSON.stringify(item)),
})
