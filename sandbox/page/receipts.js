// @ts-check
/** What is written under a visitor's messages: on its way, delivered, seen, or waiting, and why. */

/** @import { ChatMessage, ConversationView, PageView } from '../api.ts' */
/** @typedef {{ state: 'pending' | 'failed' | 'waiting' | 'delivered' | 'seen' | 'sent', icon: string, text: string }} Receipt */

/**
 * As in Messenger, a state is written once, under the newest message it is true of. Messages that did not reach the
 * bot each say so.
 *
 * @param {ChatMessage[]} messages
 * @param {ConversationView | null} conversation
 * @param {PageView | null} page
 * @returns {Map<string, Receipt>} by mid
 */
export const receipts = (messages, conversation, page) => {
  /** @type {Map<string, Receipt>} */
  const notes = new Map()
  const mine = messages.filter(({ from }) => from === 'visitor')
  for (const message of mine) {
    if (message.webhook === 'pending') notes.set(message.mid, PENDING)
    if (message.webhook === 'failed') notes.set(message.mid, FAILED)
  }
  const through = mine.filter(({ webhook }) => webhook !== 'pending' && webhook !== 'failed')
  const seen = through.findLast(({ atMs }) => conversation?.seenMs != null && atMs <= conversation.seenMs)
  const newest = through.at(-1)
  if (seen !== undefined) notes.set(seen.mid, SEEN)
  if (newest !== undefined && newest !== seen) notes.set(newest.mid, DELIVERED)
  const dead = page !== null && page.token.handedOut && !page.token.alive
  if (dead && newest !== undefined && messages.at(-1)?.from === 'visitor') notes.set(newest.mid, WAITING)
  return notes
}

/** @type {Receipt} */
const PENDING = { state: 'pending', icon: 'clock', text: 'On its way to the bot' }
/** @type {Receipt} */
const FAILED = { state: 'failed', icon: 'alert', text: 'The bot did not take it' }
/** @type {Receipt} */
const WAITING = { state: 'waiting', icon: 'clock', text: 'The bot has it; its reply waits for a new token' }
/** @type {Receipt} */
const DELIVERED = { state: 'delivered', icon: 'delivered', text: 'Delivered' }
/** @type {Receipt} */
const SEEN = { state: 'seen', icon: 'delivered', text: 'Seen' }
