// @ts-check
/** The choice of the Page and of the visitor. */

/** @import { Actions } from './actions.js' */
/** @import { Store } from './store.js' */
import { avatar } from './avatar.js'
import { byId, fill, focusFirst, h } from './dom.js'
import { icon } from './icons.js'
import { unreadKey } from './store.js'
import { isDead } from './token.js'

/** @param {{ store: Store, actions: Actions }} deps */
export const createPeople = ({ store, actions }) => {
  const { model } = store
  const pages = h('div', { class: 'picks', role: 'group', 'aria-labelledby': 'pages-title' })
  const visitors = h('div', { class: 'picks', role: 'group', 'aria-labelledby': 'visitors-title' })
  const name = h('input', {
    class: 'join-name',
    maxlength: 80,
    placeholder: 'Another visitor',
    'aria-label': 'Name of another visitor',
    'data-testid': 'visitor-name',
  })
  const join = h(
    'form',
    {
      class: 'join',
      onsubmit: (/** @type {SubmitEvent} */ event) => {
        event.preventDefault()
        const wanted = name.value.trim()
        if (wanted === '') return name.focus()
        // At once, because the next name may be typed, or the form sent again, before the answer comes.
        name.value = ''
        void actions.join(wanted).then((joined) => {
          if (!joined && name.value === '') name.value = wanted
        })
      },
    },
    name,
    h('button', { type: 'submit', class: 'tool', 'aria-label': 'Add visitor' }, icon('plus')),
  )
  fill(
    byId('people'),
    h('h2', { id: 'pages-title' }, 'Page'),
    pages,
    h('h2', { id: 'visitors-title' }, 'You are'),
    visitors,
    join,
  )

  const draw = () => {
    const { sandbox, pageId, psid, unread } = model
    if (sandbox === null || pageId === null || psid === null) return
    const unreadOf = (/** @type {string} */ page, /** @type {string} */ person) =>
      unread.get(unreadKey(page, person)) ?? 0
    fill(
      pages,
      ...sandbox.pages.map((page) =>
        pick({
          id: page.id,
          name: page.name,
          kind: 'page',
          chosen: page.id === pageId,
          count: page.id === pageId ? 0 : unreadOf(page.id, psid),
          mark: isDead(page.token) ? 'token dead' : '',
          choose: () => void actions.select(page.id, psid),
        }),
      ),
    )
    fill(
      visitors,
      ...sandbox.visitors.map((visitor) =>
        pick({
          id: visitor.psid,
          name: visitor.name,
          kind: 'visitor',
          chosen: visitor.psid === psid,
          count: visitor.psid === psid ? 0 : unreadOf(pageId, visitor.psid),
          mark: '',
          choose: () => void actions.select(pageId, visitor.psid),
        }),
      ),
    )
  }
  store.subscribe(['sandbox', 'conversation'], keepingFocus(byId('people'), draw))
}

/** @param {{ id: string, name: string, kind: 'page' | 'visitor', chosen: boolean, count: number, mark: string, choose: () => void }} facts */
const pick = ({ id, name, kind, chosen, count, mark, choose }) =>
  h(
    'button',
    {
      type: 'button',
      class: 'pick',
      'aria-pressed': String(chosen),
      'data-testid': `${kind}-pick`,
      'data-id': id,
      onclick: choose,
    },
    avatar(id, name, kind),
    h('span', { class: 'pick-name', dir: 'auto' }, name),
    mark !== '' && h('span', { class: 'mark' }, mark),
    count > 0 && h('span', { class: 'count' }, String(count), h('span', { class: 'sr' }, ' unread')),
  )

/**
 * Keeps the keyboard focus in the list when it is redrawn.
 *
 * @param {HTMLElement} root
 * @param {() => void} draw
 */
const keepingFocus = (root, draw) => () => {
  const focused = document.activeElement
  const id = focused instanceof HTMLElement && root.contains(focused) ? focused.dataset['id'] : undefined
  draw()
  if (id !== undefined) focusFirst(root, `[data-id="${CSS.escape(id)}"]`)
}
