import { createHash } from 'node:crypto'
import type { Node, Pair, YAMLMap } from 'yaml'
import { nodeText } from '../script/nodes.ts'
import { assertOthersKept } from './aliases.ts'
import { answerUnits } from './answer-units.ts'
import { blockOf, type Range } from './block.ts'
import { moveMessage, outField, type Arrangement } from './messages.ts'
import type { FormField, FilledIn, Unit } from './units.ts'
import { applySplices, endOfPair, mapIn, notEditable, openYaml, pairOf, offsetOf } from './yaml-text.ts'

/** The form of a reply or of the fallback. */
export interface ReplyForm {
  /** Null for the fallback. */
  name: string | null
  groups: { title: string; fields: FormField[]; notes: string[] }[]
  /** Keys of the reply that have no field. */
  others: string[]
  /** Changes with every change of the reply. */
  version: string
  /** The line on which the reply begins, from 1. */
  line: number
  /**
   * The reply's text after arranging messages in a form that is not saved yet; null if the form shows the reply in the script.
   */
  draft: string | null
}

/**
 * @param draft - see {@link ReplyForm.draft}
 * @throws BotError `BOT_SCRIPT_NOT_EDITABLE` if the reply does not exist or cannot be shown as a form
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
      const own = nodeText(key as Node) ?? ''
      return IN_FORM.has(own) ? [] : own
    }),
    version: versionOf(saved.part.slice(offsetOf(saved.pair.key), endOfPair(saved.part, saved.pair))),
    draft,
    line: text.slice(0, from + start).split('\n').length,
  }
}

/** The posted state of a form. */
export interface Filled {
  /** Values by field id, of the draft's fields if there is a draft. */
  filled: ReadonlyMap<string, string>
  /** See {@link ReplyForm.draft}. */
  draft: string | null
}

/** The script with the posted values. @throws as {@link replyForm} */
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

/** The draft of a form after the posted values and one step of arranging. @throws as {@link replyForm} */
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

/** The script with a draft in place of its reply. A draft that holds more than one reply is refused. */
const withDraft = (text: string, name: string | null, draft: string): string => {
  const place = placeOf(text, name)
  const changed = text.slice(0, place.start) + draft + text.slice(place.end)
  const after = placeOf(changed, name)
  if (after.start !== place.start || after.end !== place.start + draft.length)
    throw notEditable('What the form held of this reply is no reply.')
  return changed
}

/** The place of a reply: its lines, or in flow style its name and value. */
const placeOf = (text: string, name: string | null): Range => {
  const block = blockOf(text, name)
  if (block !== null) return block
  const { pair } = openReply(text, name)
  return { start: offsetOf(pair.key), end: endOfPair(text, pair) }
}

const gone = (name: string | null): string =>
  name === null ? 'The script has no fallback.' : `There is no reply ${name} any more.`

/** A version that differs for different texts. */
export const versionOf = (text: string | Uint8Array): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, 22)

const IN_FORM = new Set(['title', 'when', 'say', 'choices', 'ask'])

interface OpenReply {
  /** The text of the reply, or the whole script if its layout is unusual. Positions are relative to it. */
  part: string
  /** The offset of `part` in the script. */
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
