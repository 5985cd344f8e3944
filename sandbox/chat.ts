import type { ChatMessage, ConversationView, InboxAction, VisitorAction } from './api.ts'
import type { Bus } from './bus.ts'
import type { SandboxClock } from './clock.ts'
import type { Rng } from './rng.ts'
import type { Courier } from './webhooks/courier.ts'
import * as items from './webhooks/items.ts'
import {
  addMessage,
  findConversation,
  nextMoment,
  openConversation,
  type Conversation,
  type Message,
  type Page,
  type World,
} from './world.ts'

/** What happens between a visitor and a Page, whoever set it off. */
export interface Chat {
  /** A visitor does something; the answer is the mid of what came of it, or why it cannot be. */
  act: (page: Page, psid: string, action: VisitorAction) => Acted
  /** The Page says something: the visitor sees it, the app hears its echo, then that it was delivered and read. */
  say: (page: Page, conversation: Conversation, message: PageMessage) => Message
  /** A human does something in the Page inbox. */
  inbox: (page: Page, conversation: Conversation, action: InboxAction, botAppId: string) => { mid: string }
  typing: (conversation: Conversation, on: boolean) => void
  seen: (conversation: Conversation) => void
  /** The Page reacts to a message; null takes the reaction back. */
  pageReacts: (conversation: Conversation, message: Message, emoji: string | null) => void
  /** Hands the thread to an app, or to nobody, and tells those concerned. */
  handOver: (page: Page, conversation: Conversation, move: Handover) => void
  view: (conversation: Conversation) => ConversationView
  owner: (conversation: Conversation) => string | null
}

export type Acted = { mid: string } | { problem: string }

export interface PageMessage extends Pick<ChatMessage, 'text' | 'attachment' | 'quickReplies' | 'metadata'> {
  appId: string
}

export interface Handover {
  kind: 'pass_thread_control' | 'take_thread_control' | 'request_thread_control'
  /** Who is told. */
  tell: string
  /** The new owner; undefined leaves the thread where it is. */
  owner?: string | null
  content: Record<string, unknown>
  forMs?: number
}

/** Page Inbox, the human's side (reference I). */
export const INBOX_APP_ID = '263902037430900'

export const WINDOW_MS = 24 * 3600_000
/** How long a typing bubble stays by itself: often quoted as 20 s. */
const TYPING_MS = 20_000
/** A thread's owner loses it after a day of silence. */
const OWNERSHIP_MS = 24 * 3600_000

