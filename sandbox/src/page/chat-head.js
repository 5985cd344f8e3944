// @ts-check
/** The head of the conversation: the Page, who answers, and who holds the thread. */

/** @import { Actions } from './actions.js' */
/** @import { Store } from './store.js' */
import { avatar } from './avatar.js'
import { byId, fill, h } from './dom.js'
import { INBOX_APP_ID } from './inbox.js'
import { isDead } from './token.js'
import { createVisit } from './visit.js'

/** @param {{ store: Store, actions: Actions }} deps */
export const createChatHead = ({ store, actions }) => {
  const { model } = store
  const headFacts = h('div', { class: 'chat-facts' })
  fill(byId('chat-head'), headFacts, createVisit({ store, actions }))

  const draw = () => {
    const page = store.page()
    if (page === null) {
      fill(headFacts, h('p', { class: 'chat-title' }, 'No Page yet'))
      return
    }
    const waits = isDead(page.token)
    const owner = model.conversation?.owner ?? null
    fill(
      headFacts,
      avatar(page.id, page.name, 'page'),
      h(
        'div',
        { class: 'chat-names' },
        h('h2', { class: 'chat-title', dir: 'auto' }, page.name),
        h(
          'p',
          { class: waits ? 'chat-state waits' : 'chat-state' },
          headState(page.subscribed, page.token, owner),
        ),
      ),
      h(
        'span',
        { class: owner === null ? 'chat-badge' : 'chat-badge held', 'data-testid': 'holder' },
        owner === null ? 'Messenger' : owner.name,
      ),
    )
  }

  return { draw }
}

/**
 * @param {boolean} subscribed
 * @param {import('../api.ts').PageView['token']} token
 * @param {import('../api.ts').ConversationView['owner']} owner
 */
const headState = (subscribed, token, owner) => {
  if (owner?.appId === INBOX_APP_ID) return 'A person has the conversation'
  if (isDead(token)) return 'Replies wait for a new token'
  if (!token.handedOut) return 'No bot has a token for this Page yet'
  return subscribed ? 'Automated · replies instantly' : 'No bot is subscribed to this Page'
}
