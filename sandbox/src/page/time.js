// @ts-check
/** The sandbox's clock, and the buttons that move it: tokens expire, windows close, control of threads runs out. */

/** @import { Actions } from './actions.js' */
/** @import { Store } from './store.js' */
import { h } from './dom.js'
import { dayAndTime, isoTime } from './format.js'

const HOUR_S = 3600
const MOVES = [
  { words: '+1 hour', seconds: HOUR_S },
  { words: '+24 hours', seconds: 24 * HOUR_S },
  { words: '+7 days', seconds: 7 * 24 * HOUR_S },
  { words: '+60 days', seconds: 60 * 24 * HOUR_S },
]

/**
 * @param {{ store: Store, actions: Actions }} deps
 * @returns {HTMLElement}
 */
export const createTime = ({ store, actions }) => {
  const now = h('time', { 'data-testid': 'sandbox-time' })
  const closing = h('p', { class: 'about', 'data-testid': 'window' })

  store.subscribe(['sandbox', 'conversation'], () => {
    const { sandbox, conversation } = store.model
    if (sandbox === null) return
    now.dateTime = isoTime(sandbox.nowMs)
    now.textContent = dayAndTime(sandbox.nowMs, Date.now())
    const endsMs = conversation?.windowEndsMs ?? null
    closing.textContent = windowWords(endsMs, store.now())
  })
  return h(
    'section',
    { class: 'panel', 'aria-labelledby': 'time-title' },
    h('h2', { id: 'time-title' }, 'Time'),
    h(
      'div',
      { class: 'panel-body' },
      h('p', {}, 'It is ', now, ' here.'),
      h(
        'div',
        { class: 'moves', role: 'group', 'aria-label': 'Move the clock' },
        ...MOVES.map(({ words, seconds }) =>
          h(
            'button',
            {
              type: 'button',
              class: 'button small',
              'data-move': seconds,
              onclick: () => void actions.moveClock(seconds),
            },
            words,
          ),
        ),
      ),
      closing,
    ),
  )
}

/**
 * @param {number | null} endsMs
 * @param {number} nowMs
 */
const windowWords = (endsMs, nowMs) => {
  if (endsMs === null) return 'The 24-hour window opens with your first message.'
  if (endsMs <= nowMs) {
    return 'The 24-hour window is closed: before you write, the bot may send utility messages alone (10/2018278).'
  }
  return `The bot may write until ${dayAndTime(endsMs, nowMs)}.`
}
