/**
 * Splits a text into pieces that Facebook takes, at the end of a paragraph, a sentence or a word, whichever comes last in
 * the second half of a piece. A single endless word is cut between grapheme clusters, what a reader takes for one
 * character. An address is cut only where it is longer than a piece.
 *
 * @param limit - in UTF-16 units
 * @param most - pieces at most; what is left after them is cut off with an ellipsis
 */
export const splitText = (text: string, limit: number, most: number): string[] => {
  const pieces: string[] = []
  let rest = text.trim()
  while (rest.length > limit && pieces.length < most - 1) {
    const end = endOfPiece(rest, limit)
    pieces.push(rest.slice(0, end).trimEnd())
    rest = rest.slice(end).trimStart()
  }
  if (rest.length > limit) rest = `${rest.slice(0, endBefore(rest, limit - 1)).trimEnd()}…`
  return rest === '' ? pieces : [...pieces, rest]
}

/** The text goes on behind them, so no end fits at the cut itself. */
const ENDS = [/\n\s*\n/g, /[.!?…。！？](?:["'”’»)\]]*)(?=\s)|[。！？]/gu, /\n/g, /\s+/g]

/** Made for the first text that is too long: the first of a process takes 15 ms, so no start makes it. */
let clusters: Intl.Segmenter | undefined

const endOfPiece = (text: string, limit: number): number => {
  const head = text.slice(0, limit + 1)
  for (const end of ENDS) {
    let last = -1
    for (const match of head.matchAll(end)) {
      const at = match.index + match[0].length
      if (at <= limit) last = at
    }
    if (last >= limit / 2 && endBefore(text, last) === last) return last
  }
  return endBefore(text, limit)
}

/** The last place up to `end` that is neither within a grapheme cluster nor, where there is one, within an address. */
const endBefore = (text: string, end: number): number => {
  const start = addressAround(text, end)
  clusters ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  const cluster = clusters.segment(text).containing(start > 0 ? start : end)
  if (cluster !== undefined && cluster.index > 0) return cluster.index
  // Marks without end over one letter: half of a character that takes two units would be refused.
  const code = text.charCodeAt(end)
  return code >= 0xdc00 && code <= 0xdfff ? end - 1 : end
}

/** Where the address begins that `end` lies in; 0 where it lies in none, or in one that no piece can hold. */
const addressAround = (text: string, end: number): number => {
  let start = end
  while (start > 0 && !isOutside(text[start - 1])) start -= 1
  let stop = end
  while (stop < text.length && !isOutside(text[stop])) stop += 1
  const run = text.slice(start, stop)
  const web = run.search(/https?:\/\/|www\./i)
  if (web !== -1) return start + web < end ? start + web : 0
  return /^[^@]+@[^@]+\.\p{L}{2,}/u.test(run) ? start : 0
}

const isOutside = (character = ' '): boolean => OUTSIDE.test(character)
const OUTSIDE = /[\s<>"「」『』（）。，！？、]/
