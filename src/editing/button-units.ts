import { isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml'
import { LIMITS } from '../channel/messenger.ts'
import { nodeText } from '../script/nodes.ts'
import { leafUnits, noteUnit, type FormField, type FilledIn, type Part, type Unit } from './units.ts'
import {
  changeList,
  insertPair,
  listAt,
  mapAt,
  pairOf,
  replaceValue,
  offsetOf,
  endOf,
  textAt,
  whereIn,
  whereUnder,
  type Put,
  type Splice,
} from './yaml-text.ts'

const ADDS = 'One more button'
const TITLE = 'A button says'
const TARGET = 'and leads to (a reply, an address or a phone number)'

/** The fields for a further button of the message with this id. */
export const newButton = (id: string): { fields: readonly [FormField, FormField] } => ({
  fields: [
    { id: `${id}.button.title`, label: TITLE, value: '', kind: 'line', adds: ADDS },
    { id: `${id}.button.target`, label: TARGET, value: '', kind: 'target', adds: ADDS },
  ],
})

/** A button in YAML. */
export const buttonAt = (title: string, target: string): Put =>
  mapAt([
    ['title', textAt(title)],
    [keyOf(target), textAt(target)],
  ])

/** The buttons of a message or card, and the fields for a further one. */
export const buttonUnits = (part: Part, map: YAMLMap): Unit[] => {
  const { text, group, id, isFlow } = part
  const pair = pairOf(map, 'buttons')
  const list = pair?.value ?? null
  if (list !== null && !isSeq(list))
    return [noteUnit(part, 'Its buttons are changed in the text of the script.')]
  const buttons = (list?.items ?? []) as (Node | null)[]
  const more = newButton(id)
  const isInside = isFlow || map.flow === true
  const where = list === null ? { isFlow: isInside, indent: 0 } : whereIn(text, list, isInside)
  const read = buttons.map((node, n) =>
    readButton({ ...part, id: `${id}.buttons.${n}`, isFlow: where.isFlow }, node),
  )
  const isOut = (n: number, given: FilledIn): boolean => {
    const title = read[n]?.title
    return title !== undefined && title !== null && given(title) === ''
  }
  const adding: Unit = {
    group,
    fields: buttons.length < LIMITS.buttons ? more.fields : [],
    change: (given) => {
      const [title = '', target = ''] = more.fields.map(given)
      const added = title === '' ? [] : [buttonAt(title, target)]
      if (list === null)
        return added.length === 0
          ? []
          : [insertPair(text, map, ['buttons', listAt(added)], { isFirst: false, isFlow })]
      return changeList(
        text,
        { map, name: 'buttons', list, isFlow: isInside },
        { remove: new Set(read.flatMap((_, n) => (isOut(n, given) ? n : []))), add: added },
      )
    },
  }
  return [
    ...read.flatMap(({ units }, n) =>
      units.map((unit): Unit => ({
        ...unit,
        change: (given) => (isOut(n, given) ? [] : unit.change(given)),
      })),
    ),
    adding,
  ]
}

/** `title` is the field that removes the button when it is emptied; null if the title has several languages. */
const readButton = (part: Part, node: Node | null): { title: FormField | null; units: Unit[] } => {
  const title = isMap(node) ? pairOf(node, 'title') : undefined
  const target = isMap(node) ? TARGETS.flatMap((key) => pairOf(node, key) ?? []).at(0) : undefined
  if (!isMap(node) || title === undefined || target === undefined)
    return { title: null, units: [noteUnit(part, 'A button: changed in the text of the script.')] }
  const { text, id, isFlow } = part
  const look = { label: TITLE, kind: 'line' } as const
  const titles = leafUnits(
    { ...part, id: `${id}.title` },
    title.value,
    whereUnder(text, node, title.key, isFlow),
    look,
  )
  return {
    title: isScalar(title.value) ? (titles[0]?.fields[0] ?? null) : null,
    units: [...titles, targetUnit(part, node, target)],
  }
}

const TARGETS = ['reply', 'url', 'call'] as const

const targetUnit = (
  { text, group, id, isFlow }: Part,
  map: YAMLMap,
  { key, value }: Pair<Node, Node | null>,
): Unit => {
  const field: FormField = {
    id: `${id}.target`,
    label: TARGET,
    value: (nodeText(value) ?? '').trim(),
    kind: 'target',
  }
  return {
    group,
    fields: [field],
    change: (given) => {
      const wanted = given(field)
      if (wanted === field.value || value === null) return []
      const where = whereUnder(text, map, key, isFlow)
      const changed: Splice[] = [replaceValue(text, value, textAt(wanted), where)]
      const name = keyOf(wanted)
      if (name === nodeText(key)) return changed
      return [{ start: offsetOf(key), end: endOf(text, key), put: name }, ...changed]
    },
  }
}

/** The key of a button's target. */
const keyOf = (target: string): (typeof TARGETS)[number] => {
  if (/^https?:\/\/|\{\{/i.test(target)) return 'url'
  return /^(?:tel:)?\+[\d\s().\-/]+$/i.test(target) ? 'call' : 'reply'
}
