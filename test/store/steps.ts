import type { NewAnswers } from '../../src/store/form-answers.ts'
import type { DeadReason } from '../../src/messages.ts'
import type { Test } from 'tap'
import type { Clock } from '../../src/base/clock.ts'
import type {
  EventOutcome,
  InboxClaim,
  NewEvent,
  OutboxClaim,
  OutboxRoom,
  PageRoom,
  Store,
  StoredEvent,
  StoredReply,
} from '../../src/store/store.ts'
import type { GraphFacts } from '../../src/store/dead-letters.ts'
import { createFakeClock, type FakeClock } from '../helpers/clock.ts'

/** Opens the adapter under test; called again with the same `place`, it finds what was stored there. */
export type OpenStore = (place: string, clock: Clock) => Promise<Store>

export interface SetUp {
  store: Store
  /** Where {@link store} keeps it. */
  place: string
  clock: FakeClock
  reopen: () => Promise<Store>
}

/** The adapter under test on a place of its own, closed with the test. */
export const openPlace = async (t: Test, open: OpenStore): Promise<SetUp> => {
  const clock = createFakeClock()
  const place = t.testdir()
  let store = await open(place, clock)
  t.teardown(() => store.close())
  return {
    store,
    place,
    clock,
    reopen: async () => {
      await store.close()
      store = await open(place, clock)
      return store
    },
  }
}

const ALL: PageRoom = {
  all: Number.POSITIVE_INFINITY,
  waiting: Number.POSITIVE_INFINITY,
  backlog: Number.POSITIVE_INFINITY,
}
export const anyRoom: OutboxRoom = { each: ALL, except: new Map() }

export const newEvent = (key: string, fields: Partial<NewEvent> = {}): NewEvent => ({
  key,
  kind: 'message',
  pageId: 'page-1',
  psid: 'psid-1',
  timestampMs: Date.UTC(2026, 10, 21, 12),
  opensWindow: true,
  body: JSON.stringify({ key }),
  ...fields,
})

export const keys = (claim: InboxClaim): string[] =>
  claim.events.map(({ body }) => (JSON.parse(body) as { key: string }).key)

export const bodies = (claim: OutboxClaim): string[] => claim.replies.map(({ body }) => body)

export const eventOf = (claim: InboxClaim): StoredEvent => {
  const [event] = claim.events
  if (event === undefined) throw new Error('no event')
  return event
}

export const replyOf = (claim: OutboxClaim): StoredReply => {
  const [reply] = claim.replies
  if (reply === undefined) throw new Error('no reply')
  return reply
}

/** How many events and replies there are, the latter by Page. */
export const left = async (store: Store): Promise<{ inbox: number; outbox: Record<string, number> }> => {
  const { inbox, outbox } = await store.counts()
  return { inbox, outbox: Object.fromEntries(outbox) }
}

/** Handles every event in the inbox with the replies `reply` makes of its key; returns the keys in order. */
export const handleAll = (store: Store, reply: (key: string) => string[]): Promise<string[]> =>
  finishAll(store, (key) => ({ replies: reply(key) }))

/** Finishes everything in the inbox. @returns the keys, in order */
export const finishAll = async (
  store: Store,
  outcomeOf: (key: string) => EventOutcome,
): Promise<string[]> => {
  const handled: string[] = []
  for (;;) {
    const claims = await store.claimInbox(10)
    if (claims.length === 0) return handled
    // Asked for together, so that they share a transaction.
    const finishing = claims.flatMap((claim) => {
      const claimed = keys(claim)
      handled.push(...claimed)
      return claim.events.map((event, index) =>
        store.finishEvent(claim, event, outcomeOf(claimed[index] ?? '')),
      )
    })
    await Promise.all(finishing)
    await Promise.all(claims.map((claim) => store.releaseInbox(claim)))
  }
}

/** @param sent - where each is noted in the moment it is sent */
export const sendAll = async (store: Store, limit = 10, sent: string[] = []): Promise<string[]> => {
  for (;;) {
    const claims = await store.claimOutbox(limit, anyRoom)
    if (claims.length === 0) return sent
    const finishing = claims.flatMap((claim) =>
      claim.replies.map((reply) => {
        sent.push(reply.body)
        return store.finishReply(claim, reply, { status: 'sent', messageId: `mid-${reply.id}` })
      }),
    )
    await Promise.all(finishing)
    await Promise.all(claims.map((claim) => store.releaseOutbox(claim)))
  }
}

/** Makes a dead letter of every reply that waits. */
export const buryAll = async (
  store: Store,
  reason: DeadReason = 'unreachable',
  error?: GraphFacts,
): Promise<void> => {
  for (;;) {
    const claims = await store.claimOutbox(10, anyRoom)
    if (claims.length === 0) return
    // Asked for together, so that they share a transaction.
    await Promise.all(
      claims.flatMap((claim) =>
        claim.replies.map((reply) =>
          store.finishReply(claim, reply, { status: 'dead', reason, ...(error && { error }) }),
        ),
      ),
    )
    for (const claim of claims) store.releaseOutbox(claim)
  }
}

/** Whether keys like `conversation.number` count from 0 in each conversation. */
export const inOrder = (handled: readonly string[]): boolean => {
  const next = new Map<string, number>()
  return handled.every((key) => {
    const [conversation = '', number] = key.split('.')
    const wanted = next.get(conversation) ?? 0
    next.set(conversation, wanted + 1)
    return Number(number) === wanted
  })
}

/** A form that a visitor has answered. */
export const formAnswers = (n: string, url: string | null = null): NewAnswers => ({
  form: 'book',
  url,
  body: JSON.stringify({ n }),
})

/** One event of a visitor, handled. */
export const answer = async (
  store: Store,
  key: string,
  answers: readonly NewAnswers[],
  psid = 'psid-1',
  outcome: Partial<EventOutcome> = {},
): Promise<void> => {
  await store.accept([newEvent(key, { psid })])
  const [claim] = await store.claimInbox(1)
  if (claim === undefined) throw new Error('nothing to answer')
  for (const event of claim.events)
    await store.finishEvent(claim, event, { replies: [], ...outcome, answers })
  store.releaseInbox(claim)
}
