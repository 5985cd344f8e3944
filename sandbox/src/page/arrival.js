// @ts-check
/** A page opened through `/m.me/{page}?ref=...`: the visitor comes through that link, once. */

/** @import { Actions } from './actions.js' */
/** @import { Store } from './store.js' */

/** @param {{ store: Store, actions: Actions, ref: string | null }} deps */
export const createArrival = ({ store, actions, ref }) => {
  let due = ref
  store.subscribe(['conversation'], () => {
    const { conversation } = store.model
    if (due === null || due === '' || conversation === null) return
    const came = due
    due = null
    // A reload of the page must not count as another visit.
    const { pageId, psid } = conversation
    history.replaceState(null, '', `#${new URLSearchParams({ page: pageId, visitor: psid })}`)
    void actions.arrive(came)
  })
}
