// @ts-check
/** The visitor's state at this Page: presence, arrival by a link or an ad, blocking. */

/** @import { Presence } from '../api.ts' */
/** @import { Actions } from './actions.js' */
/** @import { Store } from './store.js' */
import { disclose, fill, h } from './dom.js'
import { icon } from './icons.js'

/** @type {{ presence: Presence, word: string, about: string }[]} */
const PRESENCES = [
  { presence: 'here', word: 'Here', about: 'What the Page says is delivered and read at once.' },
  { presence: 'elsewhere', word: 'Elsewhere', about: 'It is delivered, and read when you are back.' },
  { presence: 'offline', word: 'Offline', about: 'It is neither delivered nor read before you are back.' },
]

/**
 * @param {{ store: Store, actions: Actions }} deps
 * @returns {HTMLElement}
 */
export const createVisit = ({ store, actions }) => {
  const open = h(
    'button',
    { type: 'button', class: 'tool', 'aria-label': 'Your visit', 'data-testid': 'visit' },
    icon('dots'),
  )
  const sheet = h('div', {
    id: 'visit',
    class: 'sheet visit-sheet',
    role: 'group',
    'aria-label': 'Your visit',
  })
  const { close } = disclose(open, sheet)
  const halves = PRESENCES.map(({ presence, word }) =>
    h(
      'button',
      {
        type: 'button',
        class: 'half',
        'data-presence': presence,
        onclick: () => void actions.deed({ type: 'presence', presence }),
      },
      word,
    ),
  )
  const about = h('p', { class: 'about' })
  const address = h('span', { class: 'visit-address' })
  const ref = h('input', {
    class: 'visit-ref',
    maxlength: 250,
    pattern: '[A-Za-z0-9=_\\-]+',
    placeholder: 'ref',
    'aria-label': 'Referral of the link',
    'data-testid': 'ref',
  })
  const arrive = h(
    'form',
    {
      class: 'visit-row',
      onsubmit: (/** @type {SubmitEvent} */ event) => {
        event.preventDefault()
        const wanted = ref.value.trim()
        if (wanted === '') return ref.focus()
        void actions.arrive(wanted).then((came) => {
          if (came) close()
        })
      },
    },
    address,
    ref,
    h('button', { type: 'submit', class: 'button small' }, 'Open'),
  )
  const ad = h(
    'button',
    {
      type: 'button',
      class: 'button small',
      'data-testid': 'through-ad',
      onclick: () => {
        close()
        void actions.deed({ type: 'ad', adId: '9001', title: 'Sandbox ad', ref: 'ad' }).then((came) => {
          if (came) actions.tell('You came through an ad: your next message carries it.')
        })
      },
    },
    'Through an ad',
  )
  const block = h('button', { type: 'button', class: 'button small', 'data-testid': 'block' })
  block.addEventListener('click', () => {
    close()
    void actions.deed({ type: 'block', blocked: !(store.model.conversation?.blocked ?? false) })
  })
  fill(
    sheet,
    h('h3', {}, 'You are'),
    h('div', { class: 'halves', role: 'group', 'aria-label': 'You are' }, ...halves),
    about,
    h('h3', {}, 'Come to the Page by a link'),
    arrive,
    h('div', { class: 'visit-row' }, ad, block),
  )

  store.subscribe(['sandbox', 'conversation'], () => {
    const presence = store.visitor()?.presence ?? 'here'
    for (const half of halves) {
      half.setAttribute('aria-pressed', String(half.dataset['presence'] === presence))
    }
    about.textContent = PRESENCES.find((one) => one.presence === presence)?.about ?? ''
    const page = store.page()
    address.textContent = page === null ? '' : `m.me/${page.id}?ref=`
    open.hidden = page === null
    block.textContent = store.model.conversation?.blocked === true ? 'Unblock this Page' : 'Block this Page'
  })
  return h('div', { class: 'visit' }, open, sheet)
}
