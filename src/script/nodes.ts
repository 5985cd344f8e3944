import { isMap, isScalar, isSeq, type Node } from 'yaml'
import { colonHint } from './look-alikes.ts'
import { quoted } from './mistakes.ts'
import { nothingAt, type Place, type Reading } from './reading.ts'
import { VARIABLE_FIRST } from './syntax.ts'

export interface MappingEntry {
  key: string
  place: Place
  value: Node | null
}

/** The entries of a mapping with text keys; notes duplicates. Undefined for another node. */
export const entriesOf = (
  node: Node | null,
  reading: Reading,
  what: string,
  hint: string | null = null,
): MappingEntry[] | undefined => {
  const target = reading.follow(node)
  const isVariable = firstVariable(reading.placeOf(target), reading) !== null
  if (!isMap(target) || isVariable) return refuseKind(target, reading, what, hint)
  const entries: MappingEntry[] = []
  const lines = new Map<string, number>()
  for (const pair of target.items) {
    const keyNode = reading.follow(pair.key as Node | null)
    const place = reading.placeOf(keyNode)
    const key = nodeText(keyNode)
    if (key === null || key === '') {
      reading.refuse(
        place,
        kindOf(keyNode, reading),
        `a name before the colon`,
        firstVariable(place, reading),
      )
      continue
    }
    const before = lines.get(key)
    if (before !== undefined) {
      reading.refuse(place, `${quoted(key)} a second time`, `each name once; it stands in line ${before} too`)
      continue
    }
    lines.set(key, reading.line(place))
    entries.push({ key, place, value: (pair.value as Node | null) ?? nothingAt(place.end) })
  }
  return entries
}

/** An entry of a mapping that was read before; undefined when the key is missing. */
export const entryAt = (node: Node | null, key: string, reading: Reading): MappingEntry | undefined => {
  const target = reading.follow(node)
  if (!isMap(target)) return undefined
  for (const pair of target.items) {
    const keyNode = reading.follow(pair.key as Node | null)
    if (nodeText(keyNode) === key)
      return { key, place: reading.placeOf(keyNode), value: pair.value as Node | null }
  }
  return undefined
}

/** The text of a node; null for a list, a mapping and an empty node. */
export const nodeText = (node: Node | null): string | null => {
  if (!isScalar(node)) return null
  if (typeof node.value === 'string') return node.value
  // `9.50` and `true` stay texts, as they were written.
  return node.value === null ? null : (node.source ?? '')
}

export const kindOf = (node: Node | null, reading: Reading): string => {
  if (isMap(node)) return 'a mapping (key: value)'
  if (isSeq(node)) return 'a list'
  if (isScalar(node) && node.value !== null) return quoted(nodeText(node) ?? '')
  return node !== null && node.range !== undefined && reading.shown(reading.placeOf(node)) !== '""'
    ? reading.shown(reading.placeOf(node))
    : 'nothing'
}

export const refuseKind = (
  node: Node | null,
  reading: Reading,
  what: string,
  hint: string | null = null,
): undefined => {
  const place = reading.placeOf(node)
  return reading.refuse(
    place,
    kindOf(node, reading),
    what,
    firstVariable(place, reading) ?? colonHint(nodeText(node) ?? '') ?? nothingHint(node) ?? hint,
  )
}

/** `~` and `null` look like texts. */
const nothingHint = (node: Node | null): string | null =>
  isScalar(node) && node.value === null && node.source
    ? 'In YAML it stands for nothing: put it in quotes.'
    : null

export const firstVariable = (place: Place, reading: Reading): string | null =>
  reading.shown(place).startsWith('"{{') ? VARIABLE_FIRST : null
