// @ts-check
/** The Send API's templates: cards side by side, text with buttons, media, receipts; and any other one as its facts. */

/** @import { ChatMessage } from '../api.ts' */
/** @import { Actions } from './actions.js' */
import { h, httpUrl, link, linkified } from './dom.js'
import { icon } from './icons.js'

/** @typedef {Record<string, unknown>} Facts */

/**
 * @param {Facts} payload
 * @param {ChatMessage} message
 * @param {Actions} actions
 * @returns {HTMLElement}
 */
export const template = (payload, message, actions) => {
  switch (payload['template_type']) {
    case 'generic':
      return carousel(list(payload['elements']), message, actions)
    case 'button':
      return h(
        'div',
        { class: 'card' },
        h('div', { class: 'card-text', dir: 'auto' }, ...linkified(words(payload['text']))),
        ...buttons(payload['buttons'], message, actions),
      )
    case 'media':
      return mediaCard(list(payload['elements'])[0] ?? {}, message, actions)
    case 'receipt':
      return receipt(payload)
    default:
      return h(
        'details',
        { class: 'card unknown' },
        h('summary', {}, icon('file'), `Template: ${words(payload['template_type']) || 'without a type'}`),
        h('pre', {}, JSON.stringify(payload, null, 2)),
      )
  }
}

/**
 * @param {Facts[]} elements
 * @param {ChatMessage} message
 * @param {Actions} actions
 */
const carousel = (elements, message, actions) => {
  const cards = elements.map((element, at) =>
    h(
      'li',
      { class: 'card', 'aria-label': `Card ${at + 1} of ${elements.length}` },
      cardImage(element['image_url'], words(element['title'])),
      h(
        'div',
        { class: 'card-text' },
        cardTitle(element),
        words(element['subtitle']) &&
          h('p', { class: 'card-subtitle', dir: 'auto' }, words(element['subtitle'])),
      ),
      ...buttons(element['buttons'], message, actions),
    ),
  )
  const track = h(
    'ul',
    { class: 'cards', tabindex: cards.length > 1 ? 0 : null, 'aria-label': 'Cards' },
    ...cards,
  )
  if (cards.length < 2) return track
  /** @param {number} way */
  const step = (way) => () => track.scrollBy({ left: way * track.clientWidth * 0.8, behavior: 'smooth' })
  const back = h(
    'button',
    { type: 'button', class: 'step back', 'aria-label': 'Cards before', onclick: step(-1) },
    icon('left'),
  )
  const on = h(
    'button',
    { type: 'button', class: 'step on', 'aria-label': 'Cards after', onclick: step(1) },
    icon('right'),
  )
  const offer = () => {
    back.hidden = track.scrollLeft < 8
    on.hidden = track.scrollLeft + track.clientWidth > track.scrollWidth - 8
  }
  track.addEventListener('scroll', offer, { passive: true })
  new ResizeObserver(offer).observe(track)
  return h('div', { class: 'carousel' }, track, back, on)
}

/** @param {Facts} element */
const cardTitle = (element) => {
  const title = words(element['title']) || 'Untitled card'
  const action = facts(element['default_action'])
  const inner = httpUrl(action['url']) === null ? title : link(action['url'], {}, title)
  return h('p', { class: 'card-title', dir: 'auto' }, inner)
}

/**
 * @param {Facts} element
 * @param {ChatMessage} message
 * @param {Actions} actions
 */
const mediaCard = (element, message, actions) =>
  h(
    'div',
    { class: 'card' },
    cardImage(element['url'], words(element['media_type'])) ??
      h(
        'div',
        { class: 'missing' },
        icon('image'),
        `${words(element['media_type']) || 'media'} ${words(element['attachment_id'])}`,
      ),
    ...buttons(element['buttons'], message, actions),
  )

/** @param {Facts} payload */
const receipt = (payload) =>
  h(
    'div',
    { class: 'card receipt-card' },
    h(
      'div',
      { class: 'card-text' },
      h('p', { class: 'card-title' }, `Order ${words(payload['order_number'])}`),
      h(
        'p',
        { class: 'card-subtitle', dir: 'auto' },
        [payload['recipient_name'], payload['payment_method']].map(words).filter(Boolean).join(' · '),
      ),
      h(
        'ul',
        { class: 'receipt-lines' },
        ...list(payload['elements']).map((line) =>
          h(
            'li',
            {},
            h(
              'span',
              { dir: 'auto' },
              [amountOf(line['quantity']), words(line['title'])].filter(Boolean).join(' '),
            ),
            h('span', {}, words(line['price'])),
          ),
        ),
        h(
          'li',
          { class: 'total' },
          h('span', {}, 'Total'),
          h('span', {}, `${words(facts(payload['summary'])['total_cost'])} ${words(payload['currency'])}`),
        ),
      ),
    ),
  )

/**
 * @param {unknown} all
 * @param {ChatMessage} message
 * @param {Actions} actions
 */
const buttons = (all, message, actions) => list(all).map((button) => oneButton(button, message, actions))

/**
 * @param {Facts} button
 * @param {ChatMessage} message
 * @param {Actions} actions
 */
const oneButton = (button, message, actions) => {
  const title = words(button['title']) || words(button['type']) || 'Button'
  const shown = h('span', { dir: 'auto' }, title)
  const { mid } = message
  switch (button['type']) {
    case 'postback': {
      const payload = words(button['payload'])
      const tap = () => void actions.send({ type: 'postback', title, payload, mid })
      return h(
        'button',
        { type: 'button', class: 'card-button', 'data-testid': 'button', onclick: tap },
        shown,
      )
    }
    case 'web_url':
    case 'account_link':
      return link(button['url'], { class: 'card-button', 'data-testid': 'button' }, shown, icon('external'))
    case 'phone_number':
      return h('span', { class: 'card-button' }, shown, h('small', {}, words(button['payload'])))
    default:
      return h(
        'span',
        { class: 'card-button inert', title: 'The sandbox does not play this kind of button.' },
        shown,
      )
  }
}

/**
 * @param {unknown} url
 * @param {string} alt
 */
const cardImage = (url, alt) => {
  const address = httpUrl(url)
  if (address === null) return null
  const image = h('img', { class: 'card-image', alt, loading: 'lazy', referrerpolicy: 'no-referrer' })
  image.addEventListener('error', () =>
    image.replaceWith(h('div', { class: 'missing card-image' }, icon('image'), 'Picture could not be shown')),
  )
  image.src = address
  return image
}

/** @type {(value: unknown) => string} */
const words = (value) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')

/** @type {(value: unknown) => Facts} */
const facts = (value) => (typeof value === 'object' && value !== null ? /** @type {Facts} */ (value) : {})

/** @type {(value: unknown) => Facts[]} */
const list = (value) => (Array.isArray(value) ? value.map(facts) : [])

/** @param {unknown} quantity */
const amountOf = (quantity) => (words(quantity) === '' ? '' : `${words(quantity)} ×`)
