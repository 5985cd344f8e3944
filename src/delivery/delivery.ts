import type { Clock } from '../clock.ts'
import type { Graph } from '../graph/graph.ts'
import type { Reply } from '../messages.ts'
import type { Needs } from '../operator/needs.ts'
import type { Store } from '../store/store.ts'
import type { TokenKeeper } from '../token/keeper.ts'
import type { WebhookEvent } from '../webhook/events.ts'
import { createDispatcher, type Handler } from './dispatcher.ts'
import { createDoubtResolver, type DoubtTimes } from './doubt.ts'
import { createGates } from './gates.ts'
import type { Log } from './log.ts'
import { createPacer } from './pacer.ts'
import { createSender, type SenderReport } from './sender.ts'

/** Everything between an accepted event and a sent reply, strung together. */
export interface Delivery {
  start: () => void
  /** Lets what is in flight come to its end; what waits stays in the store. */
  stop: () => Promise<void>
}

export interface DeliveryDeps {
  store: Store
  graph: Pick<Graph, 'sendMessage' | 'senderAction' | 'recentMessages'>
  tokens: TokenKeeper
  needs: Pick<Needs, 'raise' | 'settle'>
  read: (body: string) => WebhookEvent
  handle: Handler
  apologise: (event: WebhookEvent) => Reply[]
  clock: Clock
  random: () => number
  log: Log
  report: SenderReport
  limits?: Partial<DeliveryLimits>
  doubtTimes?: DoubtTimes
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
  maxInFlight: 256,
  perPage: 192,
  handlerLimitMs: 10_000,
}

export const createDelivery = (deps: DeliveryDeps): Delivery => {
  const { store, graph, tokens, needs, clock, random, log, report } = deps
  const limits = { ...DEFAULT_LIMITS, ...deps.limits }
  const gates = createGates({ store, tokens, needs, clock, random, perPage: limits.perPage })
  const pacer = createPacer({ clock })
  const doubt = createDoubtResolver({
    graph,
    store,
    pacer,
    clock,
    ...(deps.doubtTimes && { times: deps.doubtTimes }),
  })
  const sender = createSender({
    store,
    graph,
    tokens,
    gates,
    pacer,
    doubt,
    clock,
    random,
    log,
    report,
    maxInFlight: limits.maxInFlight,
  })
  const dispatcher = createDispatcher({
    store,
    read: deps.read,
    handle: deps.handle,
    apologise: deps.apologise,
    sender,
    onEvent: (event) => {
      if (event.kind === 'policy_enforcement') enforce(event.pageId, event.action, event.reason)
    },
    clock,
    log,
    maxBusy: limits.maxBusy,
    handlerLimitMs: limits.handlerLimitMs,
  })

  /** Facebook tells the Page about a block before the first send meets it (reference E5). */
  const enforce = (pageId: string, action: string | null, reason: string | null): void => {
    log.warn({ pageId, action, reason }, 'Facebook enforces a policy on the Page')
    if (action === 'unblock') gates.retry(pageId)
    if (action !== 'block') return
    gates.close(pageId, {
      cause: 'restricted',
      what: `Facebook has blocked the Page from sending: ${reason ?? 'no reason given'}`,
      remedy:
        "Open the Page's Support Inbox on facebook.com, resolve what it names, and wait for the unblocking.",
    })
  }

  return {
    start: () => {
      gates.start()
      sender.start()
      dispatcher.start()
    },
    stop: async () => {
      await dispatcher.stop()
      await sender.stop()
      gates.stop()
    },
  }
}
