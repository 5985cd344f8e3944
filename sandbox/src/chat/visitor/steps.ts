import type { SandboxClock } from '../../clock.ts'
import type { Rng } from '../../rng.ts'
import * as items from '../../webhooks/items.ts'
import {
  addMessage,
  findConversation,
  nextMoment,
  openConversation,
  type Conversation,
  type Message,
  type Page,
  type World,
} from '../../world.ts'
import { OWNERSHIP_MS } from '../facts.ts'
import { withNlp } from '../nlp.ts'
import type { PageSide } from '../page-side.ts'
import type { Routing } from '../routing.ts'
import { endsOf, type Telling } from '../telling.ts'
import type { Acted } from './acts.ts'

/** The steps of which a visitor's actions are made. */
export interface Steps {
  /** Adds a message of the visitor and sends its event, {@link items.visitorMessage} unless `toItem` makes another. */
  write: (
    page: Page,
    psid: string,
    content: Partial<Pick<Message, 'text' | 'attachment' | 'replyTo'>>,
    toItem?: (ends: items.Ends, message: Message) => items.Item,
  ) => Acted
  /**
   * Sends an event that adds no message.
   *
   * @param more.mid - of the message that the action is about
   * @param more.opens - whether the action opens the 24-hour window
   */
  tell: (
    page: Page,
    psid: string,
    toItem: (ends: items.Ends) => items.Item,
    more?: { mid?: string; opens?: boolean },
  ) => Acted
  /** The message of that mid in the conversation. */
  messageIn: (page: Page, psid: string, mid: string) => Message | undefined
}

export const createSteps = (deps: {
  world: World
  clock: SandboxClock
  rng: Rng
  routing: Routing
  telling: Telling
  pageSide: PageSide
  newMid: () => string
}): Steps => {
  const { world, clock, rng, routing, telling, pageSide, newMid } = deps

  /** The first step of every action of a visitor: it starts the conversation, has its own time, and usually opens the window. */
  const touch = (page: Page, psid: string, opens = true): { conversation: Conversation; atMs: number } => {
    const conversation = openConversation(world, rng, page.id, psid)
    const atMs = nextMoment(conversation, clock.nowMs())
    if (!opens) return { conversation, atMs }
    conversation.openedMs = atMs
    if (conversation.owner && routing.owner(conversation) !== null) {
      conversation.owner.untilMs = Math.max(conversation.owner.untilMs, atMs + OWNERSHIP_MS)
    }
    return { conversation, atMs }
  }

  return {
    write: (page, psid, content, toItem = items.visitorMessage) => {
      // A visitor who writes is present.
      if (world.visitors.get(psid)?.presence !== 'here') pageSide.attend(psid, 'here')
      const { conversation, atMs } = touch(page, psid)
      const message: Message = {
        mid: newMid(),
        from: 'visitor',
        atMs,
        text: null,
        attachment: null,
        quickReplies: [],
        webhook: null,
        metadata: null,
        appId: null,
        edits: 0,
        ...content,
      }
      addMessage(world, conversation, message)
      const toldItem = page.nlp && message.text !== null ? withNlp(toItem, message.text) : toItem
      const onOutcome = (outcome: 'delivered' | 'failed') => {
        message.webhook = outcome
        telling.message(conversation, message)
      }
      const told = telling.apps(page, conversation, toldItem(endsOf(conversation, atMs), message), {
        onOutcome,
      })
      // `??=`, because an event that a test drops is marked as failed already.
      if (told) message.webhook ??= 'pending'
      telling.message(conversation, message)
      telling.conversation(conversation)
      return { mid: message.mid }
    },

    tell: (page, psid, toItem, { mid = '', opens = false } = {}) => {
      const { conversation, atMs } = touch(page, psid, opens)
      telling.apps(page, conversation, toItem(endsOf(conversation, atMs)))
      telling.conversation(conversation)
      return { mid }
    },

    messageIn: (page, psid, mid) => {
      const found = world.messages.get(mid)
      return found && found.conversation === findConversation(world, page.id, psid)
        ? found.message
        : undefined
    },
  }
}
