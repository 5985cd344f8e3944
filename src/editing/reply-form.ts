import { createHash } from 'node:crypto'
import type { Node, Pair, YAMLMap } from 'yaml'
import { textOf } from '../script/shapes.ts'
import { answerUnits } from './answer-units.ts'
import { blockOf } from './block.ts'
import type { Field, Given, Unit } from './units.ts'
import { applySplices, endOfPair, mapIn, notEditable, openYaml, pairOf, startOf } from './yaml-text.ts'

/** A reply, or the fallback, as a form. */
export interface ReplyForm {
  /** Null for the fallback. */
  name: string | null
  groups: { title: string; fields: Field[]; notes: string[] }[]
  /** Its keys that only the text has. */
  others: string[]
  /** Differs as soon as anything of the reply was changed. */
  version: string
  /** Where it begins, from 1. */
  line: number
}

/** @throws BotError `BOT_SCRIPT_NOT_EDITABLE` where it is not there, or has no form that can be filled in */
export const replyForm = (text: string, name: string | null): ReplyForm => {
  const { part, from, pair, units, answer } = openReply(text, name)
  const groups = new Map<string, ReplyForm['groups'][number]>()
  for (const { group, fields, note } of units) {
    const shown = groups.get(group) ?? { title: group, fields: [], notes: [] }
    groups.set(group, shown)
    shown.fields.push(...fields)
    if (note !== undefined) shown.notes.push(note)
  }
  const start = startOf(pair.key)
  return {
    name,
    groups: [...groups.values()],
    others: answer.items.flatMap(({ key }) => {
      const own = textOf(key as Node) ?? ''
      return IN_FORM.has(own) ? [] : own
    }),
    version: versionOf(part.slice(start, endOfPair(part, pair))),
    line: text.slice(0, from + start).split('\n').length,
  }
}

/** The script with what was filled in. @throws as {@link replyForm} */
export const changeReply = (
  text: string,
  name: string | null,
  filled: ReadonlyMap<string, string>,
): string => {
  const given: Given = ({ id, value }) => filled.get(id) ?? value
  const { part, from, units } = openReply(text, name)
  const changed = applySplices(
    part,
    units.flatMap(({ change }) => change(given)),
  )
  return text.slice(0, from) + changed + text.slice(from + part.length)
}

/** Tells two texts apart. */
export const versionOf = (text: string | Uint8Array): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, 22)

const IN_FORM = new Set(['title', 'when', 'say', 'choices', 'ask'])

interface OpenReply {
  /** The text of the reply, or all of the script where that is laid out in an unusual way; positions are in it. */
  part: string
  /** Where that begins in the script. */
  from: number
  pair: Pair<Node, Node | null>
  answer: YAMLMap
  units: Unit[]
}

const openReply = (text: string, name: string | null): OpenReply => {
  const block = blockOf(text, name)
  if (block !== null) {
    const part = text.slice(block.start, block.end)
    return { part, from: block.start, ...readReply(part, openYaml(part), name) }
  }
  const root = openYaml(text)
  const holder = name === null ? root : mapIn(root.get('replies', true), 'The script has no replies.')
  return { part: text, from: 0, ...readReply(text, holder, name) }
}

const readReply = (
  text: string,
  holder: YAMLMap,
  name: string | null,
): Pick<OpenReply, 'pair' | 'answer' | 'units'> => {
  const pair = pairOf(holder, name ?? 'fallback')
  if (pair === undefined)
    throw notEditable(name === null ? 'The script has no fallback.' : `There is no reply ${name} any more.`)
  const answer = mapIn(pair.value, 'This one has another form than names with a colon.')
  const isFlow = holder.flow === true
  return { pair, answer, units: answerUnits({ text, answer, isFlow, isReply: name !== null }) }
}
