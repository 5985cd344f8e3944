// @ts-check
/**
 * The Send API's templates: cards side by side, text with buttons, media, receipts; any other template as a list of its values.
 */

/** @import { ChatMessage } from '../api.ts' */
/** @import { Actions } from './actions.js' */
/** @import { Facts } from './card-parts.js' */
import { buttons, cardImage, facts, list, words } from './card-parts.js'
import { h, httpUrl, link, linkified } from './dom.js'
import { coupon, feedbackForm, imageGrid } from './form-template.js'
import { icon } from './icons.js'

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
    case 'coupon':
      return coupon(payload)
    case 'image_grid':
      return imageGrid(list(payload['elements'])[0] ?? {}, message, actions)
    case 'customer_feedback':
      return feedbackForm(payload, actions)
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
  const address = facts(element['default_action'])['url'] ?? element['item_url']
  const inner = httpUrl(address) === null ? title : link(address, {}, title)
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

/** @param {unknown} quantity */
const amountOf = (quantity) => (words(quantity) === '' ? '' : `${words(quantity)} ×`)