export const createChat = (deps: {
  world: World
  clock: SandboxClock
  rng: Rng
  bus: Bus
  courier: Courier
}): Chat => {
  const { world, clock, rng, bus, courier } = deps

  const newMid = () => `m_${rng.letters(44)}`

  const owner = ({ owner: held }: Conversation) => (held && held.untilMs > clock.nowMs() ? held.appId : null)

  const post = (
    page: Page,
    conversation: Conversation,
    item: items.Item,
    onOutcome?: (outcome: 'delivered' | 'failed') => void,
  ) =>
    courier.post({
      page,
      psid: conversation.psid,
      atMs: conversation.lastMs,
      item,
      standby: (appId) => {
        const holder = owner(conversation)
        return holder !== null && holder !== appId
      },
      ...(onOutcome && { onOutcome }),
    })

  const ends = (conversation: Conversation, atMs: number) => ({
    pageId: conversation.pageId,
    psid: conversation.psid,
    atMs,
  })

  const showMessage = ({ pageId, psid }: Conversation, message: Message) => {
    if (bus.watched()) bus.tell({ type: 'message', pageId, psid, message: viewMessage(message) })
  }

  const showConversation = (conversation: Conversation) => {
    if (bus.watched()) bus.tell({ type: 'conversation', conversation: summary(conversation) })
  }

  const summary = (conversation: Conversation): Omit<ConversationView, 'messages'> => ({
    pageId: conversation.pageId,
    psid: conversation.psid,
    typing: conversation.typingUntilMs > clock.nowMs(),
    seenMs: conversation.seenMs,
    deliveredMs: conversation.deliveredMs,
    windowEndsMs: conversation.openedMs === null ? null : conversation.openedMs + WINDOW_MS,
  })

  /** What every visitor's deed does first: it begins the conversation, opens the window, and comes at its own moment. */
  const touch = (page: Page, psid: string): { conversation: Conversation; atMs: number } => {
    const conversation = openConversation(world, rng, page.id, psid)
    const atMs = nextMoment(conversation, clock.nowMs())
    conversation.openedMs = atMs
    if (conversation.owner && owner(conversation) !== null) conversation.owner.untilMs = atMs + OWNERSHIP_MS
    return { conversation, atMs }
  }

  const fromVisitor = (
    page: Page,
    psid: string,
    content: Partial<Pick<Message, 'text' | 'attachment'>>,
    toItem: (ends: items.Ends, message: Message) => items.Item,
  ): Acted => {
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
      ...content,
    }
    addMessage(world, conversation, message)
    const posted = post(page, conversation, toItem(ends(conversation, atMs), message), (outcome) => {
      message.webhook = outcome
      showMessage(conversation, message)
    })
    // An event that a test drops has failed by now.
    if (posted) message.webhook ??= 'pending'
    showMessage(conversation, message)
    showConversation(conversation)
    return { mid: message.mid }
  }

  const pressed = (page: Page, psid: string, title: string, payload: string, ref: string | null): Acted =>
    fromVisitor(page, psid, { text: title }, (at, { mid }) =>
      items.postback(at, { mid, title, payload, ref }),
    )

  const act: Chat['act'] = (page, psid, action) => {
    switch (action.type) {
      case 'text':
        return fromVisitor(page, psid, { text: action.text }, items.visitorMessage)
      case 'quick_reply':
        return fromVisitor(page, psid, { text: action.title }, (at, message) =>
          items.visitorMessage(at, message, { quick_reply: { payload: action.payload } }),
        )
      case 'postback':
        return pressed(page, psid, action.title, action.payload, null)
      case 'get_started': {
        const payload = getStartedPayload(page)
        if (payload === null) return { problem: 'The Page has no Get Started button.' }
        const conversation = openConversation(world, rng, page.id, psid)
        const ref = conversation.pendingRef
        conversation.pendingRef = null
        return pressed(page, psid, 'Get Started', payload, ref)
      }
      case 'attachment': {
        const { type, url } = action.attachment
        return fromVisitor(page, psid, { attachment: { type, payload: { url } } }, items.visitorMessage)
      }
      case 'sticker': {
        const payload = { url: stickerUrl(action.stickerId), sticker_id: Number(action.stickerId) }
        return fromVisitor(page, psid, { attachment: { type: 'sticker', payload } }, items.visitorMessage)
      }
      case 'reaction':
        return react(page, psid, action)
      case 'referral':
        return refer(page, psid, action.ref)
    }
  }

  const react = (page: Page, psid: string, action: VisitorAction & { type: 'reaction' }): Acted => {
    const target = world.messages.get(action.mid)
    if (!target || target.conversation !== findConversation(world, page.id, psid)) {
      return { problem: 'There is no such message in this conversation.' }
    }
    const { conversation, atMs } = touch(page, psid)
    target.message.reaction = action.action === 'react' ? action.emoji : null
    post(page, conversation, items.reaction(ends(conversation, atMs), action))
    showMessage(conversation, target.message)
    showConversation(conversation)
    return { mid: action.mid }
  }

  const refer = (page: Page, psid: string, ref: string): Acted => {
    const known = findConversation(world, page.id, psid)
    if (!known?.messages.length) {
      // A new thread: the ref comes with the Get Started postback.
      openConversation(world, rng, page.id, psid).pendingRef = ref
      return { mid: '' }
    }
    const { conversation, atMs } = touch(page, psid)
    post(page, conversation, items.referral(ends(conversation, atMs), ref))
    showConversation(conversation)
    return { mid: '' }
  }

  const say: Chat['say'] = (page, conversation, content) => {
    const message: Message = {
      mid: newMid(),
      from: 'page',
      atMs: nextMoment(conversation, clock.nowMs()),
      webhook: null,
      ...content,
    }
    addMessage(world, conversation, message)
    conversation.typingUntilMs = 0
    post(page, conversation, items.echo(ends(conversation, message.atMs), message))
    // Visitors here always have the conversation open: what arrives is delivered and read.
    const receiptMs = nextMoment(conversation, clock.nowMs())
    conversation.deliveredMs = receiptMs
    post(page, conversation, items.delivery(ends(conversation, receiptMs), [message.mid]))
    post(page, conversation, items.read(ends(conversation, receiptMs)))
    showMessage(conversation, message)
    showConversation(conversation)
    return message
  }

  const handOver: Chat['handOver'] = (
    page,
    conversation,
    { kind, tell, owner: next, content, forMs = OWNERSHIP_MS },
  ) => {
    const atMs = nextMoment(conversation, clock.nowMs())
    if (next !== undefined) {
      conversation.owner = next === null ? null : { appId: next, untilMs: clock.nowMs() + forMs }
    }
    const item = items.handover(ends(conversation, atMs), kind, content)
    courier.post({ page, psid: conversation.psid, atMs, item, only: tell })
    showConversation(conversation)
  }

  const inbox: Chat['inbox'] = (page, conversation, action, botAppId) => {
    const holder = owner(conversation)
    switch (action.type) {
      case 'text': {
        const content = { text: action.text, attachment: null, quickReplies: [], metadata: null }
        return { mid: say(page, conversation, { ...content, appId: INBOX_APP_ID }).mid }
      }
      case 'take':
        handOver(page, conversation, {
          kind: 'take_thread_control',
          tell: botAppId,
          owner: INBOX_APP_ID,
          content: { previous_owner_app_id: holder, new_owner_app_id: INBOX_APP_ID },
        })
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
  }

  return {
    act,
    say,
    inbox,
    typing: (conversation, on) => {
      conversation.typingUntilMs = on ? clock.nowMs() + TYPING_MS : 0
      showConversation(conversation)
      if (on) clock.after(TYPING_MS, () => showConversation(conversation))
    },
    seen: (conversation) => {
      conversation.seenMs = conversation.lastMs
      showConversation(conversation)
    },
    pageReacts: (conversation, message, emoji) => {
      message.pageReaction = emoji
      showMessage(conversation, message)
    },
    handOver,
    view: (conversation) => ({
      ...summary(conversation),
      messages: conversation.messages.map(viewMessage),
    }),
    owner,
  }
}

const viewMessage = (message: Message): ChatMessage => {
  const { appId: _appId, ...shown } = message
  return shown
}

export const getStartedPayload = (page: Page): string | null => {
  const getStarted = page.profile['get_started'] as { payload?: unknown } | undefined
  return typeof getStarted?.payload === 'string' ? getStarted.payload : null
}

const stickerUrl = (stickerId: string) =>
  `https://scontent.example/stickers/${encodeURIComponent(stickerId)}.png`
