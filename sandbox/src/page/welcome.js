// @ts-check
/** The view before the first message: the Page, its greeting, Get Started and the ice breakers. */

/** @import { Actions } from './actions.js' */
/** @import { Store } from './store.js' */
import { avatar } from './avatar.js'
import { byId, fill, h } from './dom.js'
import { greetingFor } from './format.js'
import { icon } from './icons.js'

/** @param {{ root: HTMLElement, store: Store, actions: Actions }} deps */
export const createWelcome = ({ root, store, actions }) => {
  let drawn = ''

  /** @param {boolean} shown */
  const draw = (shown) => {
    root.hidden = !shown
    const page = store.page()
    const visitor = store.visitor()
    if (!shown || page === null || visitor === null) {
      drawn = ''
      return
    }
    const { greeting, getStarted, iceBreakers } = page
    const key = JSON.stringify([page.id, page.name, greeting, getStarted, iceBreakers, visitor])
    if (key === drawn) return
    drawn = key
    fill(
      root,
      avatar(page.id, page.name, 'page'),
      h('p', { class: 'welcome-name', dir: 'auto' }, page.name),
      h(
        'p',
        { class: 'welcome-greeting', dir: 'auto', 'data-testid': 'greeting' },
        greeting === null ? `Say hello to ${page.name}.` : greetingFor(greeting, visitor),
      ),
      iceBreakers.length > 0 &&
        h(
          'div',
          { class: 'ice-breakers', role: 'group', 'aria-label': 'Questions to begin with' },
          ...iceBreakers.map(({ question, payload }) =>
            h(
              'button',
              {
                type: 'button',
                class: 'ice',
                'data-testid': 'ice-breaker',
                onclick: () => begin({ type: 'postback', title: question, payload }),
              },
              h('span', { dir: 'auto' }, question),
              icon('send'),
            ),
          ),
        ),
      getStarted !== null &&
        h(
          'button',
          {
            type: 'button',
            class: 'get-started',
            'data-testid': 'get-started',
            onclick: () => begin({ type: 'get_started' }),
          },
          'Get Started',
        ),
    )
  }

  /** @param {import('../api.ts').VisitorAction} action */
  const begin = (action) => {
    void actions.send(action)
    byId('composer-text').focus({ preventScroll: true })
  }

  return { draw }
}
