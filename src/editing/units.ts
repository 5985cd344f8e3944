import { isMap, isScalar, type Node, type Pair, type YAMLMap } from 'yaml'
import { looksTranslated } from '../script/localised.ts'
import { textOf } from '../script/shapes.ts'
import { replaceValue, textAt, whereUnder, type Splice, type Where } from './yaml-text.ts'

/** A place of a reply that can be filled in. */
export interface FormField {
  /** Where in the reply it is, such as `say.0.buttons.1.title`. */
  id: string
  label: string
  value: string
  /** `reply`: the name of one. `target`: that, an address or a phone number. `message`: filled in where the message is to go. */
  kind: 'line' | 'text' | 'phrases' | 'reply' | 'target' | 'message'
  /** What it is a place for, where it is there to add something. */
  adds?: string
}

/** What was filled in; the present value where nothing was posted. */
export type FilledIn = (field: FormField) => string

/** Fields that are changed together. */
export interface Unit {
  /** The heading that it stands under. */
  group: string
  fields: readonly FormField[]
  /** Says which part of the unit has no field. */
  note?: string
  change: (given: FilledIn) => readonly Splice[]
}

/** A part of the script that is taken apart into units. */
export interface Part {
  text: string
  group: string
  /** The beginning of the ids of its fields. */
  id: string
  /** Whether it is inside of something in flow style. */
  isFlow: boolean
}

const NO_CHANGE = (): readonly Splice[] => []

/** Something that only the text can be changed in. */
export const noteUnit = ({ group }: Part, note: string): Unit => ({
  group,
  fields: [],
  note,
  change: NO_CHANGE,
})

/** A text, or one for each language, each to be filled in. */
export const leafUnits = (
  part: Part,
  node: Node | null,
  where: Where,
  { label, kind }: Pick<FormField, 'label' | 'kind'>,
): Unit[] => {
  const { text, group, id } = part
  if (isMap(node) && looksTranslated(node)) {
    return (node.items as Pair<Node, Node | null>[]).flatMap(({ key, value }) => {
      const language = textOf(key) ?? ''
      const inside = whereUnder(text, node, key, where.isFlow)
      return leafUnits({ ...part, id: `${id}.${language}` }, value, inside, {
        label: `${label} (${language})`,
        kind,
      })
    })
  }
  if (!isScalar(node)) return [noteUnit(part, `${label}: changed in the text of the script`)]
  const field: FormField = { id, label, kind, value: (textOf(node) ?? '').trim() }
  return [
    {
      group,
      fields: [field],
      change: (given) => {
        const value = given(field)
        return value === field.value ? [] : [replaceValue(text, node, textAt(value), where)]
      },
    },
  ]
}

/** The pairs of a mapping, by their names. */
export const pairsOf = (map: YAMLMap): [name: string, pair: Pair<Node, Node | null>][] =>
  (map.items as Pair<Node, Node | null>[]).map((pair) => [textOf(pair.key) ?? '', pair])
