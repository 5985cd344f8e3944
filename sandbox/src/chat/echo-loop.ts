import type { Conversation, World } from '../world.ts'

/** So many messages of an app in a row, within this time, are no conversation. */
const ROW = 40
const WITHIN_MS = 10_000

/** Tells the author of a bot that it seems to answer its own echoes, which never ends; null if it does not. */
export const echoLoop = (world: World, appId: string, nowMs: number): string | null => {
  for (const conversation of world.conversations.values()) {
    const fields = world.pages.get(conversation.pageId)?.subscriptions.get(appId)
    if (fields?.has('message_echoes') && isRow(conversation, appId, nowMs))
      return `The bot of app ${appId} sent ${ROW} messages in a row within ${WITHIN_MS / 1000} seconds. Does it answer its own echoes? Leave out events whose message has is_echo, or do not subscribe to message_echoes.`
  }
  return null
}

const isRow = ({ messages }: Conversation, appId: string, nowMs: number): boolean => {
  const first = messages.at(-ROW)
  if (first === undefined || nowMs - first.atMs > WITHIN_MS) return false
  return messages.slice(-ROW).every((message) => message.from === 'page' && message.appId === appId)
}
