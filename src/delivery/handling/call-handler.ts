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

/** Answers one event. Pure: looks at the event and what was remembered, returns what to say and what to remember. */
export type EventHandler = (
  event: WebhookEvent,
  conversation: ConversationView,
) => ScriptResult | Promise<ScriptResult>

export type OnHandled = (event: WebhookEvent, conversation: ConversationView, result: ScriptResult) => void

/** Puts a stored event to the handler. Never fails: a handler that does is apologised for. */
export type Handling = (
  claim: InboxClaim,
  stored: StoredEvent,
  event: WebhookEvent,
  rest: Rest,
) => Promise<HandledEvent>

/** What an event leads to, and the items that `replies` are the texts of. */
export type HandledEvent = EventOutcome & { items: readonly OutboxItem[] }

export const createHandling = (
  deps: Omit<PleaseWaitDeps, 'datesOf'> & {
    graph: Pick<Graph, 'now'>
    handle: EventHandler
    eventContext: EventContext
    /** What to say when the handler failed; nothing when it must stay silent. */
    apologise: (event: WebhookEvent, conversation: ConversationView) => Reply[]
    /** The event is taken up. */
    onTaken: (event: WebhookEvent, conversation: ConversationView) => void
    onHandled: OnHandled
    clock: Clock
    log: Log
    handlerLimitMs: number
    /** Whether words that the script had no sure reply for are kept. */
    keepsQuestions: boolean
  },
): Handling => {
  const { graph, handle, eventContext, apologise, onTaken, onHandled, clock, log } = deps
  const { handlerLimitMs, keepsQuestions } = deps
  /** An event may be dated ahead, or by our own clock, which may be wrong; only Facebook's time tells. */
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
      // An event that cannot even be apologised for is over all the same; handed out again it would fail for ever.
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
        'what was remembered of a conversation is damaged, and begins anew',
      )
    try {
      const seen = eventContext(claim, stored, event, view, rest)
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

/** What is kept of a conversation, as a handler sees it. */
const viewOf = ({ pageId, psid, state }: Conversation): ConversationView => ({
  pageId,
  psid,
  state: state === null ? null : readState(state),
})

/** Null for a damaged one. */
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

/** In the order they are to leave. */
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
