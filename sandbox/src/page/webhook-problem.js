// @ts-check
/** Tells what is wrong with the bot, and what to do. */

/** @import { Store } from './store.js' */
import { byId, fill, h } from './dom.js'
import { icon } from './icons.js'

/** @param {{ store: Store }} deps */
export const createWebhookProblem = ({ store }) => {
  const root = byId('webhook-problem')
  /** @type {string | null} */
  let drawn = null
  store.subscribe(['sandbox'], () => {
    const problem = store.model.sandbox?.webhook.problem ?? null
    if (problem === drawn) return
    drawn = problem
    root.hidden = problem === null
    fill(
      root,
      ...(problem === null
        ? []
        : [icon('alert'), h('p', {}, h('strong', {}, 'Something is wrong with the bot. '), problem)]),
    )
  })
}
