// @ts-check
/** The conversation: its head, its messages in order, the typing bubble, receipts, and the reading position. */

/** @import { ChatMessage } from '../api.ts' */
/** @import { Actions } from './actions.js' */
/** @import { Receipt } from './receipts.js' */
/** @import { Store } from './store.js' */
import { avatar } from './avatar.js'
import { messageBody } from './bubble.js'
import { arrange, byId, fill, h } from './dom.js'
import { clockTime, dayAndTime, isoTime } from './format.js'
import { icon } from './icons.js'
import { INBOX_APP_ID } from './inbox.js'
import { gistOf, messageTools } from './message-tools.js'
import { reactionBadge } from './reactions.js'
import { receipts } from './receipts.js'
import { isDead } from './token.js'
import { createVisit } from './visit.js'
import { createWelcome } from './welcome.js'

/** Messages of one sender closer than this belong together. */
const GROUP_MS = 2 * 60_000
/** A longer silence gets a line with the time. */
const SILENCE_MS = 15 * 60_000
/** Within this distance from the end, the visitor counts as reading the newest message. */
const NEAR_END_PX = 80

/**
 * @typedef {{ opens: boolean, closes: boolean, stamped: boolean, note: Receipt | null }} Place where a message stands among the others
 * @typedef {{ drawn: string, item: HTMLElement, body: string, said: HTMLElement }} Row
 */

