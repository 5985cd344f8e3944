/** Marks, texts in either quotes, and bare words. */
const TOKEN = /\s*(?:([{}[\],:])|"([^"\\]*(?:\\.[^"\\]*)*)"|'([^'\\]*(?:\\.[^'\\]*)*)'|([\w.+-]+))\s*/sy
const BARE_VALUE = /^(?:true|false|null|-?\d{1,15}(?:\.\d+)?)$/

/**
 * Reads JSON whose keys may lack quotes and whose texts may have single ones: `{id:'123'}`, as the curl commands of Meta's Send API
 * reference spell the parameters of a form or a query. A bare number of more digits than a JSON number keeps is a text.
 *
 * @throws SyntaxError if it cannot be read so either
 */
export const parseLooseJson = (text: string): unknown => {
  let strict = ''
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.length) {
    const token = TOKEN.exec(text)
    if (!token) throw new SyntaxError('Neither a mark nor a text nor a word.')
    const [, mark, double, single, bare = ''] = token
    if (mark !== undefined) strict += mark
    else if (double !== undefined) strict += `"${double}"`
    else if (single !== undefined) strict += `"${inDoubleQuotes(single)}"`
    else strict += text[TOKEN.lastIndex] === ':' ? `"${bare}"` : bareValue(bare)
  }
  return JSON.parse(strict) as unknown
}

const inDoubleQuotes = (text: string): string =>
  text.replace(/\\.|"/gs, (found) =>
    found === String.raw`\'` ? "'" : found === '"' ? String.raw`\"` : found,
  )

const bareValue = (word: string): string => {
  if (BARE_VALUE.test(word)) return word
  if (/^\d+$/.test(word)) return `"${word}"`
  throw new SyntaxError('A text without quotes.')
}
