import type { Conversation, Page } from '../world.ts'

/**
 * Conversation Routing (docs/messenger-platform.md#i). Without a default app, every connected app gets and may answer an idle
 * thread; with one, only that app. Once an app has control of a thread, the others are in standby until the control ends.
 */
export interface Routing {
  /** The app that holds the thread; null while the thread is idle. */
  owner: (conversation: Conversation) => string | null
  mayAnswer: (page: Page, conversation: Conversation, appId: string) => boolean
  /** Whether this app gets the events of the thread in `standby`. */
  standsBy: (page: Page, conversation: Conversation, appId: string) => boolean
}

export const createRouting = ({ nowMs }: { nowMs: () => number }): Routing => {
  const owner = ({ owner: held }: Conversation) => (held && held.untilMs > nowMs() ? held.appId : null)
  const answering = (page: Page, conversation: Conversation) => owner(conversation) ?? page.defaultAppId
  const mayAnswer = (page: Page, conversation: Conversation, appId: string) => {
    const holder = answering(page, conversation)
    return holder === null || holder === appId
  }
  return {
    owner,
    mayAnswer,
    standsBy: (page, conversation, appId) => !mayAnswer(page, conversation, appId),
  }
}
