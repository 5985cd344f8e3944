import type { DeadReason } from '../messages.ts'
import type { Clock } from '../base/clock.ts'
import { within } from '../base/within.ts'
import { GraphError } from '../graph/error.ts'
import type { Graph, RecentMessage } from '../graph/graph.ts'
import { isEffect, readOutboxItem, type QueuedReply } from '../messages.ts'
import type { KeptConversation, Store } from '../store/store.ts'
import type { PageTokens } from '../token/page-tokens.ts'
import type { WebhookEvent } from '../webhook/events.ts'

/** The messages of one conversation that the store and Facebook have. */
export interface Transcript {
  pageId: string
  psid: string
  windowEndsMs: number | null
  /** In the order of time. */
  lines: TranscriptLine[]
  /** Why Facebook's messages are missing; null if they are there. */
  withoutFacebook: string | null
}

export interface TranscriptLine {
  atMs: number | null
  /** `page`: written for the Page, but not by this bot or its console: in the Page inbox or by another app. */
  by: 'visitor' | 'bot' | 'page' | { person: string }
  /** Null if the text is no longer known. */
  text: string | null
  state: LineState
}

export type LineState =
  | { is: 'received' | 'unhandled' | 'waiting' | 'in_doubt' | 'sent' | 'elsewhere' }
  /** `said`: Graph's error with its meaning; null if no call was made. */
  | { is: 'dead'; id: string; reason: DeadReason; said: string | null }

/** Resolves to null if the store knows no such conversation. */
export type OpenTranscript = (who: { pageId: string; psid: string }) => Promise<Transcript | null>

const MOST_OF_EACH = 50
/** The page waits at most this long for Facebook's messages. */
const PATIENCE_MS = 5000

/**
 * Reads waiting replies and dead letters from the store. The store has no texts of sent replies; they are read from Facebook, and
 * only when an operator opens the conversation.
 */
export const createTranscripts = (deps: {
  store: Pick<Store, 'conversation'>
  graph: Pick<Graph, 'recentMessages'>
  tokens: Pick<PageTokens, 'tokenFor' | 'suspect'>
  read: (body: string) => WebhookEvent
  clock: Pick<Clock, 'after'>
}): OpenTranscript => {
  const { store, tokens, read, clock } = deps

  const ask = async (who: { pageId: string; psid: string }): Promise<RecentMessage[] | string> => {
    const pageToken = tokens.tokenFor(who.pageId)
    if (pageToken === null) return 'it cannot be asked until the Page has a token that works'
    const told = deps.graph
      .recentMessages({ ...who, pageToken })
      .then(({ messages }) => messages)
      .catch((error: unknown) => {
        if (error instanceof GraphError && error.verdict === 'token_invalid') {
          tokens.suspect(who.pageId, pageToken, error)
        }
        return `it did not tell: ${error instanceof Error ? error.message : 'unknown'}`
      })
    return within(clock, PATIENCE_MS, told, 'it did not answer in time')
  }

  return async (who) => {
    const kept = await store.conversation({ ...who, limit: MOST_OF_EACH })
    if (kept === null) return null
    const told = await ask(who)
    const messages = typeof told === 'string' ? [] : told
    return {
      ...who,
      windowEndsMs: kept.windowEndsMs,
      lines: [...past(kept, messages, who.pageId), ...present(kept, messages, read)].toSorted(
        (one, other) => (one.atMs ?? 0) - (other.atMs ?? 0),
      ),
      withoutFacebook: typeof told === 'string' ? told : null,
    }
  }
}

