// @ts-check
/** On a phone one panel is shown at a time; this is the bar that switches them. Wide windows show all. */

/** @import { Store } from './store.js' */
import { byId, fill, h } from './dom.js'
import { icon } from './icons.js'
import { isDead } from './token.js'

const VIEWS = /** @type {const} */ ([
  ['chat', 'Chat', 'chat'],
  ['start', 'Guide', 'compass'],
  ['trouble', 'Trouble', 'bolt'],
  ['traffic', 'Traffic', 'pulse'],
])

/** @param {{ store: Store }} deps */
export const createViews = ({ store }) => {
  fill(
    byId('views'),
    ...VIEWS.map(([view, label, sign]) =>
      h(
        'button',
        {
          type: 'button',
          class: 'view',
          'data-view-of': view,
          'aria-controls': view,
          onclick: () => showView(view),
        },
        icon(sign),
        h('span', {}, label),
        view === 'trouble' && h('span', { class: 'dot', hidden: true, 'aria-label': 'a token is dead' }),
      ),
    ),
  )
  showView('chat')
  store.subscribe(['sandbox'], () => {
    const dead = store.model.sandbox?.pages.some(({ token }) => isDead(token)) ?? false
    byId('views').querySelector('.dot')?.toggleAttribute('hidden', !dead)
  })
}

/** @param {'chat' | 'start' | 'trouble' | 'traffic'} view */
export const showView = (view) => {
  document.body.dataset['view'] = view
  for (const button of document.querySelectorAll('[data-view-of]')) {
    if (button.getAttribute('data-view-of') === view) button.setAttribute('aria-current', 'true')
    else button.removeAttribute('aria-current')
  }
}
