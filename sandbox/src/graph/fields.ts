import { badParameter } from './failure.ts'

/** One wanted field: `messages.limit(5){id,message}`. */
export interface Field {
  name: string
  limit: number | undefined
  fields: Field[] | undefined
}

const DEEPEST = 6

/** Reads Graph's field expansion; undefined when none was asked for. */
export const parseFields = (text: string | undefined): Field[] | undefined => {
  if (text === undefined || text.trim() === '') return undefined
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
    if (name === undefined || depth > DEEPEST) throw syntaxError(at)
    let limit: number | undefined
    for (;;) {
      const modifier = take(/\.[a-z_]+\([^()]*\)/y)
      if (modifier === undefined) break
      const digits = /^\.limit\((\d+)\)$/.exec(modifier)?.[1]
      if (digits !== undefined) limit = Number(digits)
    }
    if (text[at] !== '{') return { name, limit, fields: undefined }
    at += 1
    const fields = list(depth + 1)
    if (text[at] !== '}') throw syntaxError(at)
    at += 1
    return { name, limit, fields }
  }

  const skipSpace = () => void take(/\s+/y)

  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    at += found?.length ?? 0
    return found
  }

  const fields = list(0)
  if (at < text.length) throw syntaxError(at)
  return fields
}

/** The asked fields of a node, in the order asked; `id` always comes along. A field it cannot have is an error, one it lacks is left out. */
export const project = (
  nodeType: string,
  wanted: readonly Field[],
  readers: Record<string, (field: Field) => unknown>,
): Record<string, unknown> => {
  const node: Record<string, unknown> = {}
  for (const field of withId(wanted)) {
    const read = Object.hasOwn(readers, field.name) ? readers[field.name] : undefined
    if (!read) {
      throw badParameter(`Tried accessing nonexisting field (${field.name}) on node type (${nodeType})`)
    }
    const value = read(field)
    if (value !== undefined && value !== null) node[field.name] = value
  }
  return node
}

const withId = (wanted: readonly Field[]): readonly Field[] =>
  wanted.some(({ name }) => name === 'id')
    ? wanted
    : [...wanted, { name: 'id', limit: undefined, fields: undefined }]

const syntaxError = (at: number) => badParameter(`Syntax error "Expected name." at character ${at}: fields`)
