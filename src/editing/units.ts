import { isMap, isScalar, type Node, type Pair, type YAMLMap } from 'yaml'
import { looksTranslated } from '../script/localised.ts'
import { nodeText } from '../script/nodes.ts'
import { replaceValue, textAt, whereUnder, type Splice, type Where } from './yaml-text.ts'

/** A field of a reply's form. */
export interface FormField {
  /** Its place in the reply, such as `say.0.buttons.1.title`. */
  id: string
  label: string
  value: string
  /**
   * `reply`: the name of a reply. `target`: the name of a reply, an address or a phone number. `message`: filled in to remove the
   * message.
   */
  kind: 'line' | 'text' | 'phrases' | 'reply' | 'target' | 'message'
  /** The part that the field adds; absent for a field of an existing part. */
  adds?: string
}

/** The posted value of a field, or its present value if none was posted. */
export type FilledIn = (field: FormField) => string

/** Fields that are changed together. */
export interface Unit {
  /** The heading above the unit. */
  group: string
  fields: readonly FormField[]
  /** A text about parts of the unit that have no field. */
  note?: string
  change: (given: FilledIn) => readonly Splice[]
}

/** A part of the script that is split into units. */
export interface Part {
  text: string
  group: string
  /** Prefix of the ids of its fields. */
  id: string
  /** Whether it is inside a value in flow style. */
  isFlow: boolean
}

const NO_CHANGE = (): readonly Splice[] => []

/** A unit without fields, for a part that can only be changed in the text. */
export const noteUnit = ({ group }: Part, note: string): Unit => ({
  group,
  fields: [],
  note,
  change: NO_CHANGE,
})

/** The fields of a text, or of its text in each language. */
export const leafUnits = (
  part: Part,
  node: Node | null,
  where: Where,
  { label, kind }: Pick<FormField, 'label' | 'kind'>,
): Unit[] => {
  const { text, group, id } = part
  if (isMap(node) && looksTranslated(node)) {
    return (node.items as Pair<Node, Node | null>[]).flatMap(({ key, value }) => {
      const language = nodeText(key) ?? ''
      const inside = whereUnder(text, node, key, where.isFlow)
      return leafUnits({ ...part, id: `${id}.${language}` }, value, inside, {
        label: `${label} (${language})`,
        kind,
      })
    })
  }
  if (!isScalar(node)) return [noteUnit(part, `${label}: changed in the text of the script`)]
  const field: FormField = { id, label, kind, value: (nodeText(node) ?? '').trim() }
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
  (map.items as Pair<Node, Node | null>[]).map((pair) => [nodeText(pair.key) ?? '', pair])
