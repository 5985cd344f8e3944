// @ts-check
/** The review of the chosen Page's message templates, which is Facebook's at a real Page. */

/** @import { PageView } from '../api.ts' */
/** @import { Actions } from './actions.js' */
/** @import { Store } from './store.js' */
import { fill, h } from './dom.js'

/** @typedef {PageView['messageTemplates'][number]} Template */

/**
 * @param {{ store: Store, actions: Actions }} deps
 * @returns {HTMLElement} hidden while the Page has no templates
 */
export const createReviews = ({ store, actions }) => {
  const list = h('ul', { class: 'panel-body' })
  const root = h(
    'section',
    { class: 'panel', 'aria-labelledby': 'reviews-title', 'data-testid': 'reviews', hidden: true },
    h('h2', { id: 'reviews-title' }, 'Message templates'),
    list,
  )
  let drawn = ''
  store.subscribe(['sandbox'], () => {
    const { sandbox, pageId } = store.model
    const templates = sandbox?.pages.find(({ id }) => id === pageId)?.messageTemplates ?? []
    const key = JSON.stringify(templates)
    if (key === drawn) return
    drawn = key
    root.hidden = templates.length === 0
    fill(list, ...templates.map((template) => line(template, actions)))
  })
  return root
}

/**
 * @param {Template} template
 * @param {Actions} actions
 */
const line = ({ id, name, language, status }, actions) => {
  const words = `${name} (${language})`
  /**
   * @param {Template['status']} verdict
   * @param {string} word
   */
  const button = (verdict, word) =>
    h(
      'button',
      {
        type: 'button',
        class: 'button small',
        'aria-label': `${word} ${words}`,
        disabled: status === verdict,
        onclick: () => void actions.review(id, verdict),
      },
      word,
    )
  return h(
    'li',
    {},
    h('p', {}, words),
    h('p', { class: 'about' }, `${status}.`),
    h('div', { class: 'moves' }, button('APPROVED', 'Approve'), button('REJECTED', 'Reject')),
  )
}
