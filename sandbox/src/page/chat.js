// @ts-check
/** The conversation: draws its parts, and keeps the place where the visitor is reading. */

/** @import { Actions } from './actions.js' */
/** @import { Store } from './store.js' */
import { createChatHead } from './chat-head.js'
import { byId } from './dom.js'
import { createMessages } from './messages.js'
import { createQuickReplies } from './quick-replies.js'
import { createTyping } from './typing.js'
import { createWelcome } from './welcome.js'

/** Within this distance from the end, the visitor counts as reading the newest message. */
const NEAR_END_PX = 80

/** @param {{ store: Store, actions: Actions }} deps */
export const createChat = ({ store, actions }) => {
  const { model } = store
  const scroller = byId('scroller')
  const log = byId('log')
  const newer = byId('newer')
  const head = createChatHead({ store, actions })
  const shown = createMessages({ store, actions })
  const quickReplies = createQuickReplies({ store, actions })
  const typing = createTyping({ store })
  const welcome = createWelcome({ root: byId('welcome'), store, actions })

  let shownOf = ''
  let atEnd = true

  const toEnd = () => {
    scroller.scrollTop = scroller.scrollHeight
  }
  const noteReading = () => {
    atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END_PX
    if (atEnd) newer.hidden = true
  }

  const draw = () => {
    const { conversation } = model
    const messages = conversation?.messages ?? []
    const of = conversation === null ? '' : `${conversation.pageId}/${conversation.psid}`
    const opened = of !== shownOf
    const grew = messages.some((message) => !shown.isDrawn(message))
    if (opened) {
      shownOf = of
      shown.clear()
      // Screen readers must not read out the history, only new messages.
      log.setAttribute('aria-live', 'off')
      setTimeout(() => log.setAttribute('aria-live', 'polite'), 300)
    }
    head.draw()
    log.setAttribute('aria-label', `Conversation with ${store.page()?.name ?? 'the Page'}`)
    shown.draw(messages)
    welcome.draw(conversation !== null && messages.length === 0 && model.sending.length === 0)
    typing.draw()
    quickReplies.draw()
    if (opened || atEnd || model.sending.length > 0) toEnd()
    else if (grew) newer.hidden = false
  }

  scroller.addEventListener('scroll', noteReading, { passive: true })
  newer.addEventListener('click', () => {
    toEnd()
    byId('composer-text').focus({ preventScroll: true })
  })
  // Images that load later, and the on-screen keyboard, must not push the newest message out of sight.
  const keepEnd = new ResizeObserver(() => {
    if (atEnd) toEnd()
  })
  for (const grown of [scroller, log, byId('welcome'), byId('quick-replies')]) keepEnd.observe(grown)
  store.subscribe(['conversation', 'sandbox'], draw)
}
