import { isAlias, Scalar, type Node } from 'yaml'
import type { JsonObject } from '../base/json.ts'
import { MAX_SCRIPT_NODES, MAX_TEMPLATE_DEPTH, MOST_COMPARED } from './limits.ts'
import { blankHint, signHint } from './look-alikes.ts'
import { mendedLine } from './mended-line.ts'
import { quoted, ScriptError, wholeFile, type Mistake } from './mistakes.ts'
import type { Source } from './source.ts'
import { lineOf, NO_COMMA } from './syntax.ts'

/** Offsets in the script's text. */
export interface Place {
  start: number
  end: number
}

/** A reader of one kind of value. Returns undefined for a value that it refused and noted. */
export interface Read<T> {
  (node: Node | null, reading: Reading): T | undefined
  /** JSON Schema of the accepted values, for editors. */
  schema?: () => JsonObject
}

/** Adds the schema to a reader. */
export const described = <T>(
  read: (node: Node | null, reading: Reading) => T | undefined,
  schema: () => JsonObject,
): Read<T> => Object.assign((node: Node | null, reading: Reading) => read(node, reading), { schema })

/** @throws TypeError for a reader without a schema, which would leave a hole in the whole one */
export const schemaOf = (read: Read<unknown>): JsonObject => {
  if (read.schema === undefined) throw new TypeError('a reader without description')
  return read.schema()
}

/** Gives a reader a name in the schema, so that it can contain itself and is described once. */
export const defined = <T>(name: string, read: Read<T>): Read<T> => {
  DEFINITIONS.set(name, () => schemaOf(read))
  return described(read, () => ({ $ref: `#/$defs/${name}` }))
}

/** The schemas of all named readers. */
export const definitions = (): JsonObject =>
  Object.fromEntries([...DEFINITIONS].map(([name, schema]) => [name, schema()]))

const DEFINITIONS = new Map<string, () => JsonObject>()

/** The look of a file: null where there is none, `private` where no visitor may get it. */
export type FileLook = { bytes: number; head: Uint8Array } | 'private' | null

export type LookAt = (path: string) => FileLook

/** State of reading one script: mistakes found, and checks left for the end. */
export interface Reading {
  /** Notes a mistake. */
  refuse: (place: Place, found: string, expected: string, hint?: string | null) => undefined
  /** The node itself, or the target of an alias. */
  follow: (node: Node | null) => Node | null
  placeOf: (node: Node | null) => Place
  /** The place of the `nth` occurrence of `part` in a node, from 0; the node's own place where it cannot be found. */
  placeWithin: (node: Node | null, part: string, nth?: number) => Place
  /** The text of the file at a place, for a message. */
  shown: (place: Place) => string
  line: (place: Place) => number
  /** Variables in texts; `checkMentions` removes them and compares them with the known ones. */
  mentions: { variable: string; place: Place }[]
  /** Names of groups in patterns; they are variables in the texts of the same reply. */
  groups: string[]
  /** References to replies, checked once all replies are read. */
  references: Reference[]
  /** Texts in several languages, checked once the script's own language is known. */
  translations: { place: Place; languages: string[] }[]
  /** Replies that a reply continues with; the reader of that reply removes them. */
  goes: { name: string; place: Place }[]
  /** Names that conditions ask for. */
  wanted: { name: string; place: Place }[]
  /** Answers that buttons bring along for replies. */
  carries: { reply: string; name: string; place: Place }[]
  /** Conditions that ask for the visit, and for the opening hours. */
  asksFor: { visit: boolean; hours: Place | null }
  /** Looks at a file that stands beside the script. */
  lookAt: LookAt
  /** How many of the script's names may still be compared with misspelt ones. */
  comparisons: { left: number }
  /** Goes one level deeper into items in items; notes a mistake and returns false at too many levels. */
  enter: (node: Node) => boolean
  leave: () => void
  /** Whether no mistake was found within a place. */
  isRight: (place: Place) => boolean
  /** Mistakes noted so far. */
  count: () => number
  /** All mistakes, in order of place. */
  mistakes: () => Mistake[]
}

