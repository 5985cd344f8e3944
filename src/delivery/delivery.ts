import type { ConversationView } from '../conversation/view.ts'
import type { Clock } from '../base/clock.ts'
import { followPages, soleDuty, type Duty } from '../base/duty.ts'
import type { Graph } from '../graph/graph.ts'
import type { Reply } from '../messages.ts'
import type { Needs } from '../alerts/needs.ts'
import type { Store, StoredEvent } from '../store/store.ts'
import type { PageTokens } from '../token/page-tokens.ts'
import type { WebhookEvent } from '../webhook/events.ts'
import { createDispatcher } from './handling/dispatcher.ts'
import { createDoubtResolver } from './sending/doubt.ts'
import { createEnforcement } from './sending/enforcement.ts'
import { createGateNotes } from './sending/gate-notes.ts'
import { createGates } from './sending/gates.ts'
import { createHandling, type OnHandled, type EventHandler } from './handling/call-handler.ts'
import { createUnservedPage } from './handling/unserved-page.ts'
import { createEventContext } from './handling/event-context.ts'
import { createHandover } from './sending/handover.ts'
import type { PleaseWait } from './handling/please-wait.ts'
import type { Log } from '../base/logger.ts'
import { createMediaSender } from './sending/media.ts'
import type { DeliveryReport } from './sending/delivery-report.ts'
import { createOutcomes } from './sending/outcomes.ts'
import { createPacer, DEFAULT_RATES, type PaceKind } from './sending/pacer.ts'
import { createMarkSeen } from './handling/mark-seen.ts'
import { createSendOne } from './sending/send-one.ts'
import { createSender } from './sending/sender.ts'
import { createTokenWaits } from './sending/token-waits.ts'
import { createUploads, type UploadFiles } from './sending/uploads.ts'

/** Handles accepted events and sends their replies: dispatcher, sender and what they share. */
export interface Delivery {
  start: () => void
  /** Waits for the events and sends in flight; waiting ones stay in the store. */
  stop: () => Promise<void>
}

export interface DeliveryDeps {
  store: Store
  graph: Pick<
    Graph,
    | 'sendMessage'
    | 'uploadAttachment'
    | 'senderAction'
    | 'passThreadControl'
    | 'takeThreadControl'
    | 'recentMessages'
    | 'now'
  >
  /** Reads the files that messages name. */
  files: UploadFiles
  tokens: PageTokens
  /** The Pages that this process sends for; all Pages when absent. */
  duty?: Duty
  needs: Pick<Needs, 'raise' | 'settle'>
  read: (stored: Pick<StoredEvent, 'body' | 'content'>) => WebhookEvent
  handle: EventHandler
  /** How long an event waits for later events that may belong to it, ms since it was accepted; 0 for most. */
  patienceMs: (event: WebhookEvent, conversation: ConversationView) => number
  /** The replies to an event whose handler failed; none where the bot must stay silent. */
  apologise: (event: WebhookEvent, conversation: ConversationView) => Reply[]
  /** The message to a visitor while the handler is slow. */
  pleaseWait: PleaseWait
  /** The text above choices whose own message could not be shown. */
  choose: (pageId: string) => string
  /** Whether the visitor's message is marked as seen when its handling begins. */
  marksSeen: (event: WebhookEvent, conversation: ConversationView) => boolean
  clock: Clock
  random: () => number
  log: Log
  report: DeliveryReport & { handled: OnHandled }
  /** Calls per second and Page. */
  rates?: Partial<Record<PaceKind, number>>
  limits?: Partial<DeliveryLimits>
  /** Whether words without a sure reply of the script are kept; true when absent. */
  keepsQuestions?: boolean
}

export interface DeliveryLimits {
  /** Conversations handled at the same time. */
  maxBusy: number
  /** Conversations sent for at the same time, over all Pages and for one Page. */
  maxInFlight: number
  perPage: number
  handlerLimitMs: number
}

const DEFAULT_LIMITS: DeliveryLimits = {
  maxBusy: 256,
  maxInFlight: 512,
  perPage: 192,
  handlerLimitMs: 10_000,
}

export const createDelivery = (deps: DeliveryDeps): Delivery => {
  const { store, graph, tokens, needs, duty = soleDuty, clock, random, log, report } = deps
  const limits = { ...DEFAULT_LIMITS, ...deps.limits }
  const rates = { ...DEFAULT_RATES, ...deps.rates }
  const { perPage } = limits
  // Older replies fill two seconds of the pace at most, so that new answers get the other places.
  const backlog = Math.min(perPage, 2 * rates.message)
  const notes = createGateNotes({ store, clock })
  const gates = createGates({ store, tokens, needs, notes, clock, random, perPage, backlog })
  const pacer = createPacer({ clock, rates })
  const doubt = createDoubtResolver({ graph, store, pacer, clock })
  const uploads = createUploads({ store, graph, files: deps.files, clock, random, log })
  const tokenWaits = createTokenWaits({ tokens, clock })
  const outcomes = createOutcomes({
    store,
    graph,
    tokens,
    waitedForToken: tokenWaits.waited,
    gates,
    doubt,
    clock,
    random,
    log,
    report,
    choose: deps.choose,
  })
  const sendOne = createSendOne({
    graph,
    gates,
    pacer,
    doubt,
    media: createMediaSender({ uploads, graph }),
    outcomes,
    passThread: createHandover({ graph, gates, outcomes, clock, report, log }),
    clock,
    report,
  })
  const sender = createSender({
    store,
    gates,
    sendOne,
    outcomes,
    clock,
    log,
    maxInFlight: limits.maxInFlight,
  })
  const enforce = createEnforcement({ gates, log })
  const onEvent = (event: WebhookEvent, conversation: { id: number }): void => {
    if (event.kind === 'policy_enforcement') enforce(event)
    if ((event.kind === 'message' || event.kind === 'postback') && !event.standby)
      outcomes.wrote(conversation.id)
  }
  const { read, handle, patienceMs, apologise, pleaseWait } = deps
  const { handlerLimitMs, maxBusy } = limits
  const handling = createHandling({
    graph,
    handle,
    onTaken: createMarkSeen({ graph, tokenFor: gates.tokenFor, marksSeen: deps.marksSeen }),
    onHandled: report.handled,
    apologise,
    pleaseWait,
    store,
    sender,
    clock,
    log,
    handlerLimitMs,
    eventContext: createEventContext({ store, read, patienceMs, clock }),
    keepsQuestions: deps.keepsQuestions ?? true,
  })
  const dispatcher = createDispatcher({
    store,
    read,
    handle: handling,
    sender,
    onEvent,
    onReplies: createUnservedPage({ tokens, needs }),
    clock,
    log,
    maxBusy,
  })

  const taken = (pageId: string): void => {
    gates.taken(pageId)
    pacer.taken(pageId)
    uploads.taken(pageId)
    outcomes.taken(pageId)
  }
  let stopFollowing = (): void => undefined

  return {
    start: () => {
      const pageIds = (): string[] => tokens.statuses().map(({ pageId }) => pageId)
      stopFollowing = followPages(duty, pageIds, { taken, lost: gates.lost })
      tokenWaits.start()
      gates.start()
      sender.start()
      dispatcher.start()
    },
    stop: async () => {
      stopFollowing()
      await dispatcher.stop()
      await sender.stop()
      uploads.stop()
      gates.stop()
      tokenWaits.stop()
    },
  }
}