/** @param {{ store: Store, actions: Actions }} deps */
export const createChat = ({ store, actions }) => {
  const { model } = store
  const scroller = byId('scroller')
  const log = byId('log')
  const list = byId('messages')
  const typing = byId('typing')
  const quickReplies = byId('quick-replies')
  const newer = byId('newer')
  const headFacts = h('div', { class: 'chat-facts' })
  fill(byId('chat-head'), headFacts, createVisit({ store, actions }))
  const welcome = createWelcome({ root: byId('welcome'), store, actions })

  /** @type {Map<string, Row>} by mid, redrawn only when they change */
  const rows = new Map()
  let shownOf = ''
  let atEnd = true

  const toEnd = () => {
    scroller.scrollTop = scroller.scrollHeight
  }
  const noteReading = () => {
    atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END_PX
    if (atEnd) newer.hidden = true
  }

  const drawHead = () => {
    const page = store.page()
    if (page === null) {
      fill(headFacts, h('p', { class: 'chat-title' }, 'No Page yet'))
      return
    }
    const waits = isDead(page.token)
    const owner = model.conversation?.owner ?? null
    fill(
      headFacts,
      avatar(page.id, page.name, 'page'),
      h(
        'div',
        { class: 'chat-names' },
        h('h2', { class: 'chat-title', dir: 'auto' }, page.name),
        h(
          'p',
          { class: waits ? 'chat-state waits' : 'chat-state' },
          headState(page.subscribed, page.token, owner),
        ),
      ),
      h(
        'span',
        { class: owner === null ? 'chat-badge' : 'chat-badge held', 'data-testid': 'holder' },
        owner === null ? 'Messenger' : owner.name,
      ),
    )
  }

  /** @param {ChatMessage[]} messages */
  const drawMessages = (messages) => {
    const notes = receipts(messages, {
      conversation: model.conversation,
      page: store.page(),
      graphDown: model.sandbox?.trouble.graphDown ?? false,
    })
    /** @type {HTMLElement[]} */
    const items = []
    for (const [at, message] of messages.entries()) {
      const before = messages[at - 1]
      const after = messages[at + 1]
      const place = {
        opens: !together(before, message),
        closes: !together(message, after),
        stamped: before === undefined || message.atMs - before.atMs > SILENCE_MS,
        note: notes.get(message.mid) ?? null,
      }
      const quoted = messages.find(({ mid }) => mid === message.replyTo)
      const quote = quoted === undefined ? '' : gistOf(quoted)
      const drawn = JSON.stringify([message, place, quote])
      const kept = rows.get(message.mid)
      const row = kept?.drawn === drawn ? kept : drawRow(message, { place, drawn, quote, kept })
      rows.set(message.mid, row)
      items.push(row.item)
    }
    items.push(...model.sending.map(drawSending))
    arrange(list, items)
  }

  /**
   * Keeps the content of a row when only its place or its state changes, so that a picture is not fetched twice.
   *
   * @param {ChatMessage} message
   * @param {{ place: Place, drawn: string, quote: string, kept: Row | undefined }} around
   * @returns {Row}
   */
  const drawRow = (message, { place: { opens, closes, stamped, note }, drawn, quote, kept }) => {
    const page = store.page()
    const mine = message.from === 'visitor'
    const classes = ['row', mine ? 'mine' : 'theirs', opens && 'opens', closes && 'closes']
    const body = JSON.stringify({ ...message, webhook: null })
    const said = kept?.body === body ? kept.said : drawSaid(message)
    if (message.webhook !== null) said.dataset['webhook'] = message.webhook
    const item = h(
      'li',
      { class: classes.filter(Boolean).join(' ') },
      stamped &&
        h(
          'p',
          { class: 'stamp' },
          h('time', { datetime: isoTime(message.atMs) }, dayAndTime(message.atMs, store.now())),
        ),
      opens &&
        message.persona &&
        h('p', { class: 'speaker', dir: 'auto', 'data-testid': 'speaker' }, message.persona.name),
      quote !== '' &&
        h('p', { class: 'quote', 'data-testid': 'quote' }, icon('reply'), h('span', { dir: 'auto' }, quote)),
      h(
        'div',
        { class: 'line' },
        !mine && h('span', { class: 'who' }, closes && speakerFace(message)),
        h('span', { class: 'sr' }, mine ? 'You: ' : `${message.persona?.name ?? page?.name ?? 'Page'}: `),
        said,
        messageTools(message, { store, actions }),
        h(
          'time',
          { class: 'at', datetime: isoTime(message.atMs) },
          (message.edits ?? 0) > 0 && 'Edited · ',
          clockTime(message.atMs),
        ),
      ),
      note &&
        h(
          'p',
          { class: `receipt ${note.state}`, 'data-testid': 'receipt', 'data-receipt': note.state },
          receiptMark(note),
          note.text,
        ),
    )
    return { drawn, item, body, said }
  }

  /** @param {ChatMessage} message */
  const speakerFace = ({ persona }) => {
    const page = store.page()
    if (persona) return avatar(persona.name, persona.name, 'visitor')
    return page !== null && avatar(page.id, page.name, 'page')
  }

  /** @param {ChatMessage} message */
  const drawSaid = (message) =>
    h(
      'div',
      { class: 'said', 'data-testid': 'message', 'data-from': message.from, 'data-mid': message.mid },
      ...messageBody(message, actions),
      reactionBadge(message),
    )

  /** @param {Receipt} note */
  const receiptMark = (note) => {
    const page = store.page()
    return note.state === 'seen' && page !== null ? avatar(page.id, page.name, 'page') : icon(note.icon)
  }

  const drawQuickReplies = () => {
    const last = model.conversation?.messages.at(-1)
    const offered = last?.from === 'page' && model.sending.length === 0 ? last.quickReplies : []
    const key = offered.length === 0 ? '' : JSON.stringify([last?.mid, offered])
    if (quickReplies.dataset['key'] === key) return
    quickReplies.dataset['key'] = key
    quickReplies.hidden = offered.length === 0
    fill(
      quickReplies,
      ...offered.map(({ title, payload, imageUrl }) =>
        h(
          'button',
          {
            type: 'button',
            class: 'pill',
            'data-testid': 'quick-reply',
            onclick: () => {
              quickReplies.hidden = true
              void actions.send({ type: 'quick_reply', title, payload }).then((sent) => {
                if (!sent) quickReplies.hidden = false
              })
              byId('composer-text').focus({ preventScroll: true })
            },
          },
          quickReplyImage(imageUrl),
          h('span', { dir: 'auto' }, title),
        ),
      ),
    )
  }

  const drawTyping = () => {
    const page = store.page()
    const now = model.conversation?.typing === true && page !== null
    const persona = model.conversation?.typingAs ?? null
    const name = now ? (persona?.name ?? page.name) : ''
    if (typing.dataset['name'] === name) return
    typing.dataset['name'] = name
    typing.hidden = !now
    fill(
      typing,
      now && (persona === null ? avatar(page.id, name, 'page') : avatar(name, name, 'visitor')),
      now && h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i')),
      now && h('span', { class: 'sr' }, `${name} is typing`),
    )
  }

  const draw = () => {
    const { conversation } = model
    const messages = conversation?.messages ?? []
    const of = conversation === null ? '' : `${conversation.pageId}/${conversation.psid}`
    const opened = of !== shownOf
    const grew = messages.some(({ mid }) => !rows.has(mid))
    if (opened) {
      shownOf = of
      rows.clear()
      // Screen readers must not read out the history, only new messages.
      log.setAttribute('aria-live', 'off')
      setTimeout(() => log.setAttribute('aria-live', 'polite'), 300)
    }
    drawHead()
    log.setAttribute('aria-label', `Conversation with ${store.page()?.name ?? 'the Page'}`)
    drawMessages(messages)
    welcome.draw(conversation !== null && messages.length === 0 && model.sending.length === 0)
    drawTyping()
    drawQuickReplies()
    if (opened || atEnd || model.sending.length > 0) toEnd()
    else if (grew) newer.hidden = false
  }

  scroller.addEventListener('scroll', noteReading, { passive: true })
  newer.addEventListener('click', () => {
    toEnd()
    byId('composer-text').focus({ preventScroll: true })
  })
  // Images that load later, and the on-screen keyboard, must not push the newest message out of sight.
  const keepEnd = new ResizeObserver(() => {
    if (atEnd) toEnd()
  })
  for (const grown of [scroller, log, byId('welcome'), quickReplies]) keepEnd.observe(grown)
  store.subscribe(['conversation', 'sandbox'], draw)
}

