import type { Clock } from '../clock.ts'
import type { JsonObject } from '../json.ts'
import type { Effect, QueuedReply, Reply } from '../messages.ts'
import type {
  AnswerAtOnce,
  EventOutcome,
  InboxClaim,
  OutboxClaim,
  Store,
  StoredEvent,
} from '../store/store.ts'
import type { WebhookEvent } from '../webhook/events.ts'
import { createHolding, type Holding } from './holding.ts'
import type { Log } from './log.ts'
import type { Sender } from './sender.ts'

/** Answers one event. Pure: looks at the event and what was remembered, returns what to say and what to remember. */
export type Handler = (
  event: WebhookEvent,
  conversation: HandlerConversation,
) => HandlerResult | Promise<HandlerResult>

export interface HandlerConversation {
  pageId: string
  psid: string | null
  state: JsonObject | null
}

export interface HandlerResult {
  replies: Reply[]
  state: JsonObject | null
  /** Done after the replies were sent, in this order. */
  effects?: readonly Effect[]
  /** Answers of a form, to be kept and perhaps delivered. */
  answers?: readonly { form: string; url: string | null; values: Readonly<Record<string, string>> }[]
}

export type Handled = (event: WebhookEvent, conversation: HandlerConversation, result: HandlerResult) => void

/** Brings events to the handler: each conversation in its order, the conversations beside each other. */
export interface Dispatcher {
  start: () => void
  /** Lets the events being handled come to their end, and begins nothing new. */
  stop: () => Promise<void>
}

