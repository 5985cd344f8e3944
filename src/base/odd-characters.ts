/**
 * The characters that do not belong into an id, a secret or a path, as the middle of a sentence; null for none. Never shows the
 * value.
 *
 * @param isWord - whether spaces, quotation marks and non-ASCII letters are refused, too
 */
export const oddity = (text: string, isWord: boolean): string | null => {
  if (isQuoted(text)) {
    return 'it has quotation marks around it, which `docker run --env-file` and some editors keep: leave them out'
  }
  const invisible = /[\p{Cc}\p{Cf}\u2028\u2029]|(?! )\p{Zs}/u.exec(text)?.[0]
  if (invisible !== undefined) {
    const number = invisible.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')
    return `it holds a character that cannot be seen (U+${number}): type it again`
  }
  if (!isWord) return null
  if (/["'`\u2018-\u201F]/.test(text)) return 'it holds a quotation mark'
  if (/\s/.test(text)) return 'it holds a blank'
  return /[^\x20-\x7e]/.test(text) ? 'it holds a letter or sign that Facebook never uses' : null
}

/** Whether the text has a quotation mark at each end. */
export const isQuoted = (text: string): boolean =>
  /^(["'`]).*\1$/s.test(text) || /^[\u2018\u201C].*[\u2019\u201D]$/s.test(text)
