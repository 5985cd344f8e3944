import { isMap, parseDocument, stringify, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml'
import { BotError } from '../base/errors.ts'
import { nodeText } from '../script/nodes.ts'

/**
 * A change of a part of a YAML text; the rest stays unchanged, including comments and layout. Positions are offsets in the text.
 * Flow style is `[a, b]` and `{ a: b }`; block style has a line for each item.
 */
export interface Splice {
  start: number
  end: number
  put: string
}

/** The place of a value: in flow style it is on one line, in block style its lines begin at `indent`. */
export interface Where {
  isFlow: boolean
  indent: number
}

/** Writes a value as YAML for its place. A result that begins with a line break goes below its key. */
export type Put = (where: Where) => string

/** Applies changes to a text; they must not overlap. */
export const applySplices = (text: string, splices: readonly Splice[]): string => {
  let result = ''
  let from = 0
  for (const { start, end, put } of splices.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (start < from) throw notEditable('Two of these changes are at the same place.')
    result += text.slice(from, start) + put
    from = end
  }
  return result + text.slice(from)
}

/** Parses a text that is a mapping. @throws BotError `BOT_SCRIPT_NOT_EDITABLE` */
export const openYaml = (text: string): YAMLMap => {
  const document = parseDocument(text, { keepSourceTokens: true, uniqueKeys: false })
  if (document.errors.length > 0) throw notEditable('The script has mistakes: mend them first.')
  return mapIn(document.contents, 'The script has another form than names with a colon.')
}

export const mapIn = (node: unknown, otherwise: string): YAMLMap => {
  if (isMap(node)) return node
  throw notEditable(otherwise)
}

export const pairOf = (map: YAMLMap, name: string): Pair<Node, Node | null> | undefined =>
  map.items.find(({ key }) => nodeText(key as Node) === name) as Pair<Node, Node | null> | undefined

/** Writes a text as a value: plain if YAML allows it, else quoted or as a block of lines. */
export const textAt =
  (value: string): Put =>
  ({ isFlow, indent }) => {
    if (!value.includes('\n')) return isFlow ? inFlow(value) : inBlock(value)
    if (isFlow || !/^\P{C}+$/u.test(value.replaceAll('\n', '')) || /^[^\S\n]/m.test(value))
      return JSON.stringify(value)
    const pad = ' '.repeat(indent)
    return `|-\n${value.replaceAll(/^(?=.)/gm, pad)}`
  }

const STYLE = { lineWidth: 0, singleQuote: true } as const
const inBlock = (value: string): string => stringify({ k: value }, STYLE).slice('k: '.length).trimEnd()
const inFlow = (value: string): string =>
  stringify([value], { ...STYLE, collectionStyle: 'flow', flowCollectionPadding: false })
    .trim()
    .slice(1, -1)

/** A mapping on one line. */
export const mapAt =
  (entries: readonly (readonly [key: string, value: Put])[]): Put =>
  ({ indent }) =>
    `{ ${entries.map(([key, put]) => `${key}: ${put({ isFlow: true, indent })}`).join(', ')} }`

/** A mapping as an item of a list, with a line for each key. */
export const itemMapAt =
  (entries: readonly (readonly [key: string, value: Put])[]): Put =>
  (where) => {
    if (where.isFlow) return mapAt(entries)(where)
    const below = { isFlow: false, indent: where.indent + 2 }
    return entries.map(([key, put]) => keyed(key, put, below)).join(`\n${' '.repeat(where.indent)}`)
  }

/** A list; in block style it goes below its key. */
export const listAt =
  (items: readonly Put[]): Put =>
  ({ isFlow, indent }) => {
    if (isFlow) return `[${items.map((put) => put({ isFlow, indent })).join(', ')}]`
    const pad = ' '.repeat(indent)
    return items.map((put) => `\n${pad}- ${put({ isFlow, indent: indent + 2 })}`).join('')
  }

/** A list on one line. */
export const flowListAt =
  (items: readonly Put[]): Put =>
  ({ indent }) =>
    `[${items.map((put) => put({ isFlow: true, indent })).join(', ')}]`

const keyed = (key: string, put: Put, where: Where): string => {
  const value = put(where)
  return `${key}:${value.startsWith('\n') ? '' : ' '}${value}`
}

/** The place of a key's value in a mapping. */
export const whereUnder = (text: string, map: YAMLMap, key: Node, isFlow: boolean): Where => ({
  isFlow: isFlow || map.flow === true,
  indent: columnOf(text, offsetOf(key)) + 2,
})

/** The place of a list's items. */
export const whereIn = (text: string, list: YAMLSeq, isFlow: boolean): Where => ({
  isFlow: isFlow || list.flow === true,
  indent: list.flow === true || list.items.length === 0 ? 0 : columnOf(text, dashOf(list, 0)) + 2,
})

/** Replaces a value. */
export const replaceValue = (text: string, node: Node, put: Put, where: Where): Splice => {
  const end = endOf(text, node)
  // Not a block of lines if a comment follows, because that would become part of the block.
  const isFollowed = !isBlank(text.slice(end, lineEnd(text, end)))
  const value = put({ ...where, isFlow: where.isFlow || isFollowed })
  let start = offsetOf(node)
  if (value.startsWith('\n')) while (text[start - 1] === ' ') start -= 1
  return { start, end, put: value }
}

/** Adds a key to a mapping that is not empty. */
export const insertPair = (
  text: string,
  map: YAMLMap,
  [key, put]: readonly [string, Put],
  { isFirst, isFlow }: { isFirst: boolean; isFlow: boolean },
): Splice => {
  const pair = map.items.at(isFirst ? 0 : -1) as Pair<Node, Node | null> | undefined
  if (pair === undefined) throw notEditable('A part of the script is empty.')
  assertPlainKeys(map)
  const column = columnOf(text, offsetOf(pair.key))
  const inside = isFlow || map.flow === true
  const entry = keyed(key, put, { isFlow: inside, indent: column + 2 })
  if (isFirst) {
    const place = offsetOf(pair.key)
    return at(place, inside ? `${entry}, ` : `${entry}\n${' '.repeat(column)}`)
  }
  const end = endOfPair(text, pair)
  return inside ? at(end, `, ${entry}`) : at(lineEnd(text, end), `\n${' '.repeat(column)}${entry}`)
}

/**
 * Refuses keys with a question mark (explicit keys), because other keys of the mapping then begin at other columns.
 *
 * @throws BotError `BOT_SCRIPT_NOT_EDITABLE`
 */
export const assertPlainKeys = (map: YAMLMap): void => {
  const odd = map.items.find(({ srcToken }) =>
    srcToken?.start.some(({ type }) => type === 'explicit-key-ind'),
  )
  if (odd === undefined) return
  const name = nodeText(odd.key as Node) ?? ''
  throw notEditable(
    `The key ${JSON.stringify(name)} stands behind a question mark (?). Write it as "${name}:" in the script's text, or make this change there.`,
  )
}

/** Removes a key with its value from a mapping. */
export const removePair = (text: string, map: YAMLMap, name: string): Splice => {
  const pairs = map.items as Pair<Node, Node | null>[]
  const index = pairs.findIndex(({ key }) => nodeText(key) === name)
  const pair = pairs[index]
  if (pair === undefined) throw notEditable(`There is no "${name}" to take out.`)
  assertPlainKeys(map)
  const start = offsetOf(pair.key)
  const end = endOfPair(text, pair)
  const [before, next] = [pairs[index - 1], pairs[index + 1]]
  if (map.flow === true) {
    if (before !== undefined) return { start: endOfPair(text, before), end, put: '' }
    return { start, end: next === undefined ? end : offsetOf(next.key), put: '' }
  }
  const line = lineStart(text, start)
  if (isBlank(text.slice(line, start))) return wholeLines(text, line, end)
  if (next === undefined) throw notEditable(`"${name}" cannot be taken out here.`)
  return { start, end: offsetOf(next.key), put: '' }
}

/** The changes of a list. */
export interface ListChange {
  /** Indexes of the items to remove. */
  remove: ReadonlySet<number>
  replace?: ReadonlyMap<number, Put>
  add: readonly Put[]
}

/**
 * Changes a list that is the value of `name` in `map`. New items first replace removed ones; a list that becomes empty is removed
 * with its key.
 */
export const changeList = (
  text: string,
  { map, name, list, isFlow }: { map: YAMLMap; name: string; list: YAMLSeq; isFlow: boolean },
  change: ListChange,
): Splice[] => {
  const items = list.items as Node[]
  const replaced = new Map(change.replace)
  const removed = [...change.remove].toSorted((a, b) => a - b)
  const added = [...change.add]
  while (removed.length > 0 && added.length > 0)
    replaced.set(removed.shift() ?? 0, added.shift() ?? (() => ''))
  if (removed.length > 0 && removed.length === items.length) return [removePair(text, map, name)]
  const where = whereIn(text, list, isFlow)
  return [
    ...[...replaced].flatMap(([index, put]) => {
      const item = items[index]
      return item === undefined ? [] : replaceValue(text, item, put, where)
    }),
    ...removals(text, list, removed),
    ...(added.length === 0 ? [] : [append(text, list, added, where)]),
  ]
}

const removals = (text: string, list: YAMLSeq, removed: readonly number[]): Splice[] => {
  const items = list.items as Node[]
  const end = (index: number): number => endOf(text, items[index] ?? null)
  if (list.flow !== true)
    return removed.map((index) => {
      const dash = dashOf(list, index)
      const line = lineStart(text, dash)
      if (!isBlank(text.slice(line, dash))) throw notEditable('An item cannot be taken out of this list.')
      return wholeLines(text, line, Math.max(dash + 1, end(index)))
    })
  const start = (index: number): number => offsetOf(items[index] as Node)
  return runsOf(removed).flatMap(([first, last]) => {
    // Removes the text up to the next item, too, such as the item's comment.
    if (last + 1 < items.length) return { start: start(first), end: start(last + 1), put: '' }
    const isCommented = text.slice(end(first - 1), start(first)).includes('#')
    if (!isCommented) return { start: end(first - 1), end: end(last), put: '' }
    // The comma beside the comment stays, so a comma after the last item must be removed.
    const comma = commaBehind(text, end(last))
    return [
      { start: start(first), end: end(last), put: '' },
      ...(comma === null ? [] : [{ start: comma, end: comma + 1, put: '' }]),
    ]
  })
}

/** The offset of the next comma, if only spaces and comments are before it. */
const commaBehind = (text: string, offset: number): number | null => {
  const [before] = /^(?:\s|#.*\n)*(?=,)/.exec(text.slice(offset)) ?? []
  return before === undefined ? null : offset + before.length
}

/** Groups ascending numbers into runs of consecutive ones. */
const runsOf = (numbers: readonly number[]): [first: number, last: number][] => {
  const runs: [number, number][] = []
  for (const number of numbers) {
    const latest = runs.at(-1)
    if (latest !== undefined && latest[1] === number - 1) latest[1] = number
    else runs.push([number, number])
  }
  return runs
}

const append = (text: string, list: YAMLSeq, added: readonly Put[], where: Where): Splice => {
  const last = list.items.at(-1) as Node | undefined
  if (list.flow === true) {
    const sources = added.map((put) => put(where)).join(', ')
    return last === undefined ? at(offsetOf(list) + 1, sources) : at(endOf(text, last), `, ${sources}`)
  }
  if (last === undefined) throw notEditable('The list is empty.')
  const dash = dashOf(list, list.items.length - 1)
  const pad = ' '.repeat(columnOf(text, dash))
  const place = lineEnd(text, Math.max(dash + 1, endOf(text, last)))
  return at(place, added.map((put) => `\n${pad}- ${put(where)}`).join(''))
}

/** The range of a list's item with its comments, above it and on its line; in flow style only of the value. */
export const itemRange = (text: string, list: YAMLSeq, index: number): { start: number; end: number } => {
  const item = (list.items as Node[])[index] ?? null
  if (list.flow === true) return { start: item === null ? 0 : offsetOf(item), end: endOf(text, item) }
  const dash = dashOf(list, index)
  let start = lineStart(text, dash)
  if (!isBlank(text.slice(start, dash))) throw notEditable('This list begins on the line of its key.')
  const endOfItem = (n: number): number =>
    lineEnd(text, Math.max(dashOf(list, n) + 1, endOf(text, (list.items as Node[])[n] ?? null)))
  // Not above the end of the previous item, whose block of lines may end in a line that looks like a comment.
  const floor = index === 0 ? 0 : endOfItem(index - 1) + 1
  while (start > floor) {
    const above = lineStart(text, start - 1)
    if (!/^\s*#/.test(text.slice(above, start))) break
    start = above
  }
  return { start, end: endOfItem(index) }
}

const at = (place: number, put: string): Splice => ({ start: place, end: place, put })

/** Begins at the end of the previous line, so that the line break is removed, too. */
const wholeLines = (text: string, line: number, end: number): Splice => ({
  start: Math.max(0, line - 1),
  end: lineEnd(text, end),
  put: '',
})

/** The offset of the hyphen before a list's item in block style. */
const dashOf = (list: YAMLSeq, index: number): number => {
  const token = list.srcToken
  const dash =
    token?.type === 'block-seq'
      ? token.items[index]?.start.find(({ type }) => type === 'seq-item-ind')?.offset
      : undefined
  if (dash === undefined) throw notEditable('A list of the script has an unusual form.')
  return dash
}

export const offsetOf = ({ range }: Pick<Node, 'range'>): number => {
  if (range === null || range === undefined) throw notEditable('A part of the script has no place.')
  return range[0]
}

/** The end of a value, without comments and line breaks after it. */
export const endOf = (text: string, node: Node | null): number => {
  if (node === null) return 0
  if (isMap(node) && node.flow !== true && node.items.length > 0)
    return endOfPair(text, node.items.at(-1) as Pair<Node, Node | null>)
  if ('items' in node && node.flow !== true) {
    const last = (node as YAMLSeq).items.at(-1) as Node | undefined
    if (last !== undefined)
      return Math.max(dashOf(node as YAMLSeq, node.items.length - 1) + 1, endOf(text, last))
  }
  const start = offsetOf(node)
  const end = node.range?.[1] ?? start
  return start + text.slice(start, end).trimEnd().length
}

export const endOfPair = (text: string, { key, value }: Pair<Node, Node | null>): number => {
  const keyEnd = endOf(text, key)
  // An empty value has no position, so the pair ends at its colon.
  const [colon = ''] = /^[ \t]*:/.exec(text.slice(keyEnd, keyEnd + 20)) ?? []
  return Math.max(keyEnd + colon.length, endOf(text, value))
}

export const lineStart = (text: string, offset: number): number => text.lastIndexOf('\n', offset - 1) + 1

export const lineEnd = (text: string, offset: number): number => {
  const end = text.indexOf('\n', offset)
  return end === -1 ? text.length : end
}

const columnOf = (text: string, offset: number): number => offset - lineStart(text, offset)

const isBlank = (text: string): boolean => text.trim() === ''

export const notEditable = (message: string): BotError =>
  new BotError('BOT_SCRIPT_NOT_EDITABLE', message, {
    remedy: 'Change the script as a text; `npm run script:check` says what is wrong with it.',
  })
