import { createHash } from 'node:crypto'
import type { Node, Pair, YAMLMap } from 'yaml'
import { textOf } from '../script/shapes.ts'
import { assertOthersKept } from './aliases.ts'
import { answerUnits } from './answer-units.ts'
import { blockOf, type Range } from './block.ts'
import { moveMessage, outField, type Arrangement } from './messages.ts'
import type { FormField, FilledIn, Unit } from './units.ts'
import { applySplices, endOfPair, mapIn, notEditable, openYaml, pairOf, offsetOf } from './yaml-text.ts'

/** A reply, or the fallback, as a form. */
export interface ReplyForm {
  /** Null for the fallback. */
  name: string | null
  groups: { title: string; fields: FormField[]; notes: string[] }[]
  /** Its keys that only the text has. */
  others: string[]
  /** Differs as soon as anything of the reply was changed. */
  version: string
  /** Where it begins, from 1. */
  line: number
  /** Its lines as they were arranged in a form that is not saved yet; null where the form shows what is in the script. */
  draft: string | null
}

/**
 * @param draft - see {@link ReplyForm.draft}
 * @throws BotError `BOT_SCRIPT_NOT_EDITABLE` where it is not there, or has no form that can be filled in
 */
export const replyForm = (text: string, name: string | null, draft: string | null = null): ReplyForm => {
  const saved = openReply(text, name)
  const { from, pair, units, answer } = draft === null ? saved : openReply(withDraft(text, name, draft), name)
  const groups = new Map<string, ReplyForm['groups'][number]>()
  for (const { group, fields, note } of units) {
    const shown = groups.get(group) ?? { title: group, fields: [], notes: [] }
    groups.set(group, shown)
    shown.fields.push(...fields)
    if (note !== undefined) shown.notes.push(note)
  }
  const start = offsetOf(pair.key)
  return {
    name,
    groups: [...groups.values()],
    others: answer.items.flatMap(({ key }) => {
      const own = textOf(key as Node) ?? ''
      return IN_FORM.has(own) ? [] : own
    }),
    version: versionOf(saved.part.slice(offsetOf(saved.pair.key), endOfPair(saved.part, saved.pair))),
    draft,
    line: text.slice(0, from + start).split('\n').length,
  }
}

/** What was made of a reply in a form. */
export interface Filled {
  /** By the ids of fields; those of the draft where there is one. */
  filled: ReadonlyMap<string, string>
  /** See {@link ReplyForm.draft}. */
  draft: string | null
}

/** The script with what was filled in. @throws as {@link replyForm} */
export const changeReply = (script: string, name: string | null, { filled, draft }: Filled): string => {
  const given: FilledIn = ({ id, value }) => filled.get(id) ?? value
  const text = draft === null ? script : withDraft(script, name, draft)
  const { part, from, units } = openReply(text, name)
  const changed = applySplices(
    part,
    units.flatMap(({ change }) => change(given)),
  )
  const after = text.slice(0, from) + changed + text.slice(from + part.length)
  assertOthersKept(script, after, name)
  return after
}

/** The draft of a form after what was filled in and one step of arranging. @throws as {@link replyForm} */
export const arrangeReply = (
  script: string,
  name: string | null,
  form: Filled,
  step: Arrangement,
): string => {
  const filled = new Map(form.filled)
  if (step.do === 'out') filled.set(outField(step.message), 'yes')
  const text = changeReply(script, name, { ...form, filled })
  if (step.do !== 'up' && step.do !== 'down') return draftOf(text, name)
  const { part, from, answer } = openReply(text, name)
  const moved = moveMessage(part, answer, step.message, step.message + (step.do === 'up' ? -1 : 1))
  return draftOf(text.slice(0, from) + moved + text.slice(from + part.length), name)
}

const draftOf = (text: string, name: string | null): string => {
  const { start, end } = placeOf(text, name)
  return text.slice(start, end)
}

/** The script with a draft in the place of its reply; a text that is more than one reply is no draft. */
const withDraft = (text: string, name: string | null, draft: string): string => {
  const place = placeOf(text, name)
  const changed = text.slice(0, place.start) + draft + text.slice(place.end)
  const after = placeOf(changed, name)
  if (after.start !== place.start || after.end !== place.start + draft.length)
    throw notEditable('What the form held of this reply is no reply.')
  return changed
}

/** Where a reply stands: its lines, or its name and value alone where the script is laid out in flow style. */
const placeOf = (text: string, name: string | null): Range => {
  const block = blockOf(text, name)
  if (block !== null) return block
  const { pair } = openReply(text, name)
  return { start: offsetOf(pair.key), end: endOfPair(text, pair) }
}

const gone = (name: string | null): string =>
  name === null ? 'The script has no fallback.' : `There is no reply ${name} any more.`

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
  if (pair === undefined) throw notEditable(gone(name))
  const answer = mapIn(pair.value, 'This one has another form than names with a colon.')
  const isFlow = holder.flow === true
  return { pair, answer, units: answerUnits({ text, answer, isFlow, isReply: name !== null }) }
}
