import { isMap, isScalar, isSeq, parse, type YAMLMap } from 'yaml'
import { assertOthersKept } from './aliases.ts'
import { blockOf } from './block.ts'
import {
  applySplices,
  assertPlainKeys,
  changeList,
  endOf,
  insertPair,
  lineEnd,
  lineStart,
  mapIn,
  notEditable,
  openYaml,
  pairOf,
  removePair,
  replaceValue,
  offsetOf,
  whereUnder,
  type Put,
  type Splice,
} from './yaml-text.ts'

/** A new reply from the console. */
export interface NewReply {
  name: string
  /** The phrase that it answers. */
  phrase: string
  say: string
}

/**
 * Adds a phrase to a reply's `when`, unless it is there already. The rest of the text stays unchanged, including comments and layout.
 *
 * @throws BotError `BOT_SCRIPT_NOT_EDITABLE` if the layout of the text does not allow it
 */
export const addPhrase = (text: string, reply: string, phrase: string): string => {
  const block = blockOf(text, reply)
  const { start, end } = block ?? { start: 0, end: text.length }
  const part = text.slice(start, end)
  const replies = block === null ? repliesOf(part) : openYaml(part)
  const answer = mapIn(pairOf(replies, reply)?.value, `There is no reply ${reply} of the usual form.`)
  const changed = applySplices(part, withPhrase(part, answer, phrase, replies.flow === true))
  const after = text.slice(0, start) + changed + text.slice(end)
  assertOthersKept(text, after, reply)
  return after
}

/** Adds a reply at the end of the replies. @throws as {@link addPhrase} */
export const addReply = (text: string, { name, phrase, say }: NewReply): string => {
  const replies = repliesOf(text)
  if (pairOf(replies, name) !== undefined) throw notEditable(`There is a reply ${name} already.`)
  const [first] = replies.items
  if (replies.flow === true || first === undefined)
    throw notEditable('The replies stand in braces, on one line.')
  assertPlainKeys(replies)
  const start = offsetOf(first.key as YAMLMap)
  const pad = ' '.repeat(start - lineStart(text, start))
  const lines = [
    `${pad}${isPlainName(name) ? name : JSON.stringify(name)}:`,
    ...(phrase.trim() === '' ? [] : [`${pad}  when: [${quoted(phrase)}]`]),
    `${pad}  say: ${JSON.stringify(say.trim())}`,
  ]
  // The comments and blank lines below the last reply are then below the new one.
  const place = lineEnd(text, endOf(text, replies))
  return applySplices(text, [{ start: place, end: place, put: `\n${lines.join('\n')}` }])
}

/** Removes a reply. @throws as {@link addPhrase} */
export const removeReply = (text: string, name: string): string =>
  applySplices(text, [removePair(text, repliesOf(text), name)])

const withPhrase = (text: string, answer: YAMLMap, phrase: string, isFlow: boolean): Splice[] => {
  const put: Put = () => quoted(phrase)
  const when = pairOf(answer, 'when')
  if (when === undefined)
    return [insertPair(text, answer, ['when', () => `[${quoted(phrase)}]`], { isFirst: true, isFlow })]
  const { key, value } = when
  const known = isSeq(value) ? value.items : [value]
  if (known.some((one) => isScalar(one) && String(one.value) === plain(phrase))) return []
  if (isSeq(value))
    return changeList(
      text,
      { map: answer, name: 'when', list: value, isFlow },
      { remove: new Set(), add: [put] },
    )
  if (!isScalar(value)) throw notEditable('The "when" of this reply has another form than a list.')
  const source = text.slice(offsetOf(value), endOf(text, value))
  // A single phrase becomes a list of two.
  const own = /^["']/.test(source) ? source : JSON.stringify(source)
  const where = whereUnder(text, answer, key, isFlow)
  return [replaceValue(text, value, () => `[${own}, ${quoted(phrase)}]`, where)]
}

const repliesOf = (text: string): YAMLMap => {
  const replies = openYaml(text).get('replies', true)
  if (isMap(replies)) return replies
  throw notEditable('The script has no replies of the usual form.')
}

/** Whether a name needs no quotes: YAML would read `null` and `12` as other types. */
const isPlainName = (name: string): boolean => /^[\p{L}\p{N}_-]+$/u.test(name) && parse(name) === name

/** JSON strings are valid YAML. */
const quoted = (text: string): string => JSON.stringify(plain(text))

/** Leading slashes are removed, because a phrase with one would be a pattern. */
const plain = (text: string): string => text.trim().replace(/^\/+/, '')
