// @ts-check
/** Where the visitor writes: text, emoji, the thumb, files, and the Page's persistent menu. */

/** @import { Actions } from './actions.js' */
/** @import { IconName } from './icons.js' */
/** @import { Store } from './store.js' */
import { fillAttach } from './attach.js'
import { THUMB_STICKER } from './bubble.js'
import { byId, disclose, fill, h, link } from './dom.js'
import { createDraftBar } from './draft-bar.js'
import { icon } from './icons.js'

const LONGEST_TEXT = 2000
const EMOJI = ['😀', '😂', '😍', '🙂', '😉', '😢', '😮', '😡', '👍', '👎', '🙏', '👋', '❤️', '🎉', '🌲', '☕']

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
    const { draft } = store.model
    text.value = ''
    store.setDraft(null)
    fit()
    const sent = await (draft?.kind === 'edit'
      ? actions.deed({ type: 'edit', mid: draft.mid, text: written })
      : actions.send({ type: 'text', text: written, ...(draft !== null && { replyTo: draft.mid }) }))
    // Text that could not be sent is put back, unless new text was typed.
    if (!sent && text.value === '') {
      text.value = written
      store.setDraft(draft)
      fit()
    }
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void submit()
  })
  text.addEventListener('input', fit)
  text.addEventListener('paste', (event) => {
    const file = event.clipboardData?.files[0]
    if (file === undefined) return
    event.preventDefault()
    void actions.sendFile(file)
  })
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
  const sent = (/** @type {() => unknown} */ work) => {
    attachSheet.close()
    text.focus()
    void work()
  }
  fillAttach(attach, {
    send: (action) => sent(() => actions.send(action)),
    sendFile: (file) => sent(() => actions.sendFile(file)),
  })

  const drawMenu = () => {
    // The visitor's own menu replaces that of the Page.
    const items = store.model.conversation?.menu ?? store.page()?.menu ?? []
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

  const bar = createDraftBar({ store, actions, text, fit })
  const drawRoom = () => {
    const blocked = store.model.conversation?.blocked ?? false
    const tapOnly = store.page()?.composerDisabled ?? false
    text.disabled = tapOnly
    text.placeholder = tapOnly ? 'This Page takes taps alone' : 'Aa'
    form.classList.toggle('shut', blocked)
  }

  menuButton.hidden = true
  fill(
    form,
    bar,
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
  store.subscribe(['sandbox', 'conversation'], () => {
    drawMenu()
    drawRoom()
  })
  // On a phone the focus would open the keyboard over the page.
  if (matchMedia('(hover: hover) and (min-width: 760px)').matches) text.focus({ preventScroll: true })
}

/**
 * @param {IconName} name
 * @param {string} label
 * @param {string} testId
 */
const tool = (name, label, testId) =>
  h('button', { type: 'button', class: 'tool', 'aria-label': label, 'data-testid': testId }, icon(name))
