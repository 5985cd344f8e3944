import type { Model, Step } from './explore.ts'

/** How two instances accept the same two events at once, as Facebook repeats them, each in an order of its own. */
export type AcceptTrap = 'keys in the order of the callback' | 'keys seen by day'
export const ACCEPT_TRAPS: readonly AcceptTrap[] = ['keys in the order of the callback', 'keys seen by day']

type Key = 'a' | 'b'

interface State {
  /** Keys that are committed; with the trap each with its day. */
  seen: string[]
  /** How often each event is in the inbox. */
  stored: Record<Key, number>
  isNextDay: boolean
  acceptors: [Acceptor, Acceptor]
  faults: number
}

interface Acceptor {
  /** In which order it inserts the keys, and how many of them are behind it. */
  order: Key[]
  at: number
  /** What it has inserted and not committed. Another that inserts the same key waits until then. */
  inserted: Key[]
  isDone: boolean
}

export const acceptModel = ({ faults, trap }: { faults: number; trap?: AcceptTrap }): Model<State> => {
  const orders: [Key[], Key[]] =
    trap === 'keys in the order of the callback'
      ? [
          ['a', 'b'],
          ['b', 'a'],
        ]
      : [
          ['a', 'b'],
          ['a', 'b'],
        ]
  const named = (key: Key, { isNextDay }: State): string =>
    trap === 'keys seen by day' && isNextDay ? `${key} of the next day` : key
  const isOver = ({ acceptors }: State): boolean => acceptors.every(({ isDone }) => isDone)
  const begin = (order: Key[]): Acceptor => ({ order, at: 0, inserted: [], isDone: false })
  const stepsOf = (state: State): Step<State>[] => {
    const steps: Step<State>[] = []
    const step = (name: string, isCalm: boolean, change: (next: State) => void): void => {
      const to = structuredClone(state)
      change(to)
      steps.push({ name, isCalm, to })
    }
    if (!state.isNextDay) step('midnight', true, (next) => (next.isNextDay = true))
    for (const who of [0, 1] as const) {
      const { order, at, inserted, isDone } = state.acceptors[who]
      const name = 'AB'[who] ?? ''
      const key = order[at]
      if (isDone) continue
      if (key === undefined) {
        const commit = (next: State): void => {
          for (const one of inserted) {
            next.seen.push(named(one, next))
            next.stored[one] += 1
          }
          next.seen.sort()
        }
        step(`${name} commits`, true, (next) => {
          commit(next)
          Object.assign(next.acceptors[who], { inserted: [], isDone: true })
        })
        if (state.faults > 0)
          step(`${name} commits, the answer gets lost, Facebook repeats the callback`, false, (next) => {
            commit(next)
            next.faults -= 1
            next.acceptors[who] = begin(order)
          })
      } else if (!state.acceptors[1 - who]?.inserted.includes(key)) {
        const isKnown = state.seen.includes(named(key, state))
        step(`${name} inserts ${key}`, true, (next) => {
          next.acceptors[who].at += 1
          if (!isKnown) next.acceptors[who].inserted.push(key)
        })
      }
    }
    return steps
  }
  return {
    first: {
      seen: [],
      stored: { a: 0, b: 0 },
      isNextDay: false,
      acceptors: [begin(orders[0]), begin(orders[1])],
      faults,
    },
    keyOf: JSON.stringify,
    steps: stepsOf,
    isDone: isOver,
    wrong: (state) => {
      if (Object.values(state.stored).some((times) => times > 1)) return 'an event is stored twice'
      return isOver(state) && Object.values(state.stored).includes(0) ? 'an event is lost' : null
    },
  }
}