/** @param {{ text: string, key: number }} sending */
const drawSending = ({ text, key }) =>
  h(
    'li',
    { class: 'row mine opens closes sending' },
    h(
      'div',
      { class: 'line' },
      h('div', { class: 'said', 'data-sending': key }, h('div', { class: 'bubble', dir: 'auto' }, text)),
    ),
  )

/**
 * @param {ChatMessage | undefined} a
 * @param {ChatMessage | undefined} b
 */
const together = (a, b) =>
  a !== undefined &&
  b !== undefined &&
  a.from === b.from &&
  a.persona?.name === b.persona?.name &&
  b.atMs - a.atMs < GROUP_MS

/**
 * @param {boolean} subscribed
 * @param {import('../api.ts').PageView['token']} token
 * @param {import('../api.ts').ConversationView['owner']} owner
 */
const headState = (subscribed, token, owner) => {
  if (owner?.appId === INBOX_APP_ID) return 'A person has the conversation'
  if (isDead(token)) return 'Replies wait for a new token'
  if (!token.handedOut) return 'No bot has a token for this Page yet'
  return subscribed ? 'Automated · replies instantly' : 'No bot is subscribed to this Page'
}

/** @param {string | undefined} url */
const quickReplyImage = (url) => {
  if (url === undefined || !/^https?:/i.test(url)) return null
  return h('img', {
    src: url,
    alt: '',
    width: 20,
    height: 20,
    referrerpolicy: 'no-referrer',
    onerror: hideBroken,
  })
}

/** @param {Event} event */
const hideBroken = ({ target }) => /** @type {HTMLElement} */ (target).remove()
