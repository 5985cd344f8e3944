import type { ChatMessage, ConversationView, MenuItem } from '../api.ts'
import type { Bus } from '../bus.ts'
import type { SandboxClock } from '../clock.ts'
import type { Courier } from '../webhooks/courier.ts'
import type { Ends, Item } from '../webhooks/items.ts'
import { INBOX_APP_ID, WINDOW_MS } from './facts.ts'
import type { Conversation, Message, Page, World } from '../world.ts'
import { menuItems } from './profile-view.ts'
import type { Routing } from './routing.ts'

/** Sends the events of conversations: to the apps by webhook, to the chat page over the bus. */
export interface Telling {
  /** Sends an event to the apps. @returns whether any app gets it */
  apps: (
    page: Page,
    conversation: Conversation,
    item: Item,
    more?: { only?: string; onOutcome?: (outcome: 'delivered' | 'failed') => void },
  ) => boolean
  /** Sends events outside of conversations, such as on the Page's wall. */
  post: (page: Page, psid: string, item: Item) => void
  message: (conversation: Conversation, message: Message) => void
  conversation: (conversation: Conversation) => void
  /** Tells that the state besides conversations changed. */
  state: () => void
  view: (conversation: Conversation) => ConversationView
}

export const endsOf = ({ pageId, psid }: Conversation, atMs: number): Ends => ({ pageId, psid, atMs })

export const createTelling = (deps: {
  world: World
  clock: SandboxClock
  bus: Bus
  courier: Courier
  routing: Routing
}): Telling => {
  const { world, clock, bus, courier, routing } = deps

  const summary = (conversation: Conversation): Omit<ConversationView, 'messages'> => {
    const typing =
      conversation.typing && conversation.typing.untilMs > clock.nowMs() ? conversation.typing : null
    return {
      pageId: conversation.pageId,
      psid: conversation.psid,
      typing: typing !== null,
      typingAs: personaView(typing?.personaId ?? null),
      seenMs: conversation.seenMs,
      deliveredMs: conversation.deliveredMs,
      readMs: conversation.readMs,
      windowEndsMs: conversation.openedMs === null ? null : conversation.openedMs + WINDOW_MS,
      owner: ownerView(conversation),
      blocked: conversation.blocked,
      menu: ownMenu(conversation),
    }
  }

  const personaView = (id: string | null) => {
    const persona = id === null ? undefined : world.personas.get(id)
    return persona ? { name: persona.name, pictureUrl: persona.pictureUrl } : null
  }

  const ownerView = (conversation: Conversation): ConversationView['owner'] => {
    const appId = routing.owner(conversation)
    if (appId === null || !conversation.owner) return null
    const name = appId === INBOX_APP_ID ? 'Page inbox' : (world.apps.get(appId)?.name ?? appId)
    return { appId, name, untilMs: conversation.owner.untilMs }
  }

  return {
    apps: (page, conversation, item, more = {}) =>
      courier.post({
        page,
        psid: conversation.psid,
        item,
        // An event for one app only concerns that app, not the conversation.
        ...(more.only === undefined && {
          standby: (appId: string) => routing.standsBy(page, conversation, appId),
        }),
        ...more,
      }),
    post: (page, psid, item) => void courier.post({ page, psid, item }),
    message: ({ pageId, psid }, message) => {
      if (bus.watched()) bus.tell({ type: 'message', pageId, psid, message: viewMessage(message) })
    },
    conversation: (conversation) => {
      if (bus.watched()) bus.tell({ type: 'conversation', conversation: summary(conversation) })
    },
    state: bus.stateChanged,
    view: (conversation) => ({
      ...summary(conversation),
      messages: conversation.messages.map(viewMessage),
    }),
  }
}

const ownMenu = ({ menu }: Conversation): MenuItem[] | null => (menu === null ? null : menuItems(menu))

const viewMessage = (message: Message): ChatMessage => {
  const { appId: _appId, ...shown } = message
  return shown
}
