/** Random numbers from a seed: the same seed gives the same ids and tokens in the same order. */
export interface Rng {
  /** A whole number from 0 up to, but not including, `below`. */
  int: (below: number) => number
  letters: (count: number) => string
  digits: (count: number) => string
  /** The state, with which another process can continue the sequence. */
  state: () => number
  resume: (state: number) => void
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

export const createRng = (seed: number): Rng => {
  let state = seed >>> 0
  // A 32-bit xorshift-multiply mixer over a counter: short, seedable, and sufficient for ids that only have to differ.
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 0x1_0000_0000
  }
  const int = (below: number) => Math.floor(next() * below)
  const pick = (from: string, count: number) =>
    Array.from({ length: count }, () => from.charAt(int(from.length))).join('')

  return {
    int,
    letters: (count) => pick(LETTERS, count),
    digits: (count) => pick('0123456789', count),
    state: () => state,
    resume: (from) => {
      state = from >>> 0
    },
  }
}

/** A seed from a text, by FNV-1a. */
export const seedFrom = (text: string): number => {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}
