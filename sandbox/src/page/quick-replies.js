// @ts-check
/** The quick replies that the newest message offers. */

/** @import { Actions } from './actions.js' */
/** @import { Store } from './store.js' */
import { byId, fill, h } from './dom.js'

/** @param {{ store: Store, actions: Actions }} deps */
export const createQuickReplies = ({ store: { model }, actions }) => {
  const quickReplies = byId('quick-replies')

  const draw = () => {
    const last = model.conversation?.messages.at(-1)
    const offered = last?.from === 'page' && model.sending.length === 0 ? last.quickReplies : []
    const key = offered.length === 0 ? '' : JSON.stringify([last?.mid, offered])
    if (quickReplies.dataset['key'] === key) return
    quickReplies.dataset['key'] = key
    quickReplies.hidden = offered.length === 0
    fill(
      quickReplies,
      ...offered.map(({ title, payload, imageUrl }) =>
        h(
          'button',
          {
            type: 'button',
            class: 'pill',
            'data-testid': 'quick-reply',
            onclick: () => {
              quickReplies.hidden = true
              void actions.send({ type: 'quick_reply', title, payload }).then((sent) => {
                if (!sent) quickReplies.hidden = false
              })
              byId('composer-text').focus({ preventScroll: true })
            },
          },
          quickReplyImage(imageUrl),
          h('span', { dir: 'auto' }, title),
        ),
      ),
    )
  }

  return { draw }
}

/** @param {string | undefined} url */
const quickReplyImage = (url) => {
  if (url === undefined || !/^https?:/i.test(url)) return null
  return h('img', {
    src: url,
    alt: '',
    width: 20,
    height: 20,
    referrerpolicy: 'no-referrer',
    onerror: hideBroken,
  })
}

/** @param {Event} event */
const hideBroken = ({ target }) => /** @type {HTMLElement} */ (target).remove()
