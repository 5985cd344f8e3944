/** Words longer than this are not compared: names are shorter, and the comparison is quadratic. */
const LONGEST_COMPARED = 60

/** The most similar option, or null when none is similar enough. */
export const closest = (word: string, options: Iterable<string>): string | null => {
  let best: string | null = null
  // A word of one or two letters is similar to many others, so it must be equal.
  let bestDistance = word.length < 3 ? 1 : Math.max(1, Math.floor(word.length / 3)) + 1
  for (const option of options) {
    if (option.length > LONGEST_COMPARED || word.length > LONGEST_COMPARED) continue
    // The difference in length is the least distance that is possible.
    if (Math.abs(option.length - word.length) >= bestDistance) continue
    const distance = editDistance(word.toLowerCase(), option.toLowerCase())
    if (distance < bestDistance) {
      best = option
      bestDistance = distance
    }
  }
  return best
}

/** The number of letters to add, drop, change or swap with their neighbour that turns one word into the other. */
export const editDistance = (from: string, to: string): number => {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1]
      let cost = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
      )
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        cost = Math.min(cost, at(beforeLast, column - 2) + 1)
      }
      current.push(cost)
    }
    beforeLast = last
    last = current
  }
  return at(last, to.length)
}

const at = (row: readonly number[], column: number): number => row[column] ?? Number.POSITIVE_INFINITY
