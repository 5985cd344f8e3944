// @ts-check
/** The progress of the guide. It survives a reload of the page and is lost with its sandbox. */

/** @import { ChatMessage, PageView, SandboxState } from '../api.ts' */
/** @typedef {typeof NOTHING} Progress */
import { isDead } from './token.js'

const KEPT_AS = 'evergreen-guide'
const NOTHING = { world: '', asked: false, broken: false, waited: false, repaired: false, arrived: false }

/**
 * Adds the steps that have been done now; done steps stay done.
 *
 * @param {Progress} before
 * @param {{ sandbox: SandboxState, page: PageView | null, messages: ChatMessage[] }} seen
 * @returns {Progress}
 */
export const advanced = (before, { sandbox, page, messages }) => {
  const world = `${sandbox.app.id}/${sandbox.visitors[0]?.psid}`
  const done = before.world === world ? { ...before } : { ...NOTHING, world }
  const last = messages.at(-1)?.from
  const asked = messages.findIndex(({ from }) => from === 'visitor')
  const dead = page !== null && isDead(page.token)
  done.asked ||= asked !== -1 && messages.slice(asked).some(({ from }) => from === 'page')
  done.broken ||= dead
  done.waited ||= dead && last === 'visitor'
  done.repaired ||= done.broken && page?.token.alive === true
  done.arrived ||= done.repaired && done.waited && last === 'page'
  return done
}

/** @returns {Progress} */
export const keptProgress = () => {
  try {
    return { ...NOTHING, ...JSON.parse(sessionStorage.getItem(KEPT_AS) ?? '{}') }
  } catch {
    return NOTHING
  }
}

/** @param {Progress} done */
export const keepProgress = (done) => {
  try {
    sessionStorage.setItem(KEPT_AS, JSON.stringify(done))
  } catch {
    // Without storage the guide only starts again after a reload.
  }
}
