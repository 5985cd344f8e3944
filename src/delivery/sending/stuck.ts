import type { Trouble } from '../../alerts/page-trouble.ts'

/**
 * Conversations of one Page whose refusal may be about the visitor, by kind of refusal. One such conversation is taken for the visitor's
 * matter. From two on the operator is told; where no message went through between them, the Page is taken for the reason.
 */
export interface Stuck {
  /** @returns whether to pause the Page */
  refused: (conversation: number, refusal: StuckRefusal) => boolean
  /** A message of the Page went through. */
  succeeded: () => void
  /**
   * The conversation has no reply left that waits for this.
   *
   * @returns whether one had waited
   */
  settled: (conversation: number) => boolean
  /** The waiting conversations. */
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
  /** Settles the need when no refusal is left. */
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
