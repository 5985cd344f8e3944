import type { Call } from './call.ts'
import { badParameter, GraphFailure, nonexistingField } from './failure.ts'
import { wordsOf } from './nodes.ts'
import { asText, isEmpty, unpack, type Params } from './params.ts'

/** One wanted field: `messages.limit(5){id,message}`. */
export interface Field {
  name: string
  /** The modifiers after it, such as `limit(5)`: `limit`, `after`, `as` and the like. */
  modifiers: Params
  fields: Field[] | undefined
  /** The nested fields as they were written, for links to further pages. */
  text: string | undefined
}

const DEEPEST = 6

/** The fields a call asks for, as a list, its JSON or `a,b`. */
export const wantedFields = ({ params }: Pick<Call, 'params'>, defaults: string): Field[] =>
  parseFields(params['fields']) ?? parseFields(defaults) ?? []

/** Reads Graph's field expansion; undefined when none was asked for. */
const parseFields = (value: unknown): Field[] | undefined => {
  if (isEmpty(value)) return undefined
  const list = unpack(value)
  const text = Array.isArray(list) ? list.join(',') : list
  if (typeof text !== 'string') throw badParameter('Param fields must be a string')
  return text.trim() === '' ? undefined : expand(text)
}

const expand = (text: string): Field[] => {
  let at = 0

  const list = (depth: number): Field[] => {
    const fields: Field[] = []
    for (;;) {
      fields.push(field(depth))
      skipSpace()
      if (text[at] !== ',') return fields
      at += 1
    }
  }

  const field = (depth: number): Field => {
    skipSpace()
    const name = take(/[A-Za-z0-9_]+/y)
    if (name === undefined || depth > DEEPEST) throw syntaxError(at, text)
    const before = modifiers()
    if (text[at] !== '{') return { name, modifiers: before, fields: undefined, text: undefined }
    const from = (at += 1)
    const fields = list(depth + 1)
    if (text[at] !== '}') throw syntaxError(at, text)
    const inner = text.slice(from, at)
    at += 1
    return { name, modifiers: { ...before, ...modifiers() }, fields, text: inner }
  }

  /** They stand before the nested fields in Meta's documentation, and behind them in public code that works. */
  const modifiers = (): Params => {
    const found: Params = {}
    for (;;) {
      const [, modifier, value] = /^\.([a-z_]+)\(([^()]*)\)$/.exec(take(/\.[a-z_]+\([^()]*\)/y) ?? '') ?? []
      if (modifier === undefined) return found
      found[modifier] = value
    }
  }

  const skipSpace = () => void take(/\s+/y)

  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    at += found?.length ?? 0
    return found
  }

  const fields = list(0)
  if (at < text.length) throw syntaxError(at, text)
  return fields
}

export type Readers = Record<string, (field: Field) => unknown>

/**
 * The asked fields of a node, in the order asked; `id` always comes along. An unknown field is an error. A field without a value,
 * or one that the sandbox does not model, is left out.
 */
export const project = (
  nodeType: string,
  wanted: readonly Field[],
  readers: Readers,
): Record<string, unknown> => {
  const node: Record<string, unknown> = {}
  for (const field of withId(wanted)) {
    const { name, modifiers } = field
    const read = Object.hasOwn(readers, name) ? readers[name] : undefined
    if (!read && !wordsOf(nodeType).has(name)) throw nonexistingField(name, nodeType)
    const value = read?.(field)
    if (value !== undefined && value !== null) node[asText(modifiers['as']) || name] = value
  }
  return node
}

const withId = (wanted: readonly Field[]): readonly Field[] =>
  wanted.some(({ name }) => name === 'id')
    ? wanted
    : [...wanted, { name: 'id', modifiers: {}, fields: undefined, text: undefined }]

/** Without a number in front: recorded so. */
const syntaxError = (at: number, text: string) =>
  new GraphFailure({ message: `Syntax error "Expected name." at character ${at}: ${text}`, code: 2500 })
