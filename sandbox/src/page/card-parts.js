// @ts-check
/** Parts of the cards of all templates: pictures, buttons, and texts, which may have any type in a payload. */

/** @import { ChatMessage } from '../api.ts' */
/** @import { Actions } from './actions.js' */
import { h, httpUrl, link } from './dom.js'
import { icon } from './icons.js'

/** @typedef {Record<string, unknown>} Facts */

/**
 * @param {unknown} all
 * @param {ChatMessage} message
 * @param {Actions} actions
 */
export const buttons = (all, message, actions) =>
  list(all).map((button) => oneButton(button, message, actions))

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
      return pressed(() => void actions.send({ type: 'postback', title, payload, mid }), shown)
    }
    case 'account_link': {
      const url = httpUrl(button['url'])
      return pressed(() => void (url !== null && actions.logInAtBot(url)), shown, icon('external'))
    }
    case 'account_unlink':
      return pressed(() => void actions.deed({ type: 'account_linking', authorizationCode: null }), shown)
    case 'web_url':
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
 * @param {() => void} onclick
 * @param {...Element} content
 */
const pressed = (onclick, ...content) =>
  h('button', { type: 'button', class: 'card-button', 'data-testid': 'button', onclick }, ...content)

/**
 * @param {unknown} url
 * @param {string} alt
 */
export const cardImage = (url, alt) => {
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
export const words = (value) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')

/** @type {(value: unknown) => Facts} */
export const facts = (value) =>
  typeof value === 'object' && value !== null ? /** @type {Facts} */ (value) : {}

/** @type {(value: unknown) => Facts[]} */
export const list = (value) => (Array.isArray(value) ? value.map(facts) : [])
