/**
 * Splits a text into pieces that Facebook takes: at the end of a paragraph, a sentence or a word, whichever comes last in the second half
 * of a piece. A word longer than a piece is cut between grapheme clusters, which readers see as one character. An address is cut only
 * where it is longer than a piece.
 *
 * @param limit - in UTF-16 units
 * @param most - pieces at most; the rest is replaced by an ellipsis
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

/** The text goes on behind each end, so an end at the cut itself does not count. */
const ENDS = [/\n\s*\n/g, /[.!?…。！？](?:["'”’»)\]]*)(?=\s)|[。！？]/gu, /\n/g, /\s+/g]

/** Made for the first text that is too long: the first one of a process takes 15 ms. */
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

/** The last position up to `end` that is outside of a grapheme cluster and, where possible, of an address. */
const endBefore = (text: string, end: number): number => {
  const start = addressAround(text, end)
  clusters ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  const cluster = clusters.segment(text).containing(start > 0 ? start : end)
  if (cluster !== undefined && cluster.index > 0) return cluster.index
  // Endless marks over one letter: do not cut between the halves of a surrogate pair, which Facebook would refuse.
  const code = text.charCodeAt(end)
  return code >= 0xdc00 && code <= 0xdfff ? end - 1 : end
}

/** Start of the address that contains `end`; 0 where there is none, or one longer than a piece. */
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
