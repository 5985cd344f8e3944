import type { VisitorAction } from '../api.ts'
import type { SandboxClock } from '../clock.ts'
import { stickerUrl } from '../picture-urls.ts'
import type { Rng } from '../rng.ts'
import * as items from '../webhooks/items.ts'
import { addPost } from '../posts.ts'
import {
  addMessage,
  findConversation,
  nextMoment,
  openConversation,
  type Conversation,
  type Message,
  type Page,
  type Referral,
  type World,
} from '../world.ts'
import { MOST_EDITS, OWNERSHIP_MS } from './facts.ts'
import type { PageSide } from './page-side.ts'
import { withNlp } from './nlp.ts'
import { openAccountLink } from './account-link.ts'
import { commandIn, getStartedPayload } from './profile-view.ts'
import type { Routing } from './routing.ts'
import { endsOf, type Telling } from './telling.ts'

/** Carries out a visitor's action. @returns the mid of the message it made, or why it is not possible */
export type Act = (page: Page, psid: string, action: VisitorAction) => Acted

export type Acted = { mid: string; url?: string; postId?: string } | { problem: string }

export const createVisitorSide = (deps: {
  world: World
  clock: SandboxClock
  rng: Rng
  routing: Routing
  telling: Telling
  pageSide: PageSide
  newMid: () => string
  origin: () => string
}): Act => {
  const { world, clock, rng, routing, telling, pageSide, newMid, origin } = deps

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

  const write = (
    page: Page,
    psid: string,
    content: Partial<Pick<Message, 'text' | 'attachment' | 'replyTo'>>,
    toItem: (ends: items.Ends, message: Message) => items.Item = items.visitorMessage,
  ): Acted => {
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
  }

  /** Sends an event that adds no message. */
  const tell = (
    page: Page,
    psid: string,
    toItem: (ends: items.Ends) => items.Item,
    { mid = '', opens = false } = {},
  ): Acted => {
    const { conversation, atMs } = touch(page, psid, opens)
    telling.apps(page, conversation, toItem(endsOf(conversation, atMs)))
    telling.conversation(conversation)
    return { mid }
  }

  const press = (page: Page, psid: string, title: string, payload: string, came: Referral | null): Acted =>
    write(page, psid, { text: title }, (ends, { mid }) =>
      items.postback(ends, { mid, title, payload, referral: came }),
    )

  const text = (page: Page, psid: string, action: VisitorAction & { type: 'text' }): Acted => {
    const { text: written, replyTo } = action
    if (replyTo !== undefined && !messageIn(page, psid, replyTo)) return NO_SUCH_MESSAGE
    const conversation = findConversation(world, page.id, psid)
    const came = conversation?.pendingReferral
    if (conversation && came?.kind === 'ad') {
      conversation.pendingReferral = null
      return write(page, psid, { text: written }, (ends, message) =>
        items.messageThroughAd(ends, message, came),
      )
    }
    const command = commandIn(page, written)
    if (command !== null) {
      return write(page, psid, { text: written.slice(1) }, (ends, message) =>
        items.visitorMessage(ends, message, { commands: [{ name: command }] }),
      )
    }
    if (replyTo === undefined) return write(page, psid, { text: written })
    const quoted = { mid: replyTo, is_self_reply: messageIn(page, psid, replyTo)?.from === 'visitor' }
    return write(page, psid, { text: written, replyTo }, (ends, message) =>
      items.visitorMessage(ends, message, { reply_to: quoted }),
    )
  }

  const edit = (page: Page, psid: string, action: VisitorAction & { type: 'edit' }): Acted => {
    const message = messageIn(page, psid, action.mid)
    if (!message || message.from !== 'visitor' || message.text === null) return NO_SUCH_MESSAGE
    if (message.edits >= MOST_EDITS) return { problem: `A message can be changed ${MOST_EDITS} times.` }
    message.text = action.text
    message.edits += 1
    const acted = tell(page, psid, (ends) => items.edit(ends, message), { mid: message.mid })
    const conversation = findConversation(world, page.id, psid)
    if (conversation) telling.message(conversation, message)
    return acted
  }

  const react = (page: Page, psid: string, action: VisitorAction & { type: 'reaction' }): Acted => {
    const message = messageIn(page, psid, action.mid)
    const conversation = findConversation(world, page.id, psid)
    if (!message || !conversation) return NO_SUCH_MESSAGE
    message.reaction = action.action === 'react' ? action.emoji : null
    telling.message(conversation, message)
    return tell(page, psid, (ends) => items.reaction(ends, action), { mid: action.mid, opens: true })
  }

  /** In a new thread the referral comes with the visitor's first action; that of an ad always waits for the next message. */
  const arrive = (page: Page, psid: string, came: Referral): Acted => {
    const known = findConversation(world, page.id, psid)
    if (came.kind === 'link' && known !== undefined && known.messages.length > 0) {
      return tell(page, psid, (ends) => items.referral(ends, came), { opens: true })
    }
    openConversation(world, rng, page.id, psid).pendingReferral = came
    return { mid: '' }
  }

  const optIn = (page: Page, psid: string, action: VisitorAction & { type: 'optin' }): Acted => {
    const known = [...world.optIns].find(([, one]) => one.pageId === page.id && one.psid === psid)
    const token = known?.[0] ?? rng.digits(18)
    const stopped = action.status === 'stop'
    if (action.status !== undefined && !known) return { problem: 'The visitor has not opted in yet.' }
    world.optIns.set(token, { pageId: page.id, psid, stopped })
    const toItem = (ends: items.Ends) =>
      items.event(ends, 'messaging_optins', {
        optin: {
          type: 'notification_messages',
          payload: action.payload,
          notification_messages_token: token,
          notification_messages_timezone: 'UTC',
          token_expiry_timestamp: ends.atMs + OPT_IN_LIFE_MS,
          user_token_status: known ? 'REFRESHED' : 'NOT_REFRESHED',
          title: action.title,
          ...(action.status !== undefined && {
            notification_messages_status: stopped ? 'STOP NOTIFICATIONS' : 'RESUME NOTIFICATIONS',
          }),
        },
      })
    return tell(page, psid, toItem, { opens: true })
  }

  /** A post or comment is sent in `feed` and begins no conversation; the Page may answer it once in private. */
  const writePost = (
    page: Page,
    psid: string,
    action: VisitorAction & { type: 'post' | 'comment' },
  ): Acted => {
    const parentId = action.type === 'comment' ? action.postId : null
    const parent = parentId === null ? undefined : world.posts.get(parentId)
    if (parentId !== null && parent?.pageId !== page.id) return { problem: 'The Page has no such post.' }
    const post = addPost(world, rng, {
      pageId: page.id,
      psid,
      parentId,
      message: action.message,
      nowMs: clock.nowMs(),
    })
    const name = world.visitors.get(psid)?.name ?? 'Facebook user'
    telling.post(page, psid, items.feed(post, { id: psid, name }))
    return { mid: '', postId: post.id }
  }

  const messageIn = (page: Page, psid: string, mid: string): Message | undefined => {
    const found = world.messages.get(mid)
    return found && found.conversation === findConversation(world, page.id, psid) ? found.message : undefined
  }

  const block = (page: Page, psid: string, blocked: boolean): Acted => {
    const conversation = openConversation(world, rng, page.id, psid)
    conversation.blocked = blocked
    telling.conversation(conversation)
    return { mid: '' }
  }

  return (page, psid, action) => {
    if (action.type === 'block') return block(page, psid, action.blocked)
    if (action.type === 'presence') {
      pageSide.attend(psid, action.presence)
      return { mid: '' }
    }
    if (findConversation(world, page.id, psid)?.blocked === true) {
      return { problem: 'The visitor has blocked this Page.' }
    }
    switch (action.type) {
      case 'text':
        return text(page, psid, action)
      case 'edit':
        return edit(page, psid, action)
      case 'quick_reply':
        return write(page, psid, { text: action.title }, (ends, message) =>
          items.visitorMessage(ends, message, { quick_reply: { payload: action.payload } }),
        )
      case 'postback':
        return press(page, psid, action.title, action.payload, null)
      case 'get_started': {
        const payload = getStartedPayload(page)
        if (payload === null) return { problem: 'The Page has no Get Started button.' }
        const conversation = openConversation(world, rng, page.id, psid)
        const came = conversation.pendingReferral
        conversation.pendingReferral = null
        return press(page, psid, 'Get Started', payload, came)
      }
      case 'attachment': {
        const { type, url } = action.attachment
        return write(page, psid, { attachment: { type, payload: { url } } })
      }
      case 'share': {
        const shared = items.shareOf(action.kind, action.url, action.title, Number(rng.digits(12)))
        return write(page, psid, { text: action.text ?? null, attachment: shared })
      }
      case 'sticker': {
        const payload = { url: stickerUrl(origin(), action.stickerId), sticker_id: Number(action.stickerId) }
        return write(page, psid, { attachment: { type: 'sticker', payload } })
      }
      case 'reaction':
        return react(page, psid, action)
      case 'referral':
        return arrive(page, psid, { kind: 'link', ref: action.ref })
      case 'ad': {
        const { adId, title, ref = null } = action
        return arrive(page, psid, { kind: 'ad', adId, title, ref })
      }
      case 'optin':
        return optIn(page, psid, action)
      case 'feedback': {
        const { mid, good } = action
        if (messageIn(page, psid, mid)?.from !== 'page') return NO_SUCH_MESSAGE
        const content = { response_feedback: { feedback: good ? 'Good response' : 'Bad response', mid } }
        return tell(page, psid, (ends) => items.event(ends, 'response_feedback', content))
      }
      case 'account_linking': {
        const code = action.authorizationCode
        const content = {
          account_linking:
            code === null ? { status: 'unlinked' } : { status: 'linked', authorization_code: code },
        }
        return tell(page, psid, (ends) => items.event(ends, 'messaging_account_linking', content))
      }
      case 'account_link':
        return openAccountLink(world, { rng, origin: origin(), nowMs: clock.nowMs() }, page, psid, action.url)
      case 'post':
      case 'comment':
        return writePost(page, psid, action)
      case 'event':
        return tell(page, psid, (ends) => items.event(ends, action.field, action.content), {
          opens: WINDOW_OPENERS.has(action.field),
        })
    }
  }
}

/** The actions that open the 24-hour window (docs/messenger-platform.md#j). */
const WINDOW_OPENERS = new Set([
  'messages',
  'messaging_postbacks',
  'messaging_referrals',
  'messaging_optins',
  'message_reactions',
])
const NO_SUCH_MESSAGE = { problem: 'There is no such message in this conversation.' }
/** An opt-in is good for about a year. */
const OPT_IN_LIFE_MS = 365 * 24 * 3600_000