export const createDispatcher = (deps: {
  store: Store
  /** Reads an event's body; the counterpart of what the webhook stored. */
  read: (body: string) => WebhookEvent
  handle: Handler
  /** Whether events may be put to the handler that may never be stored, and then again. */
  handlesAtOnce: boolean
  /** What to say when the handler failed; nothing when it must stay silent. */
  apologise: (event: WebhookEvent, conversation: HandlerConversation) => Reply[]
  /** What to say while the handler takes its time. */
  holding: Holding
  /** Where the replies go when they may leave at once. */
  sender: Pick<Sender, 'hasRoom' | 'reserve' | 'unreserve' | 'deliver' | 'confirm'>
  /** Events that concern more than their conversation pass by here too. */
  onEvent: (event: WebhookEvent) => void
  /** The handler has answered an event. */
  onHandled: Handled
  /** Replies for this Page are about to wait or to leave. */
  onReplies: (pageId: string) => void
  clock: Clock
  log: Log
  /** How many conversations are handled at the same time. */
  maxBusy: number
  handlerLimitMs: number
}): Dispatcher => {
  const { store, read, handle, apologise, sender, onEvent, onHandled, onReplies, clock, log } = deps
  const { handlesAtOnce, maxBusy, handlerLimitMs } = deps
  const hold = createHolding(deps)
  let busy = 0
  let pumping = false
  let woken = false
  let stopped = false
  let idle = (): void => undefined
  let stopListening = (): void => undefined

  const pump = async (): Promise<void> => {
    if (pumping) {
      woken = true
      return
    }
    pumping = true
    try {
      do {
        woken = false
        if (stopped || busy >= maxBusy) break
        const claims = await store.claimInbox(maxBusy - busy)
        for (const claim of claims) {
          busy += 1
          void work(claim)
        }
        if (claims.length > 0) woken = true
      } while (woken)
    } catch (error) {
      log.error({ err: error }, 'could not read the inbox')
    } finally {
      pumping = false
    }
  }

  const work = async (claim: InboxClaim): Promise<void> => {
    // One after the other to the handler; into the store together, which keeps their order.
    const finishing: Promise<void>[] = []
    try {
      for (const stored of claim.events) {
        if (stopped || claim.conversation.forgotten === true) break
        finishing.push(finish(claim, stored, await outcomeOf(claim, stored)))
      }
    } catch (error) {
      log.error({ err: error, pageId: claim.conversation.pageId }, 'an event could not be worked on')
    } finally {
      for (const outcome of await Promise.allSettled(finishing)) {
        if (outcome.status === 'rejected')
          log.error({ err: outcome.reason }, 'an event could not be finished')
      }
      store.releaseInbox(claim)
      busy -= 1
      if (busy === 0) idle()
      void pump()
    }
  }

  const finish = async (claim: InboxClaim, stored: StoredEvent, outcome: EventOutcome): Promise<void> => {
    const { pageId } = claim.conversation
    if (outcome.replies.length > 0) onReplies(pageId)
    const handOut = outcome.replies.length > 0 && sender.reserve(pageId)
    let out: OutboxClaim | null = null
    try {
      out = await store.finishEvent(claim, stored, { ...outcome, handOut })
    } finally {
      if (out === null && handOut) sender.unreserve(pageId)
    }
    if (out !== null) sender.deliver(out)
  }

  const outcomeOf = async (claim: InboxClaim, stored: StoredEvent): Promise<EventOutcome> => {
    const event = readOrNull(stored)
    if (event === null) return { replies: [] }
    onEvent(event)
    if (event.kind === 'echo' && event.metadata !== null) {
      sender.confirm(event.metadata, event.mid)
      return {
        ...(await handled(claim, stored, event)),
        confirmed: [{ replyId: event.metadata, messageId: event.mid }],
      }
    }
    return handled(claim, stored, event)
  }

  const handled = async (
    claim: InboxClaim,
    stored: StoredEvent,
    event: WebhookEvent,
  ): Promise<EventOutcome> => {
    const { conversation } = claim
    const { pageId } = conversation
    const view = viewOf(conversation)
    try {
      const answer = handle(event, view)
      const result =
        answer instanceof Promise ? await withinLimit(answer, hold(claim, stored, event, view)) : answer
      onHandled(event, view, result)
      return toOutcome(event, conversation, result)
    } catch (error) {
      log.error(
        { err: error, pageId, kind: event.kind, eventKey: event.key },
        'the handler failed on an event',
      )
      return { replies: linesOf(event, { replies: apologyFor(event, view) }) }
    }
  }

  /**
   * Only what needs nobody to be waited for, and can be sent. Whatever goes wrong shows when its turn comes. An echo that
   * settles a reply has to wait for it: that reply is in somebody's hand, or in the outbox.
   */
  const answerAtOnce: AnswerAtOnce = ({ body }, conversation) => {
    const { pageId } = conversation
    if (!sender.hasRoom(pageId)) return null
    try {
      const event = read(body)
      const view = viewOf(conversation)
      const result = handle(event, view)
      if (result instanceof Promise) {
        result.catch(() => undefined)
        return null
      }
      const outcome = toOutcome(event, conversation, result)
      const reserved = outcome.replies.length > 0 && sender.reserve(pageId)
      return {
        outcome,
        stored: (out) => {
          try {
            onEvent(event)
            onHandled(event, view, result)
          } catch (error) {
            // It is stored and answered all the same, and so are those accepted together with it.
            log.error(
              { err: error, pageId, kind: event.kind, eventKey: event.key },
              'an event was not reported',
            )
          }
          if (out !== null) sender.deliver(out)
        },
        dropped: () => {
          if (reserved) sender.unreserve(pageId)
        },
      }
    } catch {
      return null
    }
  }

  const apologyFor = (event: WebhookEvent, conversation: HandlerConversation): Reply[] => {
    if (conversation.psid === null) return []
    try {
      return apologise(event, conversation)
    } catch (error) {
      // An event that cannot even be apologised for is over all the same; handed out again it would fail for ever.
      log.error({ err: error, pageId: conversation.pageId, eventKey: event.key }, 'the apology failed, too')
      return []
    }
  }

  const readOrNull = (stored: StoredEvent): WebhookEvent | null => {
    try {
      return read(stored.body)
    } catch (error) {
      log.error({ err: error, seq: stored.seq }, 'a stored event could not be read and is passed over')
      return null
    }
  }

  const withinLimit = async (
    result: Promise<HandlerResult>,
    stopHolding: () => void,
  ): Promise<HandlerResult> => {
    let cancel = (): void => undefined
    const limit = new Promise<never>((_, reject) => {
      cancel = clock.after(handlerLimitMs, () => reject(new Error(`no answer within ${handlerLimitMs} ms`)))
    })
    try {
      return await Promise.race([result, limit])
    } finally {
      cancel()
      stopHolding()
    }
  }

  return {
    start: () => {
      const endings = [
        store.onWork((queue) => {
          if (queue === 'inbox') void pump()
        }),
        ...(handlesAtOnce ? [store.answerAtOnce(answerAtOnce)] : []),
      ]
      stopListening = () => endings.forEach((end) => end())
      void pump()
    },
    stop: async () => {
      stopped = true
      stopListening()
      if (busy > 0) {
        await new Promise<void>((resolve) => {
          idle = resolve
        })
      }
    },
  }
}

type KeptView = Pick<InboxClaim['conversation'], 'pageId' | 'psid' | 'state'>

const viewOf = ({ pageId, psid, state }: KeptView): HandlerConversation => ({
  pageId,
  psid,
  state: state === null ? null : (JSON.parse(state) as JsonObject),
})

const toOutcome = (
  event: WebhookEvent,
  { psid, state }: KeptView,
  result: HandlerResult,
): Pick<EventOutcome, 'replies' | 'state' | 'answers'> => {
  const next = result.state === null ? null : JSON.stringify(result.state)
  return {
    replies: psid === null ? [] : linesOf(event, result),
    ...(next !== state && { state: next }),
    ...(result.answers !== undefined && {
      answers: result.answers.map(({ values, ...kept }) => ({ ...kept, body: JSON.stringify(values) })),
    }),
  }
}

/** One line of the outbox each, in the order they are to leave. */
const linesOf = (
  { timestampMs: answersMs }: WebhookEvent,
  { replies, effects = [] }: Pick<HandlerResult, 'replies' | 'effects'>,
): string[] => [
  ...replies.map((reply) => JSON.stringify({ ...reply, answersMs } satisfies QueuedReply)),
  ...effects.map((effect) => JSON.stringify(effect)),
]
