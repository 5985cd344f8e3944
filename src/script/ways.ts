/** By reply: the replies it goes on to. */
type Goes = ReadonlyMap<string, readonly { name: string }[]>

/** The reply and all replies that it goes on to, directly or not. */
export const reachedFrom = (goes: Goes, from: string): ReadonlySet<string> => {
  // The loop also visits replies added during it.
  const reached = new Set([from])
  for (const name of reached) for (const step of goes.get(name) ?? []) reached.add(step.name)
  return reached
}

/**
 * A number for each reply; two replies have the same number when each leads to the other. Kosaraju's algorithm, whose time is linear in
 * the size of the script.
 */
export const circlesOf = (goes: Goes): ReadonlyMap<string, number> => {
  const comesFrom = new Map<string, string[]>()
  for (const [name, steps] of goes) {
    for (const { name: next } of steps) {
      const before = comesFrom.get(next)
      if (before === undefined) comesFrom.set(next, [name])
      else before.push(name)
    }
  }
  const circles = new Map<string, number>()
  for (const [number, start] of leftInOrder(goes).toReversed().entries()) {
    const open = [start]
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      if (circles.has(name)) continue
      circles.set(name, number)
      open.push(...(comesFrom.get(name) ?? []))
    }
  }
  return circles
}

/**
 * All replies, each after the replies it goes on to, as far as there is no circle. Without recursion, because a chain may have thousands
 * of replies.
 */
const leftInOrder = (goes: Goes): string[] => {
  const met = new Set<string>()
  const left: string[] = []
  for (const start of goes.keys()) {
    const open = [{ name: start, isLeft: false }]
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      const { name, isLeft } = at
      if (isLeft) left.push(name)
      if (isLeft || met.has(name)) continue
      met.add(name)
      open.push({ name, isLeft: true })
      for (const step of goes.get(name) ?? []) open.push({ name: step.name, isLeft: false })
    }
  }
  return left
}
