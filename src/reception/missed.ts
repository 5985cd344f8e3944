import type { Clock } from '../base/clock.ts'
import type { Graph, RecentConversation, RecentMessage } from '../graph/graph.ts'
import type { NewEvent, Store } from '../store/store.ts'

/** What was found in the conversations of a Page. */
export interface Missed {
  /** Messages that the store did not know; they are in the inbox now. */
  recovered: number
  /** Messages that had come by webhook, too. */
  known: number
  conversations: number
  /** Whether the Page had more messages than the limit on reading. */
  cut: boolean
}

export interface FoundMessage {
  pageId: string
  psid: string
  mid: string
  text: string
  createdMs: number
}

/** Older messages are outside the messaging window and cannot be answered. */
const LOOK_BACK_MS = 24 * 60 * 60 * 1000
const MOST_CONVERSATIONS = 500
// Facebook allows two a second, and the sender may be looking for a reply in doubt.
const BETWEEN_CALLS_MS = 1000

/**
 * Takes in what visitors wrote since `sinceMs` without being heard or answered. What a person said for the Page answers
 * everything before it; what the bot said answers only what it had heard.
 *
 * @param deps.toEvents - the events the webhook would have brought; the store knows those it did bring
 * @throws GraphError, BotError `BOT_STORE_UNAVAILABLE`, or the reason of the signal; what was taken in until then stays
 */
export const takeInMissed = async (
  deps: {
    graph: Pick<Graph, 'conversations'>
    store: Pick<Store, 'accept' | 'sentReplies'>
    toEvents: (message: FoundMessage) => NewEvent[]
    clock: Clock
    signal: AbortSignal
  },
  { pageId, pageToken, sinceMs }: { pageId: string; pageToken: string; sinceMs: number },
): Promise<Missed> => {
  const { graph, store, toEvents, clock, signal } = deps
  const fromMs = Math.max(sinceMs, clock.now() - LOOK_BACK_MS)
  const missed: Missed = { recovered: 0, known: 0, conversations: 0, cut: false }
  let after: string | undefined
  for (;;) {
    const { conversations, next } = await graph.conversations({ pageId, pageToken, after })
    const recent = conversations.filter(({ updatedMs }) => updatedMs === null || updatedMs >= fromMs)
    missed.conversations += recent.length
    const found: FoundMessage[] = []
    for (const conversation of recent) found.push(...(await unanswered(store, conversation, pageId, fromMs)))
    const { stored, duplicates } = await store.accept(found.flatMap(toEvents))
    missed.recovered += stored
    missed.known += duplicates
    // Facebook lists conversations by their last change: after the first old one, all are old.
    if (next === null || recent.length < conversations.length) return missed
    if (missed.conversations >= MOST_CONVERSATIONS) return { ...missed, cut: true }
    after = next
    await clock.sleep(BETWEEN_CALLS_MS, signal)
  }
}

/** The visitor's messages since `fromMs` that no person has answered, oldest first. */
const unanswered = async (
  store: Pick<Store, 'sentReplies'>,
  { messages }: RecentConversation,
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
