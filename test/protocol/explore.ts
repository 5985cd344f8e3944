/** A protocol as states and the steps between them. */
export interface Model<State> {
  first: State
  /** The same for states that differ in nothing. */
  keyOf: (state: State) => string
  /** Every step that may be next, whichever process takes it. */
  steps: (state: State) => Step<State>[]
  /** What is wrong with a state; null for nothing. */
  wrong: (state: State) => string | null
  /** Whether all work is done. */
  isDone: (state: State) => boolean
}

export interface Step<State> {
  /** Shown in a counterexample. */
  name: string
  to: State
  /** Whether it happens without a fault and in time. From each state, such steps alone must lead to the end. */
  isCalm: boolean
}

export interface Explored {
  /** How many states were reached. */
  states: number
  /** The shortest way to something that is wrong; null when there is none. */
  counterexample: Counterexample | null
}

export interface Counterexample {
  wrong: string
  steps: string[]
}

const STUCK = 'stuck'

/** Goes through every state that any interleaving of the steps reaches, the nearest first. */
export const explore = <State>({ first, keyOf, steps, wrong, isDone }: Model<State>): Explored => {
  const numbers = new Map([[keyOf(first), 0]])
  /** By number; forgotten once its steps are known. */
  const found: (State | null)[] = [first]
  /** The step by which each state was reached first, and the state before it. */
  const reachedBy = [{ name: '', from: 0 }]
  /** For each state, those from which a calm step leads there. */
  const calmlyFrom: number[][] = [[]]
  const done: number[] = []

  const wayTo = (state: number): string[] => {
    const way: string[] = []
    for (let at = state; at !== 0; at = reachedBy[at]?.from ?? 0) way.unshift(reachedBy[at]?.name ?? '')
    return way
  }

  for (const [from, state] of found.entries()) {
    if (state === null) continue
    found[from] = null
    const trouble = wrong(state)
    if (trouble !== null) {
      return { states: found.length, counterexample: { wrong: trouble, steps: wayTo(from) } }
    }
    if (isDone(state)) done.push(from)
    for (const { name, to, isCalm } of steps(state)) {
      const key = keyOf(to)
      const number = numbers.get(key) ?? found.length
      if (number === found.length) {
        numbers.set(key, number)
        found.push(to)
        reachedBy.push({ name, from })
        calmlyFrom.push([])
      }
      if (isCalm) calmlyFrom[number]?.push(from)
    }
  }

  const ends = new Set(done)
  for (const state of ends) for (const before of calmlyFrom[state] ?? []) ends.add(before)
  const stuck = found.findIndex((_state, number) => !ends.has(number))
  return {
    states: found.length,
    counterexample: stuck === -1 ? null : { wrong: STUCK, steps: wayTo(stuck) },
  }
}
