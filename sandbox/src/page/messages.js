// @ts-check
/** The messages of the conversation in order, and those being sent. A message is redrawn only when it changes. */

/** @import { ChatMessage } from '../api.ts' */
/** @import { Actions } from './actions.js' */
/** @import { Receipt } from './receipts.js' */
/** @import { Store } from './store.js' */
import { avatar } from './avatar.js'
import { messageBody } from './bubble.js'
import { arrange, byId, h } from './dom.js'
import { clockTime, dayAndTime, isoTime } from './format.js'
import { icon } from './icons.js'
import { gistOf, messageTools } from './message-tools.js'
import { reactionBadge } from './reactions.js'
import { receipts } from './receipts.js'

/** Messages of one sender closer than this belong together. */
const GROUP_MS = 2 * 60_000
/** A longer silence gets a line with the time. */
const SILENCE_MS = 15 * 60_000

/**
 * @typedef {{ opens: boolean, closes: boolean, stamped: boolean, note: Receipt | null }} Place where a message stands among the others
 * @typedef {{ drawn: string, item: HTMLElement, body: string, said: HTMLElement }} Row
 */

/** @param {{ store: Store, actions: Actions }} deps */
export const createMessages = ({ store, actions }) => {
  const { model } = store
  const list = byId('messages')
  /** @type {Map<string, Row>} by mid */
  const rows = new Map()

  /** @param {ChatMessage[]} messages */
  const draw = (messages) => {
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

  return {
    draw,
    /** @param {ChatMessage} message */
    isDrawn: ({ mid }) => rows.has(mid),
    /** Another conversation is shown from here on. */
    clear: () => rows.clear(),
  }
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
