import { join } from 'node:path'
import type { Test } from 'tap'
import { WEBHOOK_FIELDS } from '../../src/channel/messenger.ts'
import { soleDuty, type Duty } from '../../src/base/duty.ts'
import { createRecovery, type Recovery } from '../../src/reception/recovery.ts'
import { GraphError, type GraphErrorFacts, type Verdict } from '../../src/graph/error.ts'
import type { RecentConversation, RecentMessage } from '../../src/graph/graph.ts'
import { openTestStore } from '../helpers/store.ts'
import type { PageTokenStatus, PageTokens } from '../../src/token/page-tokens.ts'
import type { Trouble } from '../../src/alerts/page-trouble.ts'
import { readStoredEvent, toNewEvents } from '../../src/webhook/inbox.ts'
import { toRecoveredEvents } from '../../src/webhook/recovered.ts'
import { createFakeClock, settle } from '../helpers/clock.ts'
import { anyRoom, handleAll, newEvent } from '../store/steps.ts'

export const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS
export const PAGE = '100'
export const QUESTIONS = 4
export const ANN = '700'
export const BOB = '701'
export const CY = '702'

export const refusal = (verdict: Verdict, facts: Partial<GraphErrorFacts> = {}): GraphError =>
  new GraphError(`refused: ${verdict}`, {
    verdict,
    edge: 'subscribed_apps',
    graphCode: 1,
    subcode: null,
    fbtraceId: 'trace',
    httpStatus: 400,
    retryAfterMs: null,
    ...facts,
  })

interface Options {
  fields?: string[] | null
  listSize?: number
  /** Keeps the Page or does not; always where left out. */
  duty?: Duty
}

type Call = 'subscribedFields' | 'subscribe' | 'conversations' | 'recentMessages'

