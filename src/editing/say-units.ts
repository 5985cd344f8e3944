import { isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml'
import { MEDIA_TYPES } from '../messages.ts'
import { looksTranslated } from '../script/localised.ts'
import { nodeText } from '../script/nodes.ts'
import { buttonAt, buttonUnits, newButton } from './button-units.ts'
import { outField } from './messages.ts'
import { leafUnits, noteUnit, pairsOf, type FormField, type Part, type Unit } from './units.ts'
import {
  changeList,
  insertPair,
  itemMapAt,
  listAt,
  pairOf,
  replaceValue,
  textAt,
  whereIn,
  whereUnder,
  type Where,
} from './yaml-text.ts'

/** The messages of a reply, each under its own heading, and the field for a further one. */
export const sayUnits = (part: Part, answer: YAMLMap): Unit[] => {
  const { text, isFlow } = part
  const pair = pairOf(answer, 'say')
  const more: FormField = { id: 'say.new', label: 'One more message', value: '', kind: 'text' }
  if (pair === undefined || pair.value === null) {
    return [
      {
        group: 'What the bot says',
        fields: [{ ...more, label: 'A message' }],
        change: (given) => {
          const value = given(more)
          const entry = ['say', textAt(value)] as const
          return value === '' ? [] : [insertPair(text, answer, entry, { isFirst: false, isFlow })]
        },
      },
    ]
  }
  const { key, value } = pair
  if (!isSeq(value)) {
    const where = whereUnder(text, answer, key, isFlow)
    const one = { ...part, group: 'Message 1', id: 'say.0', isFlow: where.isFlow }
    return isScalar(value) ? [onlyText(one, value, where, more)] : itemUnits(one, value, where)
  }
  const where = whereIn(text, value, isFlow)
  const items = value.items as (Node | null)[]
  const out = items.map((_, n): FormField => ({
    id: outField(n),
    label: `message ${n + 1}`,
    value: '',
    kind: 'message',
  }))
  const isOut = (n: number, given: Parameters<Unit['change']>[0]): boolean => given(out[n] ?? more) !== ''
  return [
    ...items.flatMap((item, n): Unit[] => {
      const group = `Message ${n + 1}`
      const inside = { ...part, group, id: `say.${n}`, isFlow: where.isFlow }
      const units = itemUnits(inside, item, where).map((unit): Unit => ({
        ...unit,
        // A removed message is not changed as well.
        change: (given) => (isOut(n, given) ? [] : unit.change(given)),
      }))
      return [...units, { group, fields: [out[n] ?? more], change: () => [] }]
    }),
    {
      group: 'One more message',
      fields: [more],
      change: (given) =>
        changeList(
          text,
          { map: answer, name: 'say', list: value, isFlow },
          {
            remove: new Set(items.flatMap((_, n) => (isOut(n, given) ? n : []))),
            add: given(more) === '' ? [] : [textAt(given(more))],
          },
        ),
    },
  ]
}

/** A single text as the value of `say`; it becomes a list when a message is added. */
const onlyText = (part: Part, node: Node, where: Where, more: FormField): Unit => {
  const { text, group, id } = part
  const own: FormField = { id, label: 'Text', value: (nodeText(node) ?? '').trim(), kind: 'text' }
  const button = newButton(id)
  return {
    group,
    fields: [own, ...button.fields, more],
    change: (given) => {
      const put = textAt(given(own))
      const [title, target] = button.fields.map(given)
      const further = given(more) === '' ? [] : [textAt(given(more))]
      const first = title ? withButton(put, title, target ?? '') : put
      if (title || further.length > 0) return [replaceValue(text, node, listAt([first, ...further]), where)]
      return given(own) === own.value ? [] : [replaceValue(text, node, put, where)]
    },
  }
}

const withButton = (put: ReturnType<typeof textAt>, title: string, target: string) =>
  itemMapAt([
    ['text', put],
    ['buttons', listAt([buttonAt(title, target)])],
  ])

const itemUnits = (part: Part, node: Node | null, where: Where): Unit[] => {
  const { text, group, id } = part
  if (isScalar(node)) {
    const own: FormField = { id, label: 'Text', value: (nodeText(node) ?? '').trim(), kind: 'text' }
    const button = newButton(id)
    return [
      {
        group,
        fields: [own, ...button.fields],
        change: (given) => {
          const put = textAt(given(own))
          const [title, target] = button.fields.map(given)
          if (title) return [replaceValue(text, node, withButton(put, title, target ?? ''), where)]
          return given(own) === own.value ? [] : [replaceValue(text, node, put, where)]
        },
      },
    ]
  }
  if (!isMap(node)) return [noteUnit(part, 'Changed in the text of the script.')]
  if (looksTranslated(node)) return leafUnits(part, node, where, { label: 'Text', kind: 'text' })
  return mappedUnits(part, node)
}

const LEAVES: Readonly<Record<string, Pick<FormField, 'label' | 'kind'>>> = {
  text: { label: 'Text', kind: 'text' },
  title: { label: 'Title', kind: 'line' },
  subtitle: { label: 'Line below the title', kind: 'line' },
  ...Object.fromEntries(
    MEDIA_TYPES.map((type) => [type, { label: `Address or file of the ${type}`, kind: 'line' as const }]),
  ),
}

/** Headings for messages inside messages, by their key. */
const INNER: Readonly<Record<string, string>> = { say: 'if so', else: 'otherwise', any: 'one of these' }

const mappedUnits = (part: Part, map: YAMLMap): Unit[] => {
  const units = pairsOf(map).flatMap(([name, { key, value }]): Unit[] => {
    const inside = { ...part, id: `${part.id}.${name}` }
    const where = whereUnder(part.text, map, key, part.isFlow)
    const leaf = LEAVES[name]
    if (leaf !== undefined) return leafUnits(inside, value, where, leaf)
    const inner = INNER[name]
    if (inner !== undefined)
      return listed({ ...inside, group: `${part.group}, ${inner}` }, value, where, itemUnits)
    if (name === 'cards')
      return listed(
        inside,
        value,
        where,
        (card, node) => (isMap(node) ? mappedUnits(card, node) : []),
        'card',
      )
    if (name === 'buttons') return []
    return [noteUnit(part, `${nameOf(name)}: changed in the text of the script.`)]
  })
  const takesButtons = ['text', 'title', 'image', 'video'].some((name) => pairOf(map, name) !== undefined)
  return takesButtons ? [...units, ...buttonUnits(part, map)] : units
}

const nameOf = (key: string): string => (key === 'if' ? 'The condition' : `"${key}"`)

/** Units of a single value or of a list; items of a list with a heading get their number. */
const listed = (
  part: Part,
  node: Node | null,
  where: Where,
  units: (part: Part, node: Node | null, where: Where) => Unit[],
  called: string | null = null,
): Unit[] => {
  if (!isSeq(node)) return units(part, node, where)
  const inside = whereIn(part.text, node, where.isFlow)
  return (node.items as (Node | null)[]).flatMap((item, n) =>
    units(
      {
        ...part,
        id: `${part.id}.${n}`,
        isFlow: inside.isFlow,
        group: `${part.group}${called === null ? '' : `, ${called}`} ${n + 1}`,
      },
      item,
      inside,
    ),
  )
}
