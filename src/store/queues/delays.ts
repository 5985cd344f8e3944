import type { Clock } from '../../base/clock.ts'
import type { LiveConversation } from './live-conversations.ts'

/** Conversations whose replies are claimed again only after a time, such as before the next try of a send. */
export interface Delays {
  /** @returns false, and nothing begins, when the time has passed already */
  begin: (entry: LiveConversation, notBeforeMs: number) => boolean
  /** Ends the delay of the conversation early, if it has one. */
  end: (conversation: number) => void
  endAll: () => void
  /** Forgets the delays of the Page; returns their conversations. */
  drop: (pageId: string) => LiveConversation[]
}

export const createDelays = (deps: {
  clock: Pick<Clock, 'now' | 'after'>
  /** The delay is over: the conversation may be claimed. */
  onEnd: (entry: LiveConversation) => void
}): Delays => {
  const { clock, onEnd } = deps
  const delays = new Map<number, { entry: LiveConversation; cancel: () => void }>()

  /** @returns the conversation, which is no longer delayed; null where it was not */
  const stop = (conversation: number): LiveConversation | null => {
    const delay = delays.get(conversation)
    if (delay === undefined) return null
    delays.delete(conversation)
    delay.cancel()
    delay.entry.notBeforeMs = 0
    return delay.entry
  }

  const end = (conversation: number): void => {
    const entry = stop(conversation)
    if (entry !== null) onEnd(entry)
  }

  return {
    begin: (entry, notBeforeMs) => {
      const waitMs = notBeforeMs - clock.now()
      if (waitMs <= 0) return false
      const { id } = entry.conversation
      entry.notBeforeMs = notBeforeMs
      delays.set(id, { entry, cancel: clock.after(waitMs, () => end(id)) })
      return true
    },
    end,
    endAll: () => {
      for (const id of delays.keys()) end(id)
    },
    drop: (pageId) => {
      const ofPage = [...delays.values()].filter(({ entry }) => entry.conversation.pageId === pageId)
      return ofPage.flatMap(({ entry }) => stop(entry.conversation.id) ?? [])
    },
  }
}
