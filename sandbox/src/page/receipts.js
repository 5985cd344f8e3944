// @ts-check
/** The state under a visitor's messages: on its way, delivered, seen, or waiting, and why. */

/** @import { ChatMessage, ConversationView, PageView } from '../api.ts' */
/** @import { IconName } from './icons.js' */
/** @typedef {{ state: 'pending' | 'failed' | 'waiting' | 'delivered' | 'seen', icon: IconName, text: string }} Receipt */

import { isDead } from './token.js'

/**
 * As in Messenger, a state is shown once, under the newest message that has it. Each message that did not reach the bot shows
 * that.
 *
 * @param {ChatMessage[]} messages
 * @param {{ conversation: ConversationView | null, page: PageView | null, graphDown: boolean }} around
 * @returns {Map<string, Receipt>} by mid
 */
export const receipts = (messages, { conversation, page, graphDown }) => {
  /** @type {Map<string, Receipt>} */
  const notes = new Map()
  const mine = messages.filter(({ from }) => from === 'visitor')
  for (const message of mine) {
    if (message.webhook === 'pending') notes.set(message.mid, PENDING)
    if (message.webhook === 'failed') notes.set(message.mid, FAILED)
    if (message.webhook === null) notes.set(message.mid, page?.subscribed === false ? UNSUBSCRIBED : UNTOLD)
  }
  const through = mine.filter(({ webhook }) => webhook === 'delivered')
  const seenMs = conversation?.seenMs ?? -Infinity
  const seen = through.findLast(({ atMs }) => atMs <= seenMs)
  const newest = through.at(-1)
  if (seen !== undefined) notes.set(seen.mid, SEEN)
  if (newest !== undefined && newest !== seen) notes.set(newest.mid, DELIVERED)
  if (newest === undefined || newest !== messages.at(-1)) return notes
  if (page !== null && isDead(page.token)) notes.set(newest.mid, WAITING)
  else if (graphDown) notes.set(newest.mid, OUTAGE)
  return notes
}

/** @type {Receipt} */
const PENDING = { state: 'pending', icon: 'clock', text: 'On its way to the bot' }
/** @type {Receipt} */
const FAILED = { state: 'failed', icon: 'alert', text: 'The bot did not take it' }
/** @type {Receipt} */
const UNSUBSCRIBED = {
  state: 'failed',
  icon: 'alert',
  text: 'No bot gets it: the Page is not subscribed (POST /PAGE_ID/subscribed_apps)',
}
/** @type {Receipt} */
const UNTOLD = {
  state: 'failed',
  icon: 'alert',
  text: 'No bot gets it: no subscription has its field, another app holds the thread, or the app is in development',
}
/** @type {Receipt} */
const WAITING = { state: 'waiting', icon: 'clock', text: 'The bot has it; its reply waits for a new token' }
/** @type {Receipt} */
const OUTAGE = { state: 'waiting', icon: 'clock', text: 'The bot has it; it answers once Facebook is up' }
/** @type {Receipt} */
const DELIVERED = { state: 'delivered', icon: 'delivered', text: 'Delivered' }
/** @type {Receipt} */
const SEEN = { state: 'seen', icon: 'delivered', text: 'Seen' }
