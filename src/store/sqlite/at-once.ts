import type { AnswerAtOnce, AnsweredAtOnce, Conversation, NewEvent } from '../store.ts'
import { createCounts } from './multiset.ts'
import { nameOf, type LiveConversations } from './live.ts'
import type { EventToStore } from './protocol.ts'

/**
 * Events that are answered before they are stored, so that both go into one transaction. The answer is made from what
 * is believed of the conversation; the database thread looks whether that is so.
 */
export interface AtOnce {
  /** Until {@link AtOnce.end}, what else comes of its conversation waits for its turn. */
  begin: (event: NewEvent) => Attempt
  end: (attempt: Attempt) => void
  /** What is kept of the conversation now. */
  learn: (conversation: Pick<Conversation, 'pageId' | 'psid' | 'state'>) => void
  /** Visitors were forgotten; of whom is not known. */
  forget: () => void
  answerWith: (answer: AnswerAtOnce) => () => void
}

export interface Attempt {
  /** Of its conversation. */
  name: string
  event: EventToStore
  answered: AnsweredAtOnce | null
}

/** Conversations whose state is remembered; of any other it is believed that there is none. */
const MOST_REMEMBERED = 10_000
const LONGEST_REMEMBERED = 1024

export const createAtOnce = (deps: {
  live: LiveConversations
  /** Whether every event in the inbox is one of a live conversation. */
  isInboxKnown: () => boolean
  /** Whether a reply of this Page may be handed out as it is stored. */
  isOutboxOpen: (pageId: string) => boolean
}): AtOnce => {
  const { live, isInboxKnown, isOutboxOpen } = deps
  let answer: AnswerAtOnce | null = null
  const underWay = createCounts()
  const states = new Map<string, string>()

  const ask = (event: NewEvent, name: string): Attempt => {
    const { pageId, psid } = event
    const attempt: Attempt = { name, event, answered: null }
    if (answer === null || underWay.has(name) || live.has(name) || !isInboxKnown() || !isOutboxOpen(pageId))
      return attempt
    const believed = states.get(name) ?? null
    const answered = answer(event, { pageId, psid, state: believed })
    return answered === null
      ? attempt
      : { name, event: { ...event, believed, outcome: answered.outcome }, answered }
  }

  return {
    begin: (event) => {
      const attempt = ask(event, nameOf(event))
      underWay.add(attempt.name)
      return attempt
    },
    end: ({ name }) => underWay.drop(name),
    learn: (conversation) => {
      if (conversation.state === null && states.size === 0) return
      const name = nameOf(conversation)
      states.delete(name)
      if (conversation.state === null || conversation.state.length > LONGEST_REMEMBERED) return
      const [oldest] = states.size < MOST_REMEMBERED ? [] : states.keys()
      if (oldest !== undefined) states.delete(oldest)
      states.set(name, conversation.state)
    },
    forget: () => states.clear(),
    answerWith: (newAnswer) => {
      answer = newAnswer
      return () => {
        answer = null
      }
    },
  }
}
