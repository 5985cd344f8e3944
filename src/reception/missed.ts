import type { Clock } from '../base/clock.ts'
import { GraphError } from '../graph/error.ts'
import type { Graph, RecentMessage } from '../graph/graph.ts'
import type { NewEvent, Store } from '../store/store.ts'
import { STANDARD_WINDOW_MS } from '../channel/messenger.ts'
import type { FoundMessage } from '../webhook/recovered.ts'
import { timeOf } from './absence.ts'

/** The result of reading a Page's conversations. */
export interface Missed {
  /** Messages that the store did not know; they are in the inbox now. */
  recovered: number
  /** Messages that a webhook had brought, too. */
  known: number
  conversations: number
  /** Whether the list was left after {@link MOST_CONVERSATIONS}, so that older conversations were not read. */
  cut: boolean
  /** Why Facebook refused to list the conversations; null where it listed them. */
  unlisted: GraphError | null
}

export interface MissedDeps {
  graph: Pick<Graph, 'conversations' | 'recentMessages' | 'now'>
  store: Pick<Store, 'accept' | 'sentReplies' | 'recentVisitors'>
  /** Makes the events that the webhook would have brought; the store ignores those that it did bring. */
  toEvents: (message: FoundMessage) => NewEvent[]
  clock: Clock
  signal: AbortSignal
}

interface Wanted {
  pageId: string
  pageToken: string
  sinceMs: number
  /** Whether the conversations of known visitors need not be read one by one. */
  areKnownRead: boolean
}

const MOST_CONVERSATIONS = 500
// Facebook allows two calls a second, and the sender may be looking for a reply in doubt.
const BETWEEN_CALLS_MS = 1000
/** After this many refused single conversations in a row, the refusal concerns more than the list, and reading ends. */
const MOST_REFUSED = 3

/**
 * Takes in visitors' messages since `sinceMs` that no webhook brought and that have no answer. A person's message for the Page
 * answers everything before it; the bot's reply answers only the messages that the bot had received. Where Facebook refuses to
 * list the conversations, as it does at high volume (docs/messenger-platform.md#d1), the conversations of known visitors are read
 * one by one.
 *
 * @throws GraphError, BotError `BOT_STORE_UNAVAILABLE`, or the reason of the signal; messages taken in before stay in the inbox
 */
export const takeInMissed = async (deps: MissedDeps, wanted: Wanted): Promise<Missed> => {
  const missed: Missed = { recovered: 0, known: 0, conversations: 0, cut: false, unlisted: null }
  // Older messages cannot be answered.
  const fromMs = Math.max(wanted.sinceMs, timeOf(deps) - STANDARD_WINDOW_MS)
  try {
    await readListed(deps, wanted, fromMs, missed)
  } catch (error) {
    if (!isListRefused(error)) throw error
    missed.unlisted = error
    if (!wanted.areKnownRead) await readKnown(deps, wanted, fromMs, missed)
  }
  return missed
}

const readListed = async (
  deps: MissedDeps,
  { pageId, pageToken }: Wanted,
  fromMs: number,
  missed: Missed,
): Promise<void> => {
  const { graph, clock, signal } = deps
  let after: string | undefined
  for (;;) {
    const { conversations, next } = await graph.conversations({ pageId, pageToken, after })
    const recent = conversations.filter(({ updatedMs }) => updatedMs === null || updatedMs >= fromMs)
    await takeIn(deps, { conversations: recent, pageId, fromMs, missed })
    // Facebook lists conversations by their latest change, so all after the first old one are old.
    if (next === null || recent.length < conversations.length) return
    if (missed.conversations >= MOST_CONVERSATIONS) {
      missed.cut = true
      return
    }
    after = next
    await clock.sleep(BETWEEN_CALLS_MS, signal)
  }
}

const readKnown = async (
  deps: MissedDeps,
  { pageId, pageToken }: Wanted,
  fromMs: number,
  missed: Missed,
): Promise<void> => {
  const { graph, store, clock, signal } = deps
  let refused = 0
  for (const psid of await store.recentVisitors({ pageId, limit: MOST_CONVERSATIONS })) {
    await clock.sleep(BETWEEN_CALLS_MS, signal)
    try {
      const { messages } = await graph.recentMessages({ pageId, pageToken, psid })
      refused = 0
      await takeIn(deps, { conversations: [{ messages }], pageId, fromMs, missed })
    } catch (error) {
      // A skipped conversation is not lost: the list, which holds it, is asked for again later.
      if (!(error instanceof GraphError) || error.verdict === 'token_invalid') throw error
      refused += 1
      if (refused >= MOST_REFUSED) throw error
    }
  }
}

/**
 * Whether Graph itself refused the list and single conversations may still be readable. They are not if Graph asked for a wait,
 * which holds for every call.
 */
const isListRefused = (error: unknown): error is GraphError =>
  error instanceof GraphError &&
  error.graphCode !== null &&
  error.verdict !== 'token_invalid' &&
  error.retryAfterMs === null

const takeIn = async (
  { store, toEvents }: MissedDeps,
  found: {
    conversations: readonly { messages: RecentMessage[] }[]
    pageId: string
    fromMs: number
    /** Counted on. */
    missed: Missed
  },
): Promise<void> => {
  const { conversations, pageId, fromMs, missed } = found
  const messages: FoundMessage[] = []
  for (const one of conversations) messages.push(...(await unanswered(store, one.messages, pageId, fromMs)))
  const { stored, duplicates } = await store.accept(messages.flatMap(toEvents))
  missed.conversations += conversations.length
  missed.recovered += stored
  missed.known += duplicates
}

/** The visitor's messages since `fromMs` that no person has answered, oldest first. */
const unanswered = async (
  store: Pick<Store, 'sentReplies'>,
  messages: readonly RecentMessage[],
  pageId: string,
  fromMs: number,
): Promise<FoundMessage[]> => {
  const fromVisitor = (message: RecentMessage): boolean =>
    message.fromId !== null && message.fromId !== pageId
  const psid = messages.find(fromVisitor)?.fromId ?? null
  if (psid === null) return []
  const sent = messages.every(fromVisitor) ? [] : await store.sentReplies({ pageId, psid })
  const ours = new Set(sent.map(({ messageId }) => messageId))
  const answer = messages.findIndex((message) => !fromVisitor(message) && !ours.has(message.id))
  return messages
    .slice(0, answer === -1 ? messages.length : answer)
    .flatMap((message) => {
      const { id: mid, text, createdMs } = message
      const isWanted = fromVisitor(message) && createdMs !== null && createdMs >= fromMs
      return isWanted ? [{ pageId, psid, mid, text, createdMs }] : []
    })
    .reverse()
}