export interface Reference {
  name: string
  place: Place
  /** Whether the reply is offered as a quick reply, which shows its title. */
  offered: boolean
}

export const createReading = (source: Source, lookAt: LookAt): Reading => {
  const found: { place: Place; mistake: Mistake }[] = []
  const known = new Set<string>()
  let visited = 0
  let depth = 0

  const placeOf = (node: Node | null): Place => {
    const [start, end] = node?.range ?? [0, 0]
    return { start, end }
  }

  const refuse: Reading['refuse'] = (place, what, expected, hint = null) => {
    // The target of an alias is read once for each use.
    const key = `${place.start} ${expected}`
    if (known.has(key)) return
    known.add(key)
    const { line, col } = source.lines.linePos(place.start)
    found.push({ place, mistake: { line, column: col, found: what, expected, hint } })
  }

  return {
    refuse,
    enter: (node) => {
      if (depth < MAX_TEMPLATE_DEPTH) {
        depth += 1
        return true
      }
      refuse(placeOf(node), 'too many levels', `at most ${MAX_TEMPLATE_DEPTH} levels of messages in messages`)
      return false
    },
    leave: () => {
      depth -= 1
    },
    isRight: ({ start, end }) => !found.some(({ place }) => place.start >= start && place.end <= end),
    follow: (node) => {
      visited += 1
      if (visited > MAX_SCRIPT_NODES) {
        throw new ScriptError(source.file, [
          wholeFile(
            `aliases (*) that stand for more than ${MAX_SCRIPT_NODES.toLocaleString('en')} values`,
            'fewer',
          ),
        ])
      }
      return isAlias(node) ? (source.aliases.get(node) ?? nothingAt(placeOf(node).start)) : node
    },
    placeOf,
    placeWithin: (node, part, nth = 0) => {
      const { start, end } = placeOf(node)
      const own = source.text.slice(start, end)
      let offset = own.indexOf(part)
      for (let count = 0; count < nth && offset !== -1; count += 1) {
        offset = own.indexOf(part, offset + part.length)
      }
      return offset === -1 ? { start, end } : { start: start + offset, end: start + offset + part.length }
    },
    shown: ({ start, end }) => quoted(source.text.slice(start, Math.min(end, start + 200))),
    line: ({ start }) => source.lines.linePos(start).line,
    mentions: [],
    groups: [],
    references: [],
    translations: [],
    goes: [],
    wanted: [],
    carries: [],
    asksFor: { visit: false, hours: null },
    lookAt,
    comparisons: { left: MOST_COMPARED },
    count: () => found.length,
    mistakes: () => {
      // Below the first syntax error the tree is guesswork, and so are mistakes in it.
      const reliable = source.syntax[0]?.offset ?? Number.POSITIVE_INFINITY
      const misread = source.syntax.flatMap(({ mistake }) => (mistake.found === NO_COMMA ? mistake.line : []))
      const ours = found
        .filter(({ place, mistake }) => place.end < reliable && !misread.includes(mistake.line))
        .map(({ place, mistake }) => ({ offset: place.start, mistake }))
      // Our own message about a line says more than YAML's complaint about it.
      const lines = new Set(ours.map(({ mistake }) => mistake.line))
      return [...ours, ...source.syntax.filter(({ mistake }) => !lines.has(mistake.line))]
        .toSorted((a, b) => a.offset - b.offset)
        .map(({ mistake }) => withLineHint(mistake, source))
    },
  }
}

/** An invisible blank is the cause of any other mistake in its line. */
const withLineHint = (mistake: Mistake, { text, lines }: Source): Mistake => {
  if (mistake.line === null) return mistake
  const line = lineOf(text, lines, mistake.line)
  const told = { ...mistake, hint: blankHint(line) ?? mistake.hint ?? signHint(line) }
  const mended = mendedLine(line, told)
  return mended === undefined ? told : { ...told, mended }
}

/** A node for a missing value, so that it has a place. */
export const nothingAt = (offset: number): Node => {
  const nothing = new Scalar(null)
  nothing.range = [offset, offset, offset]
  return nothing
}
