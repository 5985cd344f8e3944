/** A list of functions to call on an event. */
export interface Listeners<Told extends unknown[]> {
  /** Returns the function that removes the listener. */
  add: (listener: (...told: Told) => void) => () => void
  tell: (...told: Told) => void
  clear: () => void
}

export const createListeners = <Told extends unknown[] = []>(): Listeners<Told> => {
  const all = new Set<(...told: Told) => void>()
  return {
    add: (listener) => {
      all.add(listener)
      return () => void all.delete(listener)
    },
    tell: (...told) => {
      for (const listener of all) listener(...told)
    },
    clear: () => all.clear(),
  }
}
