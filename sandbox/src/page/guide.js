// @ts-check
/** The guide for the first minute; each step is ticked when it has happened. */

/** @import { Actions } from './actions.js' */
/** @import { Store } from './store.js' */
import { byId, fill, focusFirst, h } from './dom.js'
import { icon } from './icons.js'
import { advanced, keepProgress, keptProgress } from './progress.js'
import { showView } from './views.js'

const QUESTION = 'when are you opn?'
const WHILE_DEAD = ['Hello?', QUESTION, 'Thank you!']

/** @param {{ store: Store, actions: Actions }} deps */
export const createGuide = ({ store, actions }) => {
  const { model } = store
  const root = byId('guide')
  let done = keptProgress()
  let drawn = ''

  const sendAll = async () => {
    for (const text of WHILE_DEAD) {
      if (!(await actions.send({ type: 'text', text }))) return
    }
  }

  const steps = () => [
    step(
      done.asked,
      'Ask the bot something',
      'With a typo, if you like.',
      `Ask “${QUESTION}”`,
      () => void actions.send({ type: 'text', text: QUESTION }),
    ),
    step(
      done.broken,
      'Kill its token',
      'As a changed Facebook password does to every bot.',
      'Change the password',
      () => void actions.trouble('password-changed'),
    ),
    step(
      done.waited,
      'Write on',
      'Nothing is lost: messages come in, replies wait.',
      'Send three messages',
      () => void sendAll(),
    ),
    step(done.repaired, 'Repair it', 'One command in a terminal; the bot keeps running.', 'Show me how', () =>
      byId('repair').focus(),
    ),
    step(done.arrived, 'See every reply arrive', 'In order, within seconds.', null, () => {}),
  ]

  const draw = () => {
    if (model.sandbox === null) return
    done = advanced(done, {
      sandbox: model.sandbox,
      page: store.page(),
      messages: model.conversation?.messages ?? [],
    })
    keepProgress(done)
    const key = JSON.stringify(done)
    if (key === drawn) return
    drawn = key
    const hadFocus = root.contains(document.activeElement)
    const all = steps()
    const next = all.findIndex((one) => !one.done)
    fill(
      root,
      ...all.map((one, at) =>
        h(
          'li',
          {
            class: one.done ? 'step done' : at === next ? 'step next' : 'step',
            'aria-current': at === next ? 'step' : null,
          },
          h(
            'span',
            { class: 'step-mark' },
            one.done ? icon('check') : String(at + 1),
            one.done && h('span', { class: 'sr' }, 'done: '),
          ),
          h(
            'div',
            { class: 'step-words' },
            h('strong', {}, one.title),
            at === next && h('p', {}, one.words),
            at === next &&
              one.button !== null &&
              h(
                'button',
                {
                  type: 'button',
                  class: 'button light',
                  'data-testid': 'guide-action',
                  onclick: () => {
                    showView('chat')
                    one.run()
                  },
                },
                one.button,
              ),
          ),
        ),
      ),
      next === -1 &&
        h(
          'li',
          { class: 'step all-done' },
          icon('leaf'),
          h('p', {}, 'That is the whole product: a bot that stays logged in.'),
        ),
    )
    if (hadFocus) focusFirst(root, 'button')
  }
  store.subscribe(['sandbox', 'conversation'], draw)
}

/**
 * @param {boolean} done
 * @param {string} title
 * @param {string} words
 * @param {string | null} button
 * @param {() => void} run
 */
const step = (done, title, words, button, run) => ({ done, title, words, button, run })
