// @ts-check
/** Shows that the Page, or a persona of it, is typing. */

/** @import { Store } from './store.js' */
import { avatar } from './avatar.js'
import { byId, fill, h } from './dom.js'

/** @param {{ store: Store }} deps */
export const createTyping = ({ store }) => {
  const { model } = store
  const typing = byId('typing')

  const draw = () => {
    const page = store.page()
    const now = model.conversation?.typing === true && page !== null
    const persona = model.conversation?.typingAs ?? null
    const name = now ? (persona?.name ?? page.name) : ''
    if (typing.dataset['name'] === name) return
    typing.dataset['name'] = name
    typing.hidden = !now
    fill(
      typing,
      now && (persona === null ? avatar(page.id, name, 'page') : avatar(name, name, 'visitor')),
      now && h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i')),
      now && h('span', { class: 'sr' }, `${name} is typing`),
    )
  }

  return { draw }
}
