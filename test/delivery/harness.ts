import { join } from 'node:path'
import type { Test } from 'tap'
import { createDelivery, type Delivery, type DeliveryDeps } from '../../src/delivery/delivery.ts'
import { GraphError, type GraphErrorFacts, type Verdict } from '../../src/graph/error.ts'
import type { RecentMessage, SendCall, UploadCall } from '../../src/graph/graph.ts'
import { UPLOAD_EDGE } from '../../src/graph/upload.ts'
import type { JsonObject } from '../../src/base/json.ts'
import type { Need } from '../../src/alerts/needs.ts'
import { openTestStore } from '../helpers/store.ts'
import type { Store } from '../../src/store/store.ts'
import type { PageTokenState, PageTokenStatus, PageTokens } from '../../src/token/page-tokens.ts'
import type { WebhookEvent } from '../../src/webhook/events.ts'
import { createFakeClock, settle, type FakeClock } from '../helpers/clock.ts'
import { newEvent } from '../store/steps.ts'
import { createOpenNeeds } from './open-needs.ts'
import { until, witness } from '../helpers/until.ts'
import { tokenStatus } from '../helpers/token-status.ts'

/** What the fake Graph does with a send: nothing for success, a verdict for a refusal. */
export type Answer = (call: SendCall) => Answered | Promise<Answered>
type Answered = Verdict | GraphError | undefined

export interface World {
  clock: FakeClock
  store: Store
  graph: FakeGraph
  tokens: FakeTokens
  needs: Need[]
  dead: string[]
  /** What looking for replies in doubt told. */
  settled: string[]
  logged: string[]
  delivery: Delivery
  /** Hands the text of a visitor to the webhook's end of the store. */
  say: (
    text: string,
    fields?: { pageId?: string; psid?: string; key?: string; timestampMs?: number },
  ) => Promise<void>
  /** The bot's own message, as it comes back by the echo webhook. */
  echo: (replyId: string, mid: string, fields?: { pageId?: string; psid?: string }) => Promise<void>
  /** Ends delivery and store as a crash would leave them, and starts anew on the same file. */
  restart: () => Promise<void>
  /** Waits, in real time, until the condition holds; fails when it does not within some seconds. */
  until: (condition: () => boolean | Promise<boolean>, what: string) => Promise<void>
}

/** Whether no event and no reply waits any more. */
export const isDone = async ({ store }: Pick<World, 'store'>): Promise<boolean> => {
  const { inbox, outbox } = await store.counts()
  return inbox === 0 && outbox.size === 0
}

export interface FakeGraph {
  /** Facebook's clock; this machine's, where it is right. Null before Facebook has answered. */
  now: () => number | null
  /** Texts of every call, in the order they were made. */
  calls: string[]
  /** Texts Facebook has, in the order it accepted them. */
  accepted: string[]
  /** Conversations that had more than one call in flight. */
  overlaps: number
  mostInFlight: number
  answer: Answer
  /** What a look at a conversation finds. */
  recent: () => RecentMessage[] | Verdict | GraphError
  looks: number
  /** What was uploaded: `PAGE ADDRESS` or `PAGE NAME CONTENT`, in the order it was asked for. */
  uploads: string[]
  /** What happens to an upload: nothing for success, a verdict for a refusal. Ids are `id-1`, `id-2` ... */
  upload: (call: UploadCall) => Verdict | undefined | Promise<Verdict | undefined>
  /** What happens to a handover; each try is in `calls` as `pass to APP`. */
  pass: () => Answered
  metadata: string[]
  /** `typing_on` and the like. */
  actions: string[]
  /** What the usage headers of the next answers say, in percent; null for none. */
  usedPercent: number | null
}

export interface FakeTokens extends PageTokens {
  set: (pageId: string, state: PageTokenState, token?: string) => void
  suspected: string[]
}

let serial = 0

/** A reply for each text, `echo: text`; several for `text*3`; none for an empty one. */
const handle: DeliveryDeps['handle'] = (event) => {
  if (event.kind !== 'message' || event.text === null) return { replies: [], state: null }
  const [text = '', times = '1'] = event.text.split('*')
  if (text === 'person')
    return { replies: [{ message: { text } }], state: null, effects: [{ do: 'handover' }] }
  if (text === 'throw') throw new Error('handler broke')
  if (text === 'hang') return new Promise(() => undefined)
  const replies = Array.from({ length: Number(times) }, (_, n) => ({
    message: { text: times === '1' ? text : `${text}.${n}` },
  }))
  return { replies, state: null }
}

