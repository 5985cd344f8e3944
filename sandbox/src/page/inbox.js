// @ts-check
/** The other end of the conversation: a human in the Page inbox answers, takes the thread, or hands it back to the bot. */

/** @import { Actions } from './actions.js' */
/** @import { Store } from './store.js' */
import { h } from './dom.js'

/** Facebook's own app, behind which the people of a Page answer. */
export const INBOX_APP_ID = '263902037430900'

/**
 * @param {{ store: Store, actions: Actions }} deps
 * @returns {HTMLElement}
 */
export const createInbox = ({ store, actions }) => {
  const text = h('input', {
    class: 'inbox-text',
    maxlength: 2000,
    placeholder: 'Answer as a person',
    'aria-label': 'Answer as a person of the Page',
    'data-testid': 'inbox-text',
    dir: 'auto',
  })
  const send = h('button', { type: 'submit', class: 'button small' }, 'Send')
  const state = h('p', { class: 'about', 'data-testid': 'inbox-state' })
  const move = h('button', { type: 'button', class: 'button small', 'data-testid': 'inbox-move' })
  const holds = () => store.model.conversation?.owner?.appId === INBOX_APP_ID
  move.addEventListener('click', () => void actions.inbox({ type: holds() ? 'hand_back' : 'take' }))
  const form = h(
    'form',
    {
      class: 'inbox-row',
      onsubmit: (/** @type {SubmitEvent} */ event) => {
        event.preventDefault()
        const written = text.value.trim()
        if (written === '') return text.focus()
        void actions.inbox({ type: 'text', text: written }).then((sent) => {
          if (sent) text.value = ''
        })
      },
    },
    text,
    send,
  )

  store.subscribe(['conversation', 'sandbox'], () => {
    const { conversation } = store.model
    const begun = (conversation?.messages.length ?? 0) > 0
    text.disabled = !begun
    send.disabled = !begun
    move.disabled = !begun
    move.textContent = holds() ? 'Hand back to the bot' : 'Take the thread'
    state.textContent = stateWords(begun, conversation?.owner?.name ?? null)
  })
  return h(
    'section',
    { class: 'panel', 'aria-labelledby': 'inbox-title' },
    h('h2', { id: 'inbox-title' }, 'Page inbox'),
    h('div', { class: 'panel-body' }, form, state, move),
  )
}

/**
 * @param {boolean} begun
 * @param {string | null} owner
 */
const stateWords = (begun, owner) => {
  if (!begun) return 'The visitor has not written yet.'
  if (owner === null) return 'The thread is idle: the bot and you may both answer.'
  return `${owner} holds the thread; the others are in standby.`
}