/** A running recovery over a real database; the test sets what Facebook and the tokens answer. */
export async function world(t: Test, options: Options = {}) {
  const { duty = soleDuty } = options
  const clock = skippingClock()
  const store = await openTestStore({
    file: join(t.testdir(), 'evergreen.db'),
    clock,
  })
  const calls: Record<Call, number> = {
    subscribedFields: 0,
    subscribe: 0,
    conversations: 0,
    recentMessages: 0,
  }
  const refuse: Record<Call, Verdict | GraphError | null> = {
    subscribedFields: null,
    subscribe: null,
    conversations: null,
    recentMessages: null,
  }
  const startMs = clock.now()
  /** Facebook's time, whatever is done to our clock. */
  const facebookMs = (): number => startMs + clock.elapsed()
  let hasAnswered = false
  const logged: string[] = []
  const suspected: string[] = []
  const listeners = new Set<(status: PageTokenStatus) => void>()
  let token: string | null = 'page-token-1'
  let recovery: Recovery | null = null
  const status = (): PageTokenStatus =>
    ({ pageId: PAGE, state: token === null ? 'invalid' : 'valid' }) as PageTokenStatus
  const tokens: Pick<PageTokens, 'tokenFor' | 'statuses' | 'suspect' | 'onChange'> = {
    tokenFor: () => (duty.keeps(PAGE) ? token : null),
    statuses: () => (duty.keeps(PAGE) ? [status()] : []),
    suspect: (pageId, bad) => {
      suspected.push(`${pageId} ${bad}`)
      w.setToken(null)
    },
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  const called = async (call: Call): Promise<void> => {
    calls[call] += 1
    hasAnswered = true
    const verdict = refuse[call]
    if (verdict !== null) throw typeof verdict === 'string' ? refusal(verdict) : verdict
  }
  const log = (level: string) => (_facts: object, message: string) => void logged.push(`${level} ${message}`)

  const w = {
    clock,
    store,
    calls,
    refuse,
    logged,
    suspected,
    conversations: [] as RecentConversation[],
    fields: options.fields === undefined ? ([...WEBHOOK_FIELDS] as string[]) : options.fields,
    /** Facebook takes the fields asked for, and does not list them. */
    keepFields: false,
    /** Whether the operator wants the app subscribed. */
    toBeSubscribed: false,
    /** What the operator was last told. */
    trouble: null as Trouble | null,
    asked: [] as string[],
    /** Visitors whose single conversations were asked for. */
    read: [] as string[],
    /** Those whose conversations Facebook does not give. */
    unreadable: new Set<string>(),
    looks: () => calls.subscribedFields,
    unsubscribe: () => {
      w.fields = null
    },
    /** A visitor writes, and no webhook tells. */
    say: (psid: string, mid: string, text: string) =>
      put(psid, { id: mid, fromId: psid, text, createdMs: facebookMs() }),
    /** A person writes for the Page. */
    answer: (psid: string, mid: string, text: string) =>
      put(psid, { id: mid, fromId: PAGE, text, createdMs: facebookMs() }),
    /** A visitor writes, and the webhook tells. */
    hear: async (psid: string, mid: string, text: string, { told = false } = {}) => {
      if (!told) w.say(psid, mid, text)
      const message = {
        sender: { id: psid },
        recipient: { id: PAGE },
        timestamp: facebookMs(),
        message: { mid, text },
      }
      await store.accept(toNewEvents([{ id: PAGE, messaging: [message] }], clock.now()))
    },
    /** The replies to everything heard so far go out. */
    send: async (messageId: string) => {
      await handleAll(store, () => ['reply'])
      for (const claim of await store.claimOutbox(10, anyRoom)) {
        for (const reply of claim.replies)
          await store.finishReply(claim, reply, { status: 'sent', messageId })
        store.releaseOutbox(claim)
      }
    },
    /** Texts by visitor, in the order they are handled. */
    handled: async () => {
      const texts: Record<string, (string | null)[]> = {}
      for (;;) {
        const claims = await store.claimInbox(100)
        if (claims.length === 0) return texts
        for (const claim of claims) {
          for (const stored of claim.events) {
            const event = readStoredEvent(stored.body)
            if (event.kind === 'message') (texts[event.psid ?? ''] ??= []).push(event.text)
            await store.finishEvent(claim, stored, { replies: [] })
          }
          store.releaseInbox(claim)
        }
      }
    },
    setToken: (next: string | null) => {
      token = next
      for (const listener of listeners) listener(status())
    },
    start: async () => {
      hasAnswered = false
      recovery = createRecovery({
        store,
        graph: {
          now: () => (hasAnswered ? facebookMs() : null),
          subscribedFields: async () => {
            await called('subscribedFields')
            return w.fields
          },
          subscribe: async (_pageId, _token, fields) => {
            await called('subscribe')
            w.asked = [...fields]
            if (!w.keepFields) w.fields = [...fields]
          },
          conversations: async ({ after }) => {
            await called('conversations')
            const from = Number(after ?? 0)
            const size = options.listSize ?? 25
            const sorted = w.conversations.toSorted((a, b) => (b.updatedMs ?? 0) - (a.updatedMs ?? 0))
            const next = from + size < sorted.length ? String(from + size) : null
            return { conversations: sorted.slice(from, from + size), next }
          },
          recentMessages: async ({ psid }) => {
            await called('recentMessages')
            w.read.push(psid)
            if (w.unreadable.has(psid)) throw refusal('bad_request')
            const found = w.conversations.find(({ messages }) =>
              messages.some(({ fromId }) => fromId === psid),
            )
            return { messages: found?.messages ?? [], next: null }
          },
        },
        tokens,
        duty,
        isToBeSubscribed: () => w.toBeSubscribed ?? false,
        toEvents: toRecoveredEvents,
        clock,
        random: () => 0.5,
        onTrouble: (_pageId, trouble) => void (w.trouble = trouble),
        log: { debug: () => undefined, info: log('info'), warn: log('warn'), error: log('error') },
      })
      await recovery.start()
    },
    recovery: () => recovery,
    stop: async () => {
      await recovery?.stop()
      recovery = null
    },
    /** Lets time pass, and what it sets off, which takes the real database. */
    advance: async (ms: number) => {
      for (let left = ms; left > 0; left -= MINUTE_MS) {
        await clock.advance(Math.min(left, MINUTE_MS))
        // What it sets off may ask the database several times, one after the other.
        for (let question = 0; question < QUESTIONS; question += 1) {
          await store.probe()
          await settle(2)
        }
      }
    },
  }
  const put = (psid: string, message: RecentMessage): void => {
    const known = w.conversations.find(({ messages }) => messages.some(({ fromId }) => fromId === psid))
    const conversation = known ?? { updatedMs: null, messages: [] }
    conversation.messages.unshift(message)
    conversation.updatedMs = message.createdMs
    if (known === undefined) w.conversations.push(conversation)
  }

  await store.accept([newEvent('before', { pageId: 'another' })])
  await handleAll(store, () => [])
  t.teardown(async () => {
    await w.stop()
    await store.close()
  })
  await w.start()
  await w.advance(MINUTE_MS)
  return w
}

/** A fake clock that can also jump, as a machine's does that was asleep: no timer runs meanwhile. */
function skippingClock() {
  const clock = createFakeClock()
  let skippedMs = 0
  return {
    ...clock,
    now: () => clock.now() + skippedMs,
    skip: (ms: number) => {
      skippedMs += ms
    },
  }
}
