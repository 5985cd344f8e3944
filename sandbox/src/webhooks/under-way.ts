import type { Callback } from './lanes.ts'

/** The callbacks that have no outcome yet. */
export interface UnderWay {
  count: () => number
  add: () => void
  settle: (callback: Callback, outcome: 'delivered' | 'failed') => void
  /** Resolves when there is none. */
  idle: () => Promise<void>
  clear: () => void
}

export const createUnderWay = ({ stateChanged }: { stateChanged: () => void }): UnderWay => {
  const idlers = new Set<() => void>()
  let count = 0

  const tellIdlers = (): void => {
    for (const done of idlers) done()
    idlers.clear()
  }

  return {
    count: () => count,
    add: () => {
      count += 1
    },
    settle: ({ onOutcome }, outcome) => {
      count -= 1
      onOutcome?.(outcome)
      stateChanged()
      if (count <= 0) tellIdlers()
    },
    idle: () => (count === 0 ? Promise.resolve() : new Promise((resolve) => idlers.add(resolve))),
    clear: () => {
      count = 0
      tellIdlers()
    },
  }
}
