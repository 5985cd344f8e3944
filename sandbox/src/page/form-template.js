// @ts-check
/** Templates that are not cards: a coupon, a grid of pictures, and a question to be answered. */

/** @import { ChatMessage } from '../api.ts' */
/** @import { Actions } from './actions.js' */
/** @import { Facts } from './card-parts.js' */
import { buttons, cardImage, facts, list, words } from './card-parts.js'
import { h, httpUrl, link } from './dom.js'
import { icon } from './icons.js'

/** The scale of answers for each kind of question. */
const SCALES = /** @type {Record<string, number[]>} */ ({
  csat: [1, 2, 3, 4, 5],
  ces: [1, 2, 3, 4, 5, 6, 7],
  nps: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
})

/** @param {Facts} payload */
export const coupon = (payload) =>
  h(
    'div',
    { class: 'card' },
    cardImage(payload['image_url'], words(payload['title'])),
    h(
      'div',
      { class: 'card-text' },
      words(payload['coupon_pre_message']) &&
        h('p', { class: 'card-subtitle', dir: 'auto' }, words(payload['coupon_pre_message'])),
      h('p', { class: 'card-title', dir: 'auto' }, words(payload['title'])),
      h('p', { class: 'card-subtitle', dir: 'auto' }, words(payload['subtitle'])),
      words(payload['coupon_code']) && h('p', { class: 'coupon-code' }, words(payload['coupon_code'])),
    ),
    httpUrl(payload['coupon_url']) !== null &&
      link(
        payload['coupon_url'],
        { class: 'card-button' },
        words(payload['coupon_url_button_title']) || 'Use it',
        icon('external'),
      ),
  )

/**
 * @param {Facts} element
 * @param {ChatMessage} message
 * @param {Actions} actions
 */
export const imageGrid = (element, message, actions) =>
  h(
    'div',
    { class: 'card' },
    h(
      'div',
      { class: 'grid-images' },
      ...list(element['images']).map((image) => {
        const action = facts(image['action'])
        const picture = cardImage(image['url'], words(action['text']) || 'Picture')
        if (action['type'] === 'web_url') return link(action['url'], { class: 'grid-tap' }, picture)
        if (action['type'] !== 'postback') return picture
        const payload = words(action['payload'])
        const title = words(action['text']) || payload
        return h(
          'button',
          {
            type: 'button',
            class: 'grid-tap',
            'aria-label': title,
            onclick: () => void actions.send({ type: 'postback', title, payload, mid: message.mid }),
          },
          picture,
        )
      }),
    ),
    h(
      'div',
      { class: 'card-text' },
      h('p', { class: 'card-title', dir: 'auto' }, words(element['title'])),
      h('p', { class: 'card-subtitle', dir: 'auto' }, words(element['subtitle'])),
    ),
    ...buttons(element['buttons'], message, actions),
  )

/**
 * @param {Facts} payload
 * @param {Actions} actions
 */
export const feedbackForm = (payload, actions) => {
  const question = list(facts(list(payload['feedback_screens'])[0])['questions'])[0] ?? {}
  const kind = words(question['type'])
  const card = h('div', { class: 'card', 'data-testid': 'feedback' })
  /** @param {string} value */
  const answer = async (value) => {
    const questions = { [words(question['id'])]: { type: kind, payload: value } }
    const content = { messaging_feedback: { feedback_screens: [{ screen_id: 0, questions }] } }
    const sent = await actions.deed({ type: 'event', field: 'messaging_feedback', content })
    if (sent) card.replaceChildren(h('p', { class: 'card-text' }, `You answered ${value}.`))
  }
  card.append(
    h(
      'div',
      { class: 'card-text' },
      h('p', { class: 'card-title', dir: 'auto' }, words(payload['title'])),
      h('p', { class: 'card-subtitle', dir: 'auto' }, words(payload['subtitle']) || words(question['title'])),
    ),
    kind === 'free_form' ? freeForm(answer) : scale(SCALES[kind] ?? [], answer),
  )
  return card
}

/**
 * @param {number[]} steps
 * @param {(value: string) => unknown} answer
 */
const scale = (steps, answer) =>
  h(
    'div',
    { class: 'scale', role: 'group', 'aria-label': 'Your answer' },
    ...steps.map((step) =>
      h(
        'button',
        { type: 'button', class: 'scale-step', onclick: () => void answer(String(step)) },
        String(step),
      ),
    ),
  )

/** @param {(value: string) => unknown} answer */
const freeForm = (answer) => {
  const text = h('input', { class: 'inbox-text', maxlength: 400, 'aria-label': 'Your answer' })
  return h(
    'form',
    {
      class: 'scale',
      onsubmit: (/** @type {SubmitEvent} */ event) => {
        event.preventDefault()
        if (text.value.trim() !== '') void answer(text.value.trim())
      },
    },
    text,
    h('button', { type: 'submit', class: 'button small' }, 'Send'),
  )
}
