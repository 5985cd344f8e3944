import { createBoundedMap } from '../base/bounded-map.ts'
import type { Clock } from '../base/clock.ts'

/** Recent activity for the operator console, kept in memory. Only the numbers survive a restart, see activity-memory.ts. */
export interface Activity {
  /** Notes an event of a visitor in this conversation. */
  heard: (conversation: ConversationKey, now: HeardEvent) => void
  sent: (conversation: ConversationKey, latencyMs: number) => void
  /** Notes a reply that became a dead letter. */
  died: (conversation: ConversationKey) => void
  /** Notes a reply that Graph refused, whether temporarily or finally. */
  refused: (pageId: string, verdict: string) => void
  ofPage: (pageId: string) => PageActivity
  /** The most recent conversations, the latest first. */
  conversations: () => ActiveConversation[]
  /** Forgets all conversations. */
  forget: () => void
  /** The numbers of the last hour as text, without ids of visitors; its size depends on the number of Pages only. */
  save: () => string
  /** Adds the numbers of a text of {@link Activity.save}. @throws SyntaxError, TypeError for any other text */
  restore: (text: string) => void
}

export interface ConversationKey {
  pageId: string
  psid: string | null
}

export interface HeardEvent {
  kind: string
  /** Whether the conversation is handed over to a person now. */
  silent: boolean
  /** The number of replies to the event. */
  replies: number
}

export interface PageActivity {
  /** Replies sent in each of the last 60 minutes, the current one last. */
  repliesPerMinute: number[]
  /** Latency of the latest replies of that hour, at most 500 of them; null when there was none. */
  latency: { p50Ms: number; p95Ms: number } | null
  /** Refusals in the same 60 minutes, the most frequent first. */
  refusals: { verdict: string; count: number }[]
  lastHeardMs: number | null
}

export interface ActiveConversation {
  pageId: string
  psid: string
  lastHeardMs: number
  /** The kind of the last event. */
  lastKind: string
  lastSentMs: number | null
  /** Replies made by this instance that are not sent yet. */
  unsent: number
  silent: boolean
}

const MINUTE_MS = 60_000
const MINUTES = 60
const LATENCIES = 500
/** Enough for two percentiles. Saving all of them every minute for hundreds of Pages would cost too much. */
const LATENCIES_SAVED = 50
const CONVERSATIONS = 50

