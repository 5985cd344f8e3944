import type { ChatMessage, InboxAction, Presence } from '../api.ts'
import type { SandboxClock } from '../clock.ts'
import * as items from '../webhooks/items.ts'
import {
  addMessage,
  findConversation,
  nextMoment,
  type Conversation,
  type Message,
  type Page,
  type World,
} from '../world.ts'
import { INBOX_APP_ID, OWNERSHIP_MS, TYPING_MS } from './facts.ts'
import type { Routing } from './routing.ts'
import { endsOf, type Telling } from './telling.ts'

/** The actions of the Page in a conversation, by a bot or by a person in the inbox. */
export interface PageSide {
  /** Adds a message of the Page: the visitor gets it if present, and the apps get its echo and the receipts. */
  say: (page: Page, conversation: Conversation, message: PageMessage) => Message
  /** Carries out an action of a human in the Page inbox. */
  inbox: (page: Page, conversation: Conversation, action: InboxAction, botAppId: string) => { mid: string }
  typing: (conversation: Conversation, on: boolean, personaId: string | null) => void
  seen: (conversation: Conversation) => void
  /** The Page reacts to a message; null takes the reaction back. */
  reacts: (conversation: Conversation, message: Message, emoji: string | null) => void
  /** Gives the thread to an app or makes it idle, and sends the webhooks for it. */
  handOver: (page: Page, conversation: Conversation, move: Handover) => void
  /** Sets a visitor's presence; waiting messages are delivered and read when the visitor comes. */
  attend: (psid: string, presence: Presence) => void
}

export interface PageMessage extends Pick<
  ChatMessage,
  'text' | 'attachment' | 'quickReplies' | 'metadata' | 'persona' | 'replyTo'
> {
  appId: string
}

export interface Handover {
  kind: 'pass_thread_control' | 'take_thread_control' | 'request_thread_control'
  /** The id of the app that gets the event. */
  tell: string
  /** The new owner; undefined leaves the thread where it is. */
  owner?: string | null
  content: Record<string, unknown>
}

export const createPageSide = (deps: {
  world: World
  clock: SandboxClock
  routing: Routing
  telling: Telling
  newMid: () => string
}): PageSide => {
  const { world, clock, routing, telling, newMid } = deps

  const say: PageSide['say'] = (page, conversation, content) => {
    const message: Message = {
      mid: newMid(),
      from: 'page',
      atMs: nextMoment(conversation, clock.nowMs()),
      webhook: null,
      edits: 0,
      ...content,
    }
    addMessage(world, conversation, message)
    conversation.typing = null
    telling.apps(page, conversation, items.echo(endsOf(conversation, message.atMs), message))
    receipts(page, conversation)
    telling.message(conversation, message)
    telling.conversation(conversation)
    return message
  }

  /** Sends receipts for messages that are delivered or read now, depending on the visitor's presence. */
  const receipts = (page: Page, conversation: Conversation) => {
    const presence = world.visitors.get(conversation.psid)?.presence ?? 'offline'
    if (presence === 'offline') return
    const arrived = saidSince(conversation, conversation.deliveredMs)
    const read = presence === 'here' && saidSince(conversation, conversation.readMs).length > 0
    if (arrived.length === 0 && !read) return
    const atMs = nextMoment(conversation, clock.nowMs())
    const ends = endsOf(conversation, atMs)
    if (arrived.length > 0) {
      conversation.deliveredMs = atMs
      const mids = arrived.map(({ mid }) => mid)
      telling.apps(page, conversation, items.delivery(ends, mids))
    }
    if (!read) return
    conversation.readMs = atMs
    telling.apps(page, conversation, items.read(ends))
  }

  const handOver: PageSide['handOver'] = (page, conversation, { kind, tell, owner: next, content }) => {
    const atMs = nextMoment(conversation, clock.nowMs())
    if (next !== undefined) {
      conversation.owner = next === null ? null : { appId: next, untilMs: clock.nowMs() + OWNERSHIP_MS }
    }
    telling.apps(page, conversation, items.handover(endsOf(conversation, atMs), kind, content), {
      only: tell,
    })
    telling.conversation(conversation)
  }

  const takeForInbox = (page: Page, conversation: Conversation, botAppId: string) => {
    const holder = routing.owner(conversation)
    handOver(page, conversation, {
      kind: 'take_thread_control',
      tell: holder === null || holder === INBOX_APP_ID ? botAppId : holder,
      owner: INBOX_APP_ID,
      content: { previous_owner_app_id: holder, new_owner_app_id: INBOX_APP_ID },
    })
  }

  return {
    say,
    handOver,
    inbox: (page, conversation, action, botAppId) => {
      switch (action.type) {
        case 'text': {
          // If the Page has a default app, a human who writes takes the thread from it.
          const inboxHolds = routing.owner(conversation) === INBOX_APP_ID
          if (page.defaultAppId !== null && !inboxHolds) takeForInbox(page, conversation, botAppId)
          const content = { text: action.text, attachment: null, quickReplies: [], metadata: null }
          return { mid: say(page, conversation, { ...content, appId: INBOX_APP_ID }).mid }
        }
        case 'take':
          takeForInbox(page, conversation, botAppId)
          return { mid: '' }
        case 'hand_back':
          handOver(page, conversation, {
            kind: 'pass_thread_control',
            tell: botAppId,
            owner: botAppId,
            content: { previous_owner_app_id: INBOX_APP_ID, new_owner_app_id: botAppId },
          })
          return { mid: '' }
      }
    },
    typing: (conversation, on, personaId) => {
      conversation.typing = on ? { untilMs: clock.nowMs() + TYPING_MS, personaId } : null
      telling.conversation(conversation)
      if (on) clock.after(TYPING_MS, () => telling.conversation(conversation))
    },
    seen: (conversation) => {
      conversation.seenMs = conversation.lastMs
      telling.conversation(conversation)
    },
    reacts: (conversation, message, emoji) => {
      message.pageReaction = emoji
      telling.message(conversation, message)
    },
    attend: (psid, presence) => {
      const visitor = world.visitors.get(psid)
      if (!visitor) return
      visitor.presence = presence
      telling.state()
      for (const page of world.pages.values()) {
        const conversation = findConversation(world, page.id, psid)
        if (!conversation) continue
        receipts(page, conversation)
        telling.conversation(conversation)
      }
    },
  }
}

/** The messages of the Page after that moment, oldest first; searched from the end, since a conversation may be long. */
const saidSince = ({ messages }: Conversation, ms: number | null): Message[] => {
  const first = messages.findLastIndex(({ atMs }) => atMs <= (ms ?? 0)) + 1
  return messages.slice(first).filter(({ from }) => from === 'page')
}
