import { isMap, isScalar, isSeq, parseDocument, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml'
import { BotError } from '../base/errors.ts'

/** A reply as the console makes it. */
export interface NewReply {
  name: string
  /** A phrase that it answers. */
  phrase: string
  say: string
}

/**
 * The script with one more phrase under a reply's `when`. The rest of the text stays as it is, comments and layout included.
 *
 * @throws BotError `BOT_SCRIPT_NOT_EDITABLE` where the text is laid out in a way that cannot be added to
 */
export const addPhrase = (text: string, reply: string, phrase: string): string => {
  const answer = mapIn(repliesOf(text).get(reply, true), `There is no reply ${reply} of the usual form.`)
  const when = pairOf(answer, 'when')
  if (when === undefined) return insertLine(text, firstPlace(text, answer), `when: [${quoted(phrase)}]`)
  const { value } = when
  if (isSeq(value)) return addToList(text, value, phrase)
  if (isScalar(value)) {
    const [start, end] = rangeOf(value)
    // One phrase becomes a list of two.
    const own = isQuoted(text, start) ? text.slice(start, end) : quoted(text.slice(start, end))
    return splice(text, start, end, `[${own}, ${quoted(phrase)}]`)
  }
  throw notEditable(`The "when" of ${reply} has another form than a list.`)
}

/** The script with one more reply, at the end of its replies. @throws as {@link addPhrase} */
export const addReply = (text: string, { name, phrase, say }: NewReply): string => {
  const replies = repliesOf(text)
  if (replies.has(name)) throw notEditable(`There is a reply ${name} already.`)
  const [first] = replies.items
  if (replies.flow === true || first === undefined)
    throw notEditable('The replies stand in braces, on one line.')
  const indent = columnOf(text, rangeOf(first.key as Node)[0])
  const pad = ' '.repeat(indent)
  const lines = [
    `${pad}${/^[\p{L}\p{N}_-]+$/u.test(name) ? name : quoted(name)}:`,
    `${pad}  when: [${quoted(phrase)}]`,
    `${pad}  say: ${quoted(say)}`,
  ]
  const [, , end] = rangeOf(replies)
  // Comments and blank lines behind the last reply stay behind it.
  const place = text.slice(0, end).trimEnd().length
  return splice(text, place, place, `\n${lines.join('\n')}`)
}

const repliesOf = (text: string): YAMLMap => {
  const document = parseDocument(text, { keepSourceTokens: true })
  if (document.errors.length > 0) throw notEditable('The script has mistakes: mend them first.')
  return mapIn(document.get('replies', true), 'The script has no replies of the usual form.')
}

const mapIn = (node: unknown, otherwise: string): YAMLMap => {
  if (isMap(node)) return node
  throw notEditable(otherwise)
}

const pairOf = (map: YAMLMap, name: string): Pair | undefined =>
  map.items.find(({ key }) => isScalar(key) && key.value === name)

const addToList = (text: string, list: YAMLSeq, phrase: string): string => {
  const last = list.items.at(-1) as Node | undefined
  const [start, end] = rangeOf(list)
  if (list.flow === true) {
    const place = last === undefined ? start + 1 : rangeOf(last)[1]
    return splice(text, place, place, last === undefined ? quoted(phrase) : `, ${quoted(phrase)}`)
  }
  if (last === undefined) throw notEditable('The list of phrases is empty.')
  const [lastStart, lastEnd] = rangeOf(last)
  const lineStart = text.lastIndexOf('\n', lastStart - 1) + 1
  const dash = /^\s*/.exec(text.slice(lineStart))?.[0] ?? ''
  // Behind what else stands on that line, such as a comment.
  const lineEnd = text.indexOf('\n', Math.min(lastEnd, end) - 1)
  const place = lineEnd === -1 ? text.length : lineEnd
  return splice(text, place, place, `\n${dash}- ${quoted(phrase)}`)
}

/** Where a line of a reply may go: before its first key. */
const firstPlace = (text: string, map: YAMLMap): { place: number; indent: number } => {
  const [first] = map.items
  if (map.flow === true || first === undefined) throw notEditable('The reply stands in braces, on one line.')
  const [place] = rangeOf(first.key as Node)
  return { place, indent: columnOf(text, place) }
}

const insertLine = (
  text: string,
  { place, indent }: { place: number; indent: number },
  line: string,
): string => splice(text, place, place, `${line}\n${' '.repeat(indent)}`)

const rangeOf = ({ range }: Pick<Node, 'range'>): readonly [number, number, number] => {
  if (range === null || range === undefined) throw notEditable('A part of the script has no place.')
  return range
}

const columnOf = (text: string, offset: number): number => offset - (text.lastIndexOf('\n', offset - 1) + 1)

const isQuoted = (text: string, offset: number): boolean => ['"', "'"].includes(text[offset] ?? '')

const splice = (text: string, start: number, end: number, put: string): string =>
  `${text.slice(0, start)}${put}${text.slice(end)}`

/** JSON's strings are YAML's, too. A phrase that begins with a slash would be a pattern. */
const quoted = (text: string): string => JSON.stringify(text.trim().replace(/^\/+/, ''))

const notEditable = (message: string): BotError =>
  new BotError('BOT_SCRIPT_NOT_EDITABLE', message, {
    remedy: 'Change the script in an editor; `npm run script:check` says what is wrong with it.',
  })