export const createWorld = async (t: Test, options: Partial<DeliveryDeps> = {}): Promise<World> => {
  const clock = createFakeClock()
  const file = join(t.testdir(), 'evergreen.db')
  const open = () =>
    openTestStore({
      file,
      clock,
    })
  const graph = fakeGraph(clock)
  const tokens = fakeTokens(clock)
  const { open: openNeeds, needs } = createOpenNeeds()
  const dead: string[] = []
  const settled: string[] = []
  const logged: string[] = []
  const note = (_facts: object, message: string): void => void logged.push(message)
  const build = (store: Store): Delivery =>
    createDelivery({
      store,
      graph: graphOf(graph, clock),
      files: { hashOf: noFile, read: noFile },
      tokens,
      needs,
      read: ({ body }) => JSON.parse(body) as WebhookEvent,
      handle,
      patienceMs: () => 0,
      apologise: () => [{ message: { text: 'sorry' } }],
      rates: { message: 1_000_000 },
      choose: () => 'Please pick one.',
      marksSeen: () => false,
      pleaseWait: { afterMs: () => 20_000, say: async () => [{ message: { text: 'one moment' } }] },
      clock,
      random: () => 0.5,
      log: { debug: () => undefined, info: note, warn: note, error: note },
      report: {
        handled: () => undefined,
        sent: () => undefined,
        dead: (_pageId, reason) => void dead.push(reason),
        refused: () => undefined,
        settled: (outcome) => void settled.push(outcome),
        heldBack: () => void settled.push('held back'),
      },
      ...options,
    })

  const world: World = {
    clock,
    store: await open(),
    graph,
    tokens,
    needs: openNeeds,
    dead,
    settled,
    logged,
    delivery: undefined as never,
    say: async (text, fields = {}) => {
      const { pageId = 'page-1', psid = 'psid-1', key = `m${(serial += 1)}` } = fields
      const { timestampMs = world.graph.now() ?? clock.now() } = fields
      const body = JSON.stringify({ kind: 'message', key, mid: key, pageId, psid, text, timestampMs })
      await world.store.accept([newEvent(key, { pageId, psid, body, timestampMs })])
    },
    echo: async (replyId, mid, { pageId = 'page-1', psid = 'psid-1' } = {}) => {
      const body = JSON.stringify({ kind: 'echo', key: mid, pageId, psid, metadata: replyId, mid })
      const fields = { pageId, psid, body, opensWindow: false, timestampMs: clock.now() }
      await world.store.accept([newEvent(mid, fields)])
    },
    restart: async () => {
      await world.delivery.stop()
      await world.store.close()
      world.store = await open()
      world.delivery = build(world.store)
      world.delivery.start()
    },
    until: (condition, what) => until(condition, { everyMs: 1, what }),
  }
  world.delivery = build(world.store)
  witness(t, 'delivery', () => ({ calls: graph.calls, accepted: graph.accepted, dead, settled, logged }))
  t.teardown(async () => {
    await world.delivery.stop()
    await world.store.close()
  })
  return world
}

/** Time passes, and everything that it sets going comes to rest. */
export const pass = async (world: World, ms: number, stepMs = 100): Promise<void> => {
  for (let passed = 0; passed < ms; passed += stepMs) {
    await world.clock.advance(stepMs)
    for (let n = 0; n < 3; n += 1) await world.store.counts()
    await settle(3)
  }
}

const noFile = (): Promise<never> => Promise.reject(new Error('no files here'))

const fakeGraph = (clock: FakeClock): FakeGraph => ({
  now: clock.now,
  calls: [],
  accepted: [],
  overlaps: 0,
  mostInFlight: 0,
  answer: () => undefined,
  recent: () => [],
  looks: 0,
  uploads: [],
  upload: () => undefined,
  pass: () => undefined,
  metadata: [],
  actions: [],
  usedPercent: null,
})

