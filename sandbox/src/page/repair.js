// @ts-check
/** The panel for a dead Page token: the reason, and the exact repair. */

/** @import { PageView } from '../api.ts' */
/** @import { Actions } from './actions.js' */
/** @import { Store } from './store.js' */
import { byId, fill, h } from './dom.js'
import { icon } from './icons.js'
import { causeOfDeath, isDead } from './token.js'

const COPIED_MS = 2000

/** @param {{ store: Store, actions: Actions }} deps */
export const createRepair = ({ store, actions }) => {
  const { model } = store
  const root = byId('repair')
  let drawn = ''
  let token = ''

  /**
   * @param {PageView[]} dead
   * @param {string | null} command
   */
  const content = (dead, command) => {
    const names = dead.map(({ name }) => name)
    const reasons = [
      ...new Set(
        dead
          .map((page) => page.token.reason)
          .filter((reason) => reason !== null)
          .map(causeOfDeath),
      ),
    ]
    const shown = h('code', { class: 'secret', 'data-testid': 'user-token', hidden: token === '' }, token)
    const copyToken = copyButton('Copy', () => token, shown, actions)
    copyToken.hidden = token === ''
    const fresh = h(
      'button',
      {
        type: 'button',
        class: 'button',
        'data-testid': 'fresh-user-token',
        onclick: async () => {
          const got = await actions.userToken()
          if (got === null) return
          token = got
          shown.textContent = got
          shown.hidden = false
          copyToken.hidden = false
        },
      },
      icon('key'),
      'Fresh user token',
    )
    return [
      h('span', { class: 'repair-icon' }, icon('key')),
      h(
        'div',
        { class: 'repair-words', role: 'alert' },
        h('h2', {}, `${listed(names)}: the Page token is dead`),
        h(
          'p',
          {},
          reasons.length > 0 && h('strong', { 'data-testid': 'token-reason' }, `${reasons.join(' · ')}.`),
          ' Messages keep coming in and none is lost. Replies wait until the bot has a new token.',
        ),
      ),
      h(
        'ol',
        { class: 'repair-steps' },
        command === null
          ? h('li', {}, h('p', {}, 'Give your bot a new Page token, made from a fresh user token.'))
          : h(
              'li',
              {},
              h('p', {}, 'Run this in a terminal. The bot keeps running.'),
              commandLine(command, actions),
            ),
        h(
          'li',
          {},
          h(
            'p',
            {},
            'Asked for a user token? Take this one; for a real Page the Graph API Explorer gives it.',
          ),
          h('div', { class: 'token-line' }, fresh, shown, copyToken),
        ),
      ),
    ]
  }

  const draw = () => {
    const dead = (model.sandbox?.pages ?? []).filter((page) => isDead(page.token))
    const command = model.sandbox?.repairCommand ?? null
    const key = JSON.stringify([dead.map(({ id, name, token: { reason } }) => [id, name, reason]), command])
    if (key === drawn) return
    drawn = key
    root.hidden = dead.length === 0
    if (dead.length === 0) token = ''
    fill(root, ...(dead.length === 0 ? [] : content(dead, command)))
  }
  store.subscribe(['sandbox'], draw)
}

/**
 * @param {string} command
 * @param {Actions} actions
 */
const commandLine = (command, actions) => {
  const shown = h('code', { 'data-testid': 'repair-command', tabindex: 0 }, command)
  return h(
    'div',
    { class: 'command' },
    h('span', { class: 'prompt', 'aria-hidden': 'true' }, '$'),
    shown,
    copyButton('Copy', () => command, shown, actions),
  )
}

/**
 * @param {string} label
 * @param {() => string} text
 * @param {HTMLElement} shown
 * @param {Actions} actions
 */
const copyButton = (label, text, shown, actions) => {
  const words = h('span', { 'aria-live': 'polite' }, label)
  return h(
    'button',
    {
      type: 'button',
      class: 'button small',
      onclick: async () => {
        if (!(await actions.copy(text(), shown))) return
        words.textContent = 'Copied'
        setTimeout(() => (words.textContent = label), COPIED_MS)
      },
    },
    icon('copy'),
    words,
  )
}

/** @param {string[]} names */
const listed = (names) =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
