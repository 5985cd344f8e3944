// @ts-check
/** One message as Messenger draws it: text, a picture, a player, a file or a template. */

/** @import { ChatMessage } from '../api.ts' */
/** @import { Actions } from './actions.js' */
/** @import { Child } from './dom.js' */
/** @import { IconName } from './icons.js' */
import { h, httpUrl, link, linkified } from './dom.js'
import { icon } from './icons.js'
import { template } from './template.js'

/** The thumb-up sticker, by the id Messenger gives it. */
export const THUMB_STICKER = '369239263222822'

/**
 * @param {ChatMessage} message
 * @param {Actions} actions
 * @returns {Child[]}
 */
export const messageBody = (message, actions) => {
  const { text, attachment } = message
  const body = [
    text !== null &&
      text !== '' &&
      h('div', { class: isEmojiOnly(text) ? 'bubble emoji' : 'bubble', dir: 'auto' }, ...linkified(text)),
    attachment !== null && attachmentBody(attachment, message, actions),
  ].filter(Boolean)
  return body.length > 0 ? body : [h('div', { class: 'bubble empty' }, 'A message without text')]
}

/**
 * @param {{ type: string, payload: Record<string, unknown> | null }} attachment
 * @param {ChatMessage} message
 * @param {Actions} actions
 */
const attachmentBody = ({ type, payload }, message, actions) => {
  const facts = payload ?? {}
  if (facts['sticker_id'] !== undefined && String(facts['sticker_id']) === THUMB_STICKER) {
    return h('div', { class: 'thumb-sticker', role: 'img', 'aria-label': 'Thumbs up' }, icon('thumb'))
  }
  switch (type) {
    case 'image':
    case 'sticker':
      return picture(facts['url'], type === 'sticker' ? 'Sticker' : 'Picture')
    case 'images':
      return h(
        'div',
        { class: 'grid-images' },
        ...(Array.isArray(facts['urls']) ? facts['urls'] : []).map((url) => picture(url, 'Picture')),
      )
    case 'audio':
    case 'video':
      return player(type, facts['url'])
    case 'template':
      return template(facts, message, actions)
    default:
      return fileCard(type, facts)
  }
}

/**
 * @param {unknown} url
 * @param {string} label
 */
const picture = (url, label) => {
  const address = httpUrl(url)
  if (address === null) return missing('image', `${label} without an address`)
  const image = h('img', {
    class: 'picture',
    alt: label,
    loading: 'lazy',
    decoding: 'async',
    referrerpolicy: 'no-referrer',
  })
  const frame = link(address, { class: 'picture-frame' }, image)
  image.addEventListener('error', () =>
    frame.replaceWith(missing('image', `${label} could not be shown`, address)),
  )
  image.src = address
  return frame
}

/**
 * @param {'audio' | 'video'} type
 * @param {unknown} url
 */
const player = (type, url) => {
  const address = httpUrl(url)
  const label = type === 'audio' ? 'Voice message' : 'Video'
  if (address === null) return missing(type, `${label} without an address`)
  const media = h(type, { class: 'player', controls: true, preload: 'none', 'aria-label': label })
  media.addEventListener('error', () =>
    media.replaceWith(missing(type, `${label} could not be played here`, address)),
  )
  media.src = address
  return media
}

/**
 * @param {string} type
 * @param {Record<string, unknown>} facts
 */
const fileCard = (type, facts) => {
  const address = httpUrl(facts['url'])
  const name = address === null ? 'No address' : (decodedName(address) ?? new URL(address).host)
  const title = typeof facts['title'] === 'string' ? facts['title'] : name
  return link(
    address,
    { class: 'file' },
    h('span', { class: 'file-icon' }, icon(type === 'fallback' ? 'link' : 'file')),
    h(
      'span',
      { class: 'file-words' },
      h('strong', { dir: 'auto' }, title),
      h('small', {}, address === null ? type : `${type} · ${new URL(address).host}`),
    ),
  )
}

/**
 * @param {IconName} name
 * @param {string} text
 * @param {string} [address]
 */
const missing = (name, text, address) =>
  h(
    'div',
    { class: 'missing' },
    icon(name),
    h('span', {}, text),
    address !== undefined && link(address, {}, new URL(address).host),
  )

/** @param {string} address */
const decodedName = (address) => {
  const last = new URL(address).pathname.split('/').at(-1) ?? ''
  try {
    return decodeURIComponent(last) || null
  } catch {
    return last
  }
}

/** @param {string} text */
const isEmojiOnly = (text) =>
  /^(?:\p{Extended_Pictographic}(?:\uFE0F|\u200D|\p{Emoji_Modifier})*\s*){1,3}$/u.test(text)
