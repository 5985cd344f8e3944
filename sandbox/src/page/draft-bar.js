// @ts-check
/** Above the message box: which message is answered or changed, or that the visitor has blocked the Page. */

/** @import { Actions } from './actions.js' */
/** @import { Store } from './store.js' */
import { byId, fill, h } from './dom.js'
import { icon } from './icons.js'

const WORDS = { reply: 'Answering', edit: 'Changing' }

/**
 * @param {{ store: Store, actions: Actions, text: HTMLTextAreaElement, fit: () => void }} deps
 * @returns {HTMLElement}
 */
export const createDraftBar = ({ store, actions, text, fit }) => {
  const bar = h('div', { class: 'draft-bar', role: 'status', 'data-testid': 'draft', hidden: true })
  /** @type {string | null} the message whose words are in the box already */
  let changing = null

  const draw = () => {
    const { draft, conversation } = store.model
    if (conversation?.blocked === true) {
      bar.hidden = false
      return fill(
        bar,
        h('span', { class: 'draft-words' }, 'You blocked this Page. It cannot reach you.'),
        unblock(),
      )
    }
    bar.hidden = draft === null
    if (draft === null) return fill(bar)
    fill(
      bar,
      h(
        'span',
        { class: 'draft-words' },
        h('strong', {}, WORDS[draft.kind]),
        ' ',
        h('span', { dir: 'auto' }, draft.text),
      ),
      h(
        'button',
        {
          type: 'button',
          class: 'tool',
          'aria-label': draft.kind === 'reply' ? 'Do not quote' : 'Leave it as it was',
          'data-testid': 'draft-cancel',
          onclick: () => {
            if (draft.kind === 'edit') text.value = ''
            store.setDraft(null)
            fit()
            text.focus()
          },
        },
        icon('close'),
      ),
    )
  }

  const unblock = () =>
    h(
      'button',
      {
        type: 'button',
        class: 'button small',
        'data-testid': 'unblock',
        onclick: () =>
          void actions.deed({ type: 'block', blocked: false }).then(() => byId('composer-text').focus()),
      },
      'Unblock',
    )

  store.subscribe(['draft', 'conversation'], () => {
    const { draft } = store.model
    if (draft?.kind === 'edit' && changing !== draft.mid) text.value = draft.text
    if (draft !== null && changing !== draft.mid) {
      fit()
      text.focus()
    }
    changing = draft?.mid ?? null
    draw()
  })
  return bar
}
