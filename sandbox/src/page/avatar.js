// @ts-check
import { h } from './dom.js'
import { initials, tint } from './format.js'

/**
 * A coloured disc (a person) or rounded square (a Page) with initials; the name is always written beside it, so it is
 * mere decoration to a screen reader.
 *
 * @param {string} id
 * @param {string} name
 * @param {'page' | 'visitor'} kind
 */
export const avatar = (id, name, kind) =>
  h('span', { class: `avatar ${kind} tint-${tint(id)}`, 'aria-hidden': 'true' }, initials(name))
