import type { Trouble } from '../../alerts/page-trouble.ts'

/**
 * The conversations of one Page that were refused for what may be the visitor's own matter, by refusal. One of them is that
 * visitor's. Of two the operator hears; where nothing went through between them, it is taken for the Page's.
 */
export interface Stuck {
  /** @returns whether the Page is to be paused for it */
  refused: (conversation: number, refusal: StuckRefusal) => boolean
  /** A message of the Page went through. */
  succeeded: () => void
  /** Nothing of the conversation waits for this any more. @returns whether it did */
  settled: (conversation: number) => boolean
  /** The conversations that wait. */
  conversations: () => number[]
  isEmpty: () => boolean
  clear: () => void
}

/** Equal `same` for refusals of the same kind. */
export interface StuckRefusal {
  same: string
  trouble: Trouble
}

interface Kind {
  conversations: Set<number>
  /** The conversations refused since the last success. */
  lately: Set<number>
  isTold: boolean
}

const ENOUGH = 2
const MOST_KINDS = 50
const MOST_CONVERSATIONS = 10_000

export const createStuck = (deps: {
  raise: (trouble: Trouble) => void
  /** Nothing that was raised is left. */
  settle: () => void
}): Stuck => {
  const { raise, settle } = deps
  const kinds = new Map<string, Kind>()

  const drop = (name: string, kind: Kind): void => {
    kinds.delete(name)
    if (kind.isTold && ![...kinds.values()].some(({ isTold }) => isTold)) settle()
  }

  return {
    refused: (conversation, { same, trouble }) => {
      const kind = kinds.get(same) ?? { conversations: new Set(), lately: new Set(), isTold: false }
      if (kinds.size < MOST_KINDS) kinds.set(same, kind)
      if (kind.conversations.size < MOST_CONVERSATIONS) kind.conversations.add(conversation)
      if (kind.lately.size < ENOUGH) kind.lately.add(conversation)
      if (!kind.isTold && kind.conversations.size >= ENOUGH) {
        kind.isTold = true
        raise(trouble)
      }
      return kind.lately.size >= ENOUGH
    },
    succeeded: () => {
      for (const { lately } of kinds.values()) lately.clear()
    },
    settled: (conversation) => {
      let did = false
      for (const [name, kind] of kinds) {
        if (!kind.conversations.delete(conversation)) continue
        did = true
        kind.lately.delete(conversation)
        if (kind.conversations.size === 0) drop(name, kind)
      }
      return did
    },
    conversations: () => [...kinds.values()].flatMap(({ conversations }) => [...conversations]),
    isEmpty: () => kinds.size === 0,
    clear: () => {
      for (const [name, kind] of kinds) drop(name, kind)
    },
  }
}