/** Facebook's messages, and sent replies that Facebook does not list yet. */
const past = (
  { events, sent }: KeptConversation,
  messages: RecentMessage[],
  pageId: string,
): TranscriptLine[] => {
  const ours = new Map(sent.map(({ messageId, by }) => [messageId, by]))
  const told = new Set(messages.map(({ id }) => id))
  const oldestMs = messages.at(-1)?.createdMs ?? 0
  const isUnhandled = (id: string): boolean => events.some(({ body }) => body.includes(JSON.stringify(id)))
  return [
    ...sent
      .toReversed()
      // `oldestMs` is rounded down, because Graph tells whole seconds.
      .filter(
        ({ messageId, sentMs }) => !told.has(messageId ?? '') && (!messages.length || sentMs < oldestMs),
      )
      .map(({ sentMs, by }): TranscriptLine => ({
        atMs: sentMs,
        by: writer(by),
        text: null,
        state: { is: 'sent' },
      })),
    ...messages.toReversed().map(({ id, fromId, text, createdMs }): TranscriptLine => {
      const words = text === '' ? '[no text: an attachment or a button]' : text
      if (fromId !== pageId) {
        return {
          atMs: createdMs,
          by: 'visitor',
          text: words,
          state: { is: isUnhandled(id) ? 'unhandled' : 'received' },
        }
      }
      const by = ours.get(id)
      return by === undefined
        ? { atMs: createdMs, by: 'page', text: words, state: { is: 'elsewhere' } }
        : { atMs: createdMs, by: writer(by), text: words, state: { is: 'sent' } }
    }),
  ]
}

/** Waiting replies, and dead letters at the place where they would have been sent. */
const present = (
  { events, replies, dead }: KeptConversation,
  messages: RecentMessage[],
  read: (body: string) => WebhookEvent,
): TranscriptLine[] => [
  ...dead.toReversed().map(({ id, acceptedMs, reason, error, body }): TranscriptLine => ({
    atMs: acceptedMs,
    ...saidBy(body),
    state: { is: 'dead', id, reason, said: error?.message ?? null },
  })),
  ...events.flatMap(({ acceptedMs, body }): TranscriptLine[] => {
    const event = read(body)
    const text = wordsOfEvent(event)
    const by = event.kind === 'operator' ? writer(event.by ?? null) : 'visitor'
    const isTold = 'mid' in event && messages.some(({ id }) => id === event.mid)
    return text === null || isTold ? [] : [{ atMs: acceptedMs, by, text, state: { is: 'unhandled' } }]
  }),
  ...replies.map(({ acceptedMs, doubtSinceMs, body }): TranscriptLine => ({
    atMs: acceptedMs,
    ...saidBy(body),
    state: { is: doubtSinceMs === null ? 'waiting' : 'in_doubt' },
  })),
]

/** The text of an event; null for events without one, such as a read receipt. */
const wordsOfEvent = (event: WebhookEvent): string | null => {
  switch (event.kind) {
    case 'delivery':
    case 'read':
    case 'echo':
      return null
    case 'operator':
      return event.text
    case 'message':
    case 'message_edit':
      return event.text ?? '[no text: an attachment]'
    case 'postback':
      return `[pressed: ${event.title ?? event.payload ?? 'a button'}]`
    default:
      return `[${event.kind.replaceAll('_', ' ')}]`
  }
}

const writer = (name: string | null): TranscriptLine['by'] => (name === null ? 'bot' : { person: name })

const saidBy = (body: string): Pick<TranscriptLine, 'by' | 'text'> => {
  const item = readOutboxItem(body)
  if (item === null) return { by: 'bot', text: '[damaged: it cannot be read]' }
  if (isEffect(item)) {
    const done =
      item.do === 'take' ? 'takes the conversation back' : 'hands the conversation over to a person'
    return { by: 'bot', text: `[${done}]` }
  }
  return { by: writer(item.by ?? null), text: wordsOf(item) }
}

const wordsOf = (item: QueuedReply): string => {
  const { text, attachment } = item.message
  const { text: caption, template_type: template } = attachment?.payload ?? {}
  if (text !== undefined) return text
  if (typeof caption === 'string') return caption
  return `[${typeof template === 'string' ? template : (attachment?.type ?? 'message')}]`
}
