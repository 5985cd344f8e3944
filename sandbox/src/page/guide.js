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

/** @typedef {{ done: boolean, title: string, words: string, button: string | null, run: () => void }} Step */

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

  /** @returns {Step[]} */
  const steps = () => [
    {
      done: done.asked,
      title: 'Ask the bot something',
      words: 'With a typo, if you like.',
      button: `Ask “${QUESTION}”`,
      run: () => void actions.send({ type: 'text', text: QUESTION }),
    },
    {
      done: done.broken,
      title: 'Kill its token',
      words: 'As a changed Facebook password does to every bot.',
      button: 'Change the password',
      run: () => void actions.trouble('password-changed'),
    },
    {
      done: done.waited,
      title: 'Write on',
      words: 'Nothing is lost: messages come in, replies wait.',
      button: 'Send three messages',
      run: () => void sendAll(),
    },
    {
      done: done.repaired,
      title: 'Repair it',
      words: 'One command in a terminal; the bot keeps running.',
      button: 'Show me how',
      run: () => byId('repair').focus(),
    },
    {
      done: done.arrived,
      title: 'See every reply arrive',
      words: 'In order, within seconds.',
      button: null,
      run: () => {},
    },
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
