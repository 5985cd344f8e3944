/**
 * Finds characters that look like those YAML or the bot expect and are others. They come from web pages and word processors, and no
 * editor shows the difference.
 */

/** Blanks that are no spaces, where YAML counts or expects spaces: at the beginning of a line and after its signs. */
const BLANK = /(?:^ *|[:,[{-] *)((?! )\p{Zs}|[\u200b\u2060])/u
/** Typographic quotation marks at the beginning of a text. */
const QUOTATION_MARK = /(?:^ *|[:,[{-] *)[“”„‟‘’‚‛«»]/u
const MARKS_HINT = 'Typographic quotation marks (“ ” ‘ ’) mean nothing to YAML: use \'...\' or "...".'
/** A word and a sign that is not a colon with a space; not in addresses. */
const NO_COLON = /^-?\s*[\p{L}_]+(?::(?![\s/]|$)|\s*=\s|\s*[：﹕꞉∶])/u
const PLAIN = /^[!-~]*$/
/** Characters without a visible shape: blanks, format and control characters, fillers. */
const NOTHING_SEEN = /^[\s\p{Cf}\p{Cc}\u115f\u1160\u2800\u3164\uffa0]*$/u
/** Characters that cannot be sent; line ends and tabs count as blanks. */
const UNSENDABLE = /(?![\t\n\r])\p{Cc}|\p{Cs}/u

/** The look-alike in a line with a mistake; null for none. */
export const blankHint = (line: string): string | null => {
  const blank = BLANK.exec(line)?.[1]
  return blank === undefined
    ? null
    : `The line holds a blank that is no space (${codeOf(blank)}), as web pages have them: type a space in its place.`
}

/** As {@link blankHint}, for a line that YAML cannot read. */
export const marksHint = (line: string): string | null => (QUOTATION_MARK.test(line) ? MARKS_HINT : null)

/** For a key and its value that YAML does not read as a mapping: `say:Nine`, `say = Nine`, `say：Nine`. */
export const colonHint = (written: string): string | null =>
  NO_COLON.test(written) ? 'Between a key and its value stand a colon (:) and a space.' : null

/** For a line that YAML reads only in part or with another meaning: `#` begins a comment, `?` marks a key. */
export const signHint = (line: string): string | null => {
  if (isGitMark(line))
    return 'Git has left two versions here: keep one of them, and delete the lines that begin with <<<<<<<, ======= and >>>>>>>.'
  if (/^\s*(?:\/\/|\/\*|--\s|;)/.test(line)) return 'A comment begins with #.'
  if (/(?:^|[-:[,{])\s*#/.test(line))
    return 'What follows # is a comment: a text that begins with # must stand in quotes.'
  if (/[-:]\s*&\S+\s*$/.test(line)) return 'A text that begins with & must stand in quotes.'
  return /(?:^|[-:[,{])\s*\?(?:[\s,\]}]|$)/.test(line)
    ? 'A text that begins with ? must stand in quotes.'
    : null
}

/** Whether git has marked a conflict with the line. */
export const isGitMark = (line: string): boolean => /^(?:<{7}|={7}|>{7})(?:\s|$)/.test(line)

/** The name that looks like the word and has other characters; null for none. */
export const lookAlike = (word: string, names: Iterable<string>): string | null => {
  const look = lookOf(word)
  const isPlain = PLAIN.test(word)
  for (const name of names) {
    // Two words of plain characters look alike only when they are equal.
    if (name === word || (isPlain && PLAIN.test(name))) continue
    if (lookOf(name) === look) return name
  }
  return null
}

export const showsNothing = (text: string): boolean => NOTHING_SEEN.test(text)

/** The first character of a text that cannot be sent, such as `U+0007`; null for none. */
export const unsendable = (text: string): string | null => {
  const character = UNSENDABLE.exec(text)?.[0]
  return character === undefined ? null : codeOf(character)
}

/** The look of a text: equal for texts that cannot be told apart by eye. */
export const lookOf = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/[\p{Cf}\s]+/gu, ' ')
    .trim()

const codeOf = (character: string): string =>
  `U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`
