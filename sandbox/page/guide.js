// @ts-check
/** The first minute, step by step; each step ticks itself off when it has really happened. */

/** @import { Actions } from './actions.js' */
/** @import { Store } from './store.js' */
import { byId, fill, h } from './dom.js'
import { icon } from './icons.js'
import { isDead } from './token.js'
import { showView } from './views.js'

const QUESTION = 'when are you opn?'
const WHILE_DEAD = ['Hello?', QUESTION, 'Thank you!']
const KEPT_AS = 'evergreen-guide'

/** @param {{ store: Store, actions: Actions }} deps */
export const createGuide = ({ store, actions }) => {
  const { model } = store
  const done = { asked: false, broken: false, waited: false, repaired: false, arrived: false, ...kept() }
  let drawn = ''

  /** Looks at what is there, and only ever adds to what was done. */
  const observe = () => {
    const page = store.page()
    const messages = model.conversation?.messages ?? []
    const last = messages.at(-1)
    const dead = page !== null && isDead(page.token)
    const answered = messages.some(
      ({ from }, at) =>
        from === 'page' && messages.slice(0, at).some((earlier) => earlier.from === 'visitor'),
    )
    if (answered) done.asked = true
    if (dead) done.broken = true
    if (dead && last?.from === 'visitor') done.waited = true
    if (done.broken && page?.token.alive === true) done.repaired = true
    if (done.repaired && done.waited && last?.from === 'page') done.arrived = true
    keep(done)
  }

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
    observe()
    const key = JSON.stringify(done)
    if (key === drawn) return
    drawn = key
    const all = steps()
    const next = all.findIndex((one) => !one.done)
    fill(
      byId('guide'),
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

const kept = () => {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT_AS) ?? '{}')
  } catch {
    return {}
  }
}

/** @param {Record<string, boolean>} done */
const keep = (done) => {
  try {
    sessionStorage.setItem(KEPT_AS, JSON.stringify(done))
  } catch {
    // Without storage the guide starts over after a reload; nothing else hangs on it.
  }
}