/** The text of a message, or what its attachment shows. */
const shown = ({ text, attachment }: SendCall['message']): string => {
  if (text !== undefined) return text
  const { payload = {} } = attachment ?? {}
  const [element] = Array.isArray(payload['elements']) ? (payload['elements'] as JsonObject[]) : []
  const shows = payload['attachment_id'] ?? payload['url'] ?? element?.['attachment_id']
  return typeof shows === 'string' ? shows : ''
}

export const refusal = (
  verdict: Verdict,
  edge = 'messages',
  facts: Partial<GraphErrorFacts> = {},
): GraphError =>
  new GraphError(`refused: ${verdict}`, {
    verdict,
    edge,
    graphCode: 1,
    subcode: null,
    fbtraceId: 'trace',
    httpStatus: 400,
    retryAfterMs: verdict === 'rate_limited' ? 120_000 : null,
    ...facts,
  })

const graphOf = (graph: FakeGraph, clock: FakeClock): DeliveryDeps['graph'] => {
  const busy = new Map<string, number>()
  return {
    now: () => graph.now(),
    sendMessage: async (call) => {
      const text = shown(call.message)
      const conversation = `${call.pageId}/${call.psid}`
      const now = (busy.get(conversation) ?? 0) + 1
      busy.set(conversation, now)
      if (now > 1) graph.overlaps += 1
      graph.mostInFlight = Math.max(graph.mostInFlight, busy.size)
      graph.calls.push(text)
      graph.metadata.push(call.metadata ?? '')
      try {
        const verdict = await graph.answer(call)
        if (verdict !== undefined) throw typeof verdict === 'string' ? refusal(verdict) : verdict
        graph.accepted.push(text)
        return {
          messageId: `mid-${graph.accepted.length}-${clock.now()}`,
          usage: graph.usedPercent === null ? null : { percent: graph.usedPercent, regainMs: null },
        }
      } finally {
        if (now === 1) busy.delete(conversation)
        else busy.set(conversation, now - 1)
      }
    },
    uploadAttachment: async (call) => {
      const { from, pageId } = call
      const what = 'url' in from ? from.url : `${from.name} ${Buffer.from(from.bytes).toString()}`
      const id = `id-${graph.uploads.push(`${pageId} ${what}`)}`
      const verdict = await graph.upload(call)
      if (verdict !== undefined) throw refusal(verdict, UPLOAD_EDGE)
      return id
    },
    senderAction: async ({ action }) => void graph.actions.push(action),
    takeThreadControl: async () => {
      graph.calls.push('take')
      const refused = graph.pass()
      if (refused !== undefined) throw typeof refused === 'string' ? refusal(refused) : refused
    },
    passThreadControl: async ({ targetAppId }) => {
      graph.calls.push(`pass to ${targetAppId}`)
      const refused = graph.pass()
      if (refused !== undefined) throw typeof refused === 'string' ? refusal(refused) : refused
      graph.accepted.push('passed')
    },
    recentMessages: () => {
      graph.looks += 1
      const found = graph.recent()
      if (typeof found === 'string') return Promise.reject(refusal(found))
      return found instanceof GraphError
        ? Promise.reject(found)
        : Promise.resolve({ messages: found, next: null })
    },
  }
}

const fakeTokens = (clock: FakeClock): FakeTokens => {
  const states = new Map<string, { state: PageTokenState; token: string }>()
  const listeners = new Set<(status: PageTokenStatus) => void>()
  const stateOf = (pageId: string) => states.get(pageId) ?? { state: 'valid' as const, token: 'token-1' }
  const status = (pageId: string): PageTokenStatus =>
    tokenStatus(pageId, stateOf(pageId).state, { pageName: pageId, sinceMs: clock.now() })
  const tokens: FakeTokens = {
    suspected: [],
    set: (pageId, state, token = stateOf(pageId).token) => {
      states.set(pageId, { state, token })
      for (const listener of listeners) listener(status(pageId))
    },
    tokenFor: (pageId) => (stateOf(pageId).state === 'valid' ? stateOf(pageId).token : null),
    status,
    statuses: () => [...states.keys()].map(status),
    suspect: (pageId, token) => {
      tokens.suspected.push(`${pageId} ${token}`)
      if (token === stateOf(pageId).token) tokens.set(pageId, 'suspect')
    },
    probe: () => Promise.resolve(),
    deauthorized: () => Promise.resolve(),
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
  }
  return tokens
}