export const createActivity = ({ clock }: { clock: Pick<Clock, 'now'> }): Activity => {
  const pages = new Map<string, PageBook>()
  /** The conversations in the order of their last events. */
  const conversations = createBoundedMap<string, ActiveConversation>(CONVERSATIONS)

  const bookOf = (pageId: string): PageBook => {
    const known = pages.get(pageId)
    if (known !== undefined) return known
    const book: PageBook = { minutes: new Map(), latencies: [], next: 0, lastHeardMs: null }
    pages.set(pageId, book)
    return book
  }

  const minuteOf = (book: PageBook): Minute => {
    const now = Math.floor(clock.now() / MINUTE_MS)
    const known = book.minutes.get(now)
    if (known !== undefined) return known
    for (const minute of book.minutes.keys()) if (minute <= now - MINUTES) book.minutes.delete(minute)
    const fresh: Minute = { sent: 0, refusals: new Map() }
    book.minutes.set(now, fresh)
    return fresh
  }

  return {
    heard: ({ pageId, psid }, { kind, silent, replies }) => {
      const nowMs = clock.now()
      bookOf(pageId).lastHeardMs = nowMs
      // Receipts do not make a conversation a recent one.
      if (psid === null || QUIET_KINDS.has(kind)) return
      const key = keyOf(pageId, psid)
      const before = conversations.get(key)
      conversations.set(key, {
        pageId,
        psid,
        lastHeardMs: nowMs,
        lastKind: kind,
        lastSentMs: before?.lastSentMs ?? null,
        unsent: (before?.unsent ?? 0) + replies,
        silent,
      })
    },

    sent: ({ pageId, psid }, latencyMs) => {
      const book = bookOf(pageId)
      minuteOf(book).sent += 1
      book.latencies[book.next] = { atMs: clock.now(), ms: latencyMs }
      book.next = (book.next + 1) % LATENCIES
      const conversation = conversations.get(keyOf(pageId, psid ?? ''))
      if (conversation === undefined) return
      conversation.lastSentMs = clock.now()
      conversation.unsent = Math.max(0, conversation.unsent - 1)
    },

    died: ({ pageId, psid }) => {
      const conversation = conversations.get(keyOf(pageId, psid ?? ''))
      if (conversation !== undefined) conversation.unsent = Math.max(0, conversation.unsent - 1)
    },

    refused: (pageId, verdict) => {
      const { refusals } = minuteOf(bookOf(pageId))
      refusals.set(verdict, (refusals.get(verdict) ?? 0) + 1)
    },

    ofPage: (pageId) => {
      const book = pages.get(pageId)
      const now = Math.floor(clock.now() / MINUTE_MS)
      const minutes = Array.from({ length: MINUTES }, (_, index) =>
        book?.minutes.get(now - MINUTES + 1 + index),
      )
      const since = (now - MINUTES + 1) * MINUTE_MS
      const latencies = (book?.latencies ?? []).flatMap(({ atMs, ms }) => (atMs >= since ? [ms] : []))
      return {
        repliesPerMinute: minutes.map((minute) => minute?.sent ?? 0),
        latency: percentiles(latencies),
        refusals: sum(minutes.flatMap((minute) => (minute ? [minute.refusals] : []))),
        lastHeardMs: book?.lastHeardMs ?? null,
      }
    },

    conversations: () => [...conversations.values()].reverse(),
    forget: () => conversations.clear(),

    save: () => {
      const oldest = Math.floor(clock.now() / MINUTE_MS) - MINUTES + 1
      const books = [...pages].map(([pageId, { minutes, latencies, lastHeardMs }]): [string, SavedBook] => [
        pageId,
        {
          lastHeardMs,
          minutes: [...minutes].flatMap(([at, { sent, refusals }]) =>
            at < oldest ? [] : [{ at, sent, refusals: [...refusals] }],
          ),
          latencies: latencies
            .filter(({ atMs }) => atMs >= oldest * MINUTE_MS)
            .toSorted((one, other) => other.atMs - one.atMs)
            .slice(0, LATENCIES_SAVED),
        },
      ])
      return JSON.stringify(Object.fromEntries(books))
    },

    restore: (text) => {
      for (const [pageId, saved] of Object.entries(JSON.parse(text) as Record<string, SavedBook>)) {
        const book = bookOf(pageId)
        book.lastHeardMs ??= saved.lastHeardMs
        for (const { at, sent, refusals } of saved.minutes) {
          const minute = book.minutes.get(at) ?? { sent: 0, refusals: new Map() }
          book.minutes.set(at, minute)
          minute.sent += sent
          for (const [verdict, count] of refusals) {
            minute.refusals.set(verdict, (minute.refusals.get(verdict) ?? 0) + count)
          }
        }
        book.latencies = [...saved.latencies.toReversed(), ...book.latencies].slice(-LATENCIES)
        book.next = book.latencies.length % LATENCIES
      }
    },
  }
}

interface SavedBook {
  lastHeardMs: number | null
  minutes: { at: number; sent: number; refusals: [verdict: string, count: number][] }[]
  latencies: { atMs: number; ms: number }[]
}

interface PageBook {
  /** Counts by minute since the epoch, at most 60 of them. */
  minutes: Map<number, Minute>
  /** A ring buffer; `next` is its next place. */
  latencies: { atMs: number; ms: number }[]
  next: number
  lastHeardMs: number | null
}

interface Minute {
  sent: number
  refusals: Map<string, number>
}

const QUIET_KINDS = new Set(['delivery', 'read', 'echo', 'operator'])

const keyOf = (pageId: string, psid: string): string => `${pageId} ${psid}`

const percentiles = (values: number[]): PageActivity['latency'] => {
  if (values.length === 0) return null
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0
  return { p50Ms: at(0.5), p95Ms: at(0.95) }
}

const sum = (tallies: Map<string, number>[]): PageActivity['refusals'] => {
  const total = new Map<string, number>()
  for (const tally of tallies) {
    for (const [verdict, count] of tally) total.set(verdict, (total.get(verdict) ?? 0) + count)
  }
  return [...total].map(([verdict, count]) => ({ verdict, count })).sort((a, b) => b.count - a.count)
}
