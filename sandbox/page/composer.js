// @ts-check
/** Where the visitor writes: text, emoji, the thumb, a picture by address, and the Page's persistent menu. */

/** @import { VisitorAction } from '../api.ts' */
/** @import { Actions } from './actions.js' */
/** @import { IconName } from './icons.js' */
/** @import { Store } from './store.js' */
import { THUMB_STICKER } from './bubble.js'
import { byId, disclose, fill, h, httpUrl, link } from './dom.js'
import { icon } from './icons.js'

const LONGEST_TEXT = 2000
const EMOJI = ['😀', '😂', '😍', '🙂', '😉', '😢', '😮', '😡', '👍', '👎', '🙏', '👋', '❤️', '🎉', '🌲', '☕']
const KINDS = /** @type {const} */ (['image', 'audio', 'video', 'file'])

/** @param {{ store: Store, actions: Actions }} deps */
export const createComposer = ({ store, actions }) => {
  const form = byId('composer')
  const text = h('textarea', {
    id: 'composer-text',
    class: 'composer-text',
    rows: 1,
    maxlength: LONGEST_TEXT,
    placeholder: 'Aa',
    'aria-label': 'Message',
    'data-testid': 'composer',
    enterkeyhint: 'send',
    autocomplete: 'off',
    dir: 'auto',
  })
  const send = h(
    'button',
    { type: 'submit', class: 'tool send', 'aria-label': 'Send', 'data-testid': 'send' },
    icon('send'),
  )
  const thumb = h(
    'button',
    { type: 'button', class: 'tool thumb', 'aria-label': 'Send a thumbs up', 'data-testid': 'thumb' },
    icon('thumb'),
  )
  const menuButton = tool('menu', 'Menu of the Page', 'menu')
  const menu = h('div', {
    id: 'page-menu',
    class: 'sheet menu',
    role: 'group',
    'aria-label': 'Menu of the Page',
  })
  const attachButton = tool('plus', 'Send a picture or file', 'attach')
  const attach = h('div', {
    id: 'attach',
    class: 'sheet attach',
    role: 'group',
    'aria-label': 'Send a picture or file',
  })
  const emojiButton = tool('smile', 'Emoji', 'emoji')
  const emoji = h('div', { id: 'emoji', class: 'sheet emoji-sheet', role: 'group', 'aria-label': 'Emoji' })
  let menuDrawn = ''

  const fit = () => {
    text.style.height = 'auto'
    text.style.height = `${text.scrollHeight}px`
    const empty = text.value.trim() === ''
    send.hidden = empty
    thumb.hidden = !empty
  }

  const submit = async () => {
    const written = text.value
    if (written.trim() === '') return
    text.value = ''
    fit()
    const sent = await actions.send({ type: 'text', text: written })
    // What could not be sent is given back, unless something new is being written already.
    if (!sent && text.value === '') {
      text.value = written
      fit()
    }
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void submit()
  })
  text.addEventListener('input', fit)
  text.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    void submit()
  })
  thumb.addEventListener('click', () => void actions.send({ type: 'sticker', stickerId: THUMB_STICKER }))

  const menuSheet = disclose(menuButton, menu)
  const attachSheet = disclose(attachButton, attach)
  disclose(emojiButton, emoji)

  fill(
    emoji,
    ...EMOJI.map((sign) =>
      h(
        'button',
        {
          type: 'button',
          class: 'emoji-key',
          'aria-label': sign,
          onclick: () => {
            text.setRangeText(sign, text.selectionStart, text.selectionEnd, 'end')
            fit()
            text.focus()
          },
        },
        sign,
      ),
    ),
  )
  fillAttach(attach, (action) => {
    attachSheet.close()
    text.focus()
    void actions.send(action)
  })

  const drawMenu = () => {
    const items = store.page()?.menu ?? []
    const key = JSON.stringify(items)
    if (key === menuDrawn) return
    menuDrawn = key
    menuButton.hidden = items.length === 0
    if (items.length === 0) menuSheet.close()
    fill(
      menu,
      ...items.map(({ title, payload, url }) =>
        payload === undefined
          ? link(
              url,
              { class: 'menu-item', 'data-testid': 'menu-item' },
              h('span', { dir: 'auto' }, title),
              icon('external'),
            )
          : h(
              'button',
              {
                type: 'button',
                class: 'menu-item',
                'data-testid': 'menu-item',
                onclick: () => {
                  menuSheet.close()
                  text.focus()
                  void actions.send({ type: 'postback', title, payload })
                },
              },
              h('span', { dir: 'auto' }, title),
            ),
      ),
    )
  }

  menuButton.hidden = true
  fill(
    form,
    menu,
    attach,
    emoji,
    menuButton,
    attachButton,
    h('div', { class: 'field' }, text, emojiButton),
    send,
    thumb,
  )
  fit()
  store.subscribe(['sandbox'], drawMenu)
  // On a phone this would throw the keyboard over the page before anybody asked for it.
  if (matchMedia('(hover: hover) and (min-width: 760px)').matches) text.focus({ preventScroll: true })
}

/**
 * @param {HTMLElement} root
 * @param {(action: VisitorAction) => void} send
 */
const fillAttach = (root, send) => {
  const kind = h(
    'select',
    { id: 'attach-kind', 'aria-label': 'Kind' },
    ...KINDS.map((name) => h('option', {}, name)),
  )
  const url = h('input', {
    type: 'url',
    placeholder: 'https://…',
    'aria-label': 'Address',
    'data-testid': 'attach-url',
  })
  const submit = () => {
    const address = httpUrl(url.value)
    url.setCustomValidity(address === null ? 'An http or https address, please' : '')
    if (address === null) return void url.reportValidity()
    const type = KINDS.find((name) => name === kind.value) ?? 'file'
    url.value = ''
    send({ type: 'attachment', attachment: { type, url: address } })
  }
  url.addEventListener('input', () => url.setCustomValidity(''))
  url.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return
    event.preventDefault()
    submit()
  })
  fill(
    root,
    h(
      'button',
      {
        type: 'button',
        class: 'sample',
        'data-testid': 'sample-photo',
        onclick: () =>
          send({
            type: 'attachment',
            attachment: { type: 'image', url: new URL('sample-photo.svg', document.baseURI).href },
          }),
      },
      h('img', { src: 'sample-photo.svg', alt: '', width: 72, height: 48 }),
      'Send a sample photo',
    ),
    h(
      'div',
      { class: 'attach-row' },
      kind,
      url,
      h('button', { type: 'button', class: 'button small', onclick: submit }, 'Send'),
    ),
  )
}

/**
 * @param {IconName} name
 * @param {string} label
 * @param {string} testId
 */
const tool = (name, label, testId) =>
  h('button', { type: 'button', class: 'tool', 'aria-label': label, 'data-testid': testId }, icon(name))
