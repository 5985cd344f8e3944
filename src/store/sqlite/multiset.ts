/** How many there are of each name. */
export interface Counts {
  has: (name: string) => boolean
  add: (name: string) => void
  drop: (name: string) => void
}

export const createCounts = (): Counts => {
  const counts = new Map<string, number>()
  return {
    has: (name) => counts.has(name),
    add: (name) => {
      counts.set(name, (counts.get(name) ?? 0) + 1)
    },
    drop: (name) => {
      const left = (counts.get(name) ?? 0) - 1
      if (left > 0) counts.set(name, left)
      else counts.delete(name)
    },
  }
}
