/**
 * Splits a text into pieces that Facebook takes, at the end of a paragraph, a sentence or a word, whichever comes last in
 * the second half of a piece; a single endless word is cut.
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
  if (rest.length > limit) rest = `${rest.slice(0, wholeEnd(rest, limit - 1))}…`
  return rest === '' ? pieces : [...pieces, rest]
}

const ENDS = [/\n\s*\n/g, /[.!?…。！？](?:["'”’»)\]]*)(?=\s|$)|[。！？]/gu, /\n/g, /\s+/g]

const endOfPiece = (text: string, limit: number): number => {
  const head = text.slice(0, limit)
  for (const end of ENDS) {
    let last = -1
    for (const match of head.matchAll(end)) last = match.index + match[0].length
    if (last >= limit / 2) return last
  }
  return wholeEnd(text, limit)
}

/** Not within a character that takes two units. */
const wholeEnd = (text: string, end: number): number => {
  const code = text.charCodeAt(end)
  return code >= 0xdc00 && code <= 0xdfff ? end - 1 : end
}
