// @ts-check
/** Reactions, as Messenger has them: the visitor's to the Page's messages, and the bot's to the visitor's. */

/** @import { ChatMessage } from '../api.ts' */
/** @import { Actions } from './actions.js' */
import { disclose, fill, h } from './dom.js'
import { icon } from './icons.js'

const EMOJI = ['❤️', '😆', '😮', '😢', '😠', '👍']
let sheets = 0

/**
 * The small buttons beside a Page's message.
 *
 * @param {ChatMessage} message
 * @param {Actions} actions
 */
export const reactionPicker = (message, actions) => {
  sheets += 1
  const open = h(
    'button',
    { type: 'button', class: 'tool react', 'aria-label': 'React to this message', 'data-testid': 'react' },
    icon('smile'),
  )
  const sheet = h('div', {
    class: 'react-sheet',
    id: `react-${sheets}`,
    role: 'group',
    'aria-label': 'Reactions',
  })
  const { close } = disclose(open, sheet)
  fill(
    sheet,
    ...EMOJI.map((emoji) => {
      const chosen = message.reaction === emoji
      return h(
        'button',
        {
          type: 'button',
          class: 'emoji-key',
          'aria-label': emoji,
          'aria-pressed': String(chosen),
          onclick: () => {
            close()
            void actions.deed({
              type: 'reaction',
              mid: message.mid,
              emoji,
              action: chosen ? 'unreact' : 'react',
            })
          },
        },
        emoji,
      )
    }),
  )
  return h('span', { class: 'reacting' }, open, sheet)
}

/**
 * The reactions a message got, on its corner.
 *
 * @param {ChatMessage} message
 */
export const reactionBadge = ({ reaction, pageReaction }) => {
  const given = [
    { by: 'You reacted', emoji: reaction },
    { by: 'The Page reacted', emoji: pageReaction },
  ].filter(({ emoji }) => emoji !== null && emoji !== undefined && emoji !== '')
  if (given.length === 0) return null
  return h(
    'span',
    { class: 'badge', 'data-testid': 'reaction' },
    ...given.map(({ by, emoji }) =>
      h('span', { title: by }, h('span', { class: 'sr' }, `${by}: `), emoji ?? ''),
    ),
  )
}
