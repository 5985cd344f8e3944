import { isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml'
import { nodeText } from '../script/nodes.ts'
import { looksTranslated } from '../script/localised.ts'
import { sayUnits } from './say-units.ts'
import { leafUnits, noteUnit, pairsOf, type FormField, type Part, type Unit } from './units.ts'
import {
  changeList,
  flowListAt,
  insertPair,
  pairOf,
  removePair,
  replaceValue,
  textAt,
  whereIn,
  whereUnder,
} from './yaml-text.ts'

/** A reply or the fallback with its place in the text. */
export interface AnswerPlace {
  text: string
  answer: YAMLMap
  isFlow: boolean
  /** The fallback has neither title nor phrases. */
  isReply: boolean
}

/** The number of empty fields for further choices. */
const MORE_CHOICES = 2

/** All units of a reply's form. */
export const answerUnits = ({ text, answer, isFlow, isReply }: AnswerPlace): Unit[] => {
  const part = (group: string, id: string): Part => ({
    text,
    group,
    id,
    isFlow: isFlow || answer.flow === true,
  })
  return [
    ...(isReply
      ? [
          ...titleUnits(part('When visitors get it', 'title'), answer),
          whenUnit(part('When visitors get it', 'when'), answer),
        ]
      : []),
    ...sayUnits(part('', 'say'), answer),
    ...askUnits(part('', 'ask'), answer),
    ...choicesUnits(part('Choices below', 'choices'), answer),
  ]
}

const titleUnits = (part: Part, answer: YAMLMap): Unit[] => {
  const { text, group, id, isFlow } = part
  const pair = pairOf(answer, 'title')
  const label = 'Title: what its button says elsewhere'
  if (pair !== undefined && !isScalar(pair.value)) {
    const where = whereUnder(text, answer, pair.key, isFlow)
    return leafUnits(part, pair.value, where, { label, kind: 'line' })
  }
  const field: FormField = { id, label, kind: 'line', value: nodeText(pair?.value ?? null) ?? '' }
  return [
    {
      group,
      fields: [field],
      change: (given) => {
        const value = given(field)
        if (value === field.value) return []
        if (pair === undefined || !isScalar(pair.value))
          return [insertPair(text, answer, ['title', textAt(value)], { isFirst: true, isFlow })]
        if (value === '') return [removePair(text, answer, 'title')]
        return [replaceValue(text, pair.value, textAt(value), whereUnder(text, answer, pair.key, isFlow))]
      },
    },
  ]
}

const whenUnit = (part: Part, answer: YAMLMap): Unit => {
  const { text, group, id, isFlow } = part
  const pair = pairOf(answer, 'when')
  const label = 'What visitors write, one on each line'
  const list = pair?.value ?? null
  const items: readonly (Node | null)[] = isSeq(list) ? (list.items as Node[]) : [list]
  if (list !== null && !isSeq(list) && !isScalar(list))
    return noteUnit(part, 'What it answers is changed in the text of the script.')
  const phrases = items.map((item) => (isScalar(item) ? oneLine(nodeText(item) ?? '') : null))
  const known = phrases.filter((phrase): phrase is string => phrase !== null && phrase !== '')
  const field: FormField = { id, label, kind: 'phrases', value: known.join('\n') }
  const others = items.filter((item) => item !== null && !isScalar(item)).length
  return {
    group,
    fields: [field],
    ...(others > 0 && { note: `${others} more that are no words: changed in the text of the script.` }),
    change: (given) => {
      const wanted = [...new Set(given(field).split('\n').map(oneLine))].filter((line) => line !== '')
      const added = wanted.filter((line) => !known.includes(line)).map(textAt)
      const removed = phrases.flatMap((phrase, index) =>
        phrase === null || phrase === '' || wanted.includes(phrase) ? [] : index,
      )
      if (added.length === 0 && removed.length === 0) return []
      if (pair === undefined)
        return [insertPair(text, answer, ['when', flowListAt(added)], { isFirst: true, isFlow })]
      if (isSeq(list))
        return changeList(
          text,
          { map: answer, name: 'when', list, isFlow },
          { remove: new Set(removed), add: added },
        )
      if (wanted.length === 0 || list === null) return [removePair(text, answer, 'when')]
      const [only] = wanted
      const put = wanted.length === 1 ? textAt(only ?? '') : flowListAt(wanted.map(textAt))
      return [replaceValue(text, list, put, whereUnder(text, answer, pair.key, isFlow))]
    },
  }
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()

const choicesUnits = (part: Part, answer: YAMLMap): Unit[] => {
  const { text, group, id, isFlow } = part
  const pair = pairOf(answer, 'choices')
  // No fields for choices in a reply with `ask`, because Facebook shows quick replies below its questions.
  if (pair === undefined && pairOf(answer, 'ask') !== undefined) return []
  const list = pair?.value ?? null
  if (list !== null && !isSeq(list)) return [noteUnit(part, 'Changed in the text of the script.')]
  const names = (list?.items ?? []).map((item) => nodeText(item as Node) ?? '')
  const fields = names.map((value, n): FormField => ({
    id: `${id}.${n}`,
    label: `Choice ${n + 1}`,
    value,
    kind: 'reply',
  }))
  const more = Array.from({ length: MORE_CHOICES }, (_, n): FormField => ({
    id: `${id}.new${n}`,
    label: 'One more choice',
    value: '',
    kind: 'reply',
  }))
  return [
    {
      group,
      fields: [...fields, ...more],
      change: (given) => {
        const added = more
          .map(given)
          .filter((name) => name !== '')
          .map(textAt)
        if (list === null) {
          const entry = ['choices', flowListAt(added)] as const
          return added.length === 0 ? [] : [insertPair(text, answer, entry, { isFirst: false, isFlow })]
        }
        const wanted = fields.map(given)
        return changeList(
          text,
          { map: answer, name: 'choices', list, isFlow },
          {
            remove: new Set(wanted.flatMap((name, n) => (name === '' ? n : []))),
            replace: new Map(
              wanted.flatMap((name, n) =>
                name === '' || name === names[n] ? [] : [[n, textAt(name)] as const],
              ),
            ),
            add: added,
          },
        )
      },
    },
  ]
}

const askUnits = (part: Part, answer: YAMLMap): Unit[] => {
  const pair = pairOf(answer, 'ask')
  if (pair === undefined) return []
  const { value } = pair
  const where = whereUnder(part.text, answer, pair.key, part.isFlow)
  if (isSeq(value)) {
    const inside = whereIn(part.text, value, part.isFlow)
    return (value.items as (Node | null)[]).flatMap((item, n) =>
      questionUnits(
        { ...part, group: `Question ${n + 1}`, id: `${part.id}.${n}`, isFlow: inside.isFlow },
        item,
      ),
    )
  }
  return questionUnits({ ...part, group: 'Question', isFlow: where.isFlow }, value)
}

const QUESTION = { question: 'What the visitor is asked', retry: 'Said when an answer does not fit' } as const

const questionUnits = (part: Part, node: Node | null): Unit[] => {
  if (!isMap(node) || looksTranslated(node)) return [noteUnit(part, 'Changed in the text of the script.')]
  return pairsOf(node).flatMap(([name, { key, value }]) => {
    const inside = { ...part, id: `${part.id}.${name}` }
    const where = whereUnder(part.text, node, key, part.isFlow)
    if (name === 'question' || name === 'retry')
      return leafUnits(inside, value, where, { label: QUESTION[name], kind: 'text' })
    if (name === 'one_of' && isSeq(value)) {
      const places = whereIn(part.text, value, where.isFlow)
      return (value.items as (Node | null)[]).flatMap((item, n) =>
        optionUnits({ ...inside, id: `${inside.id}.${n}`, isFlow: places.isFlow }, item, places, n),
      )
    }
    return []
  })
}

const optionUnits = (
  part: Part,
  node: Node | null,
  where: Parameters<typeof leafUnits>[2],
  n: number,
): Unit[] => {
  const look = { label: `Answer ${n + 1} to choose`, kind: 'line' } as const
  if (!isMap(node)) return leafUnits(part, node, where, look)
  const title = pairOf(node, 'title')
  return title === undefined
    ? []
    : leafUnits(part, title.value, whereUnder(part.text, node, title.key, part.isFlow), look)
}
