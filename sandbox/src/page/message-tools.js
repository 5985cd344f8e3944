// @ts-check
/** The small buttons beside a message, as Messenger has them: react, answer, change. */

/** @import { ChatMessage } from '../api.ts' */
/** @import { Actions } from './actions.js' */
/** @import { IconName } from './icons.js' */
/** @import { Store } from './store.js' */
import { h } from './dom.js'
import { icon } from './icons.js'
import { reactionPicker } from './reactions.js'

/**
 * @param {ChatMessage} message
 * @param {{ store: Store, actions: Actions }} deps
 */
export const messageTools = (message, { store, actions }) => {
  const mine = message.from === 'visitor'
  const { mid, text } = message
  return h(
    'span',
    { class: 'message-tools' },
    !mine && reactionPicker(message, actions),
    tool('reply', 'Answer this message', 'reply', () =>
      store.setDraft({ kind: 'reply', mid, text: gistOf(message) }),
    ),
    mine &&
      text !== null &&
      tool('pen', 'Change this message', 'edit', () => store.setDraft({ kind: 'edit', mid, text })),
  )
}

/**
 * A message in a few words, for a quote.
 *
 * @param {ChatMessage} message
 * @returns {string}
 */
export const gistOf = ({ text, attachment }) => {
  if (text !== null && text !== '') return text.length > 120 ? `${text.slice(0, 120)}…` : text
  const payload = attachment?.payload
  const words = payload?.['text'] ?? payload?.['title']
  return typeof words === 'string' && words !== '' ? words : `(${attachment?.type ?? 'nothing'})`
}

/**
 * @param {IconName} name
 * @param {string} label
 * @param {string} testId
 * @param {() => void} onclick
 */
const tool = (name, label, testId, onclick) =>
  h(
    'button',
    { type: 'button', class: 'tool react', 'aria-label': label, 'data-testid': testId, onclick },
    icon(name),
  )
