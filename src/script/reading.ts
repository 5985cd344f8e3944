import { isAlias, Scalar, type Node } from 'yaml'
import type { JsonObject } from '../base/json.ts'
import { MAX_SCRIPT_NODES, MAX_TEMPLATE_DEPTH, MOST_COMPARED } from './limits.ts'
import { blankHint, signHint } from './look-alikes.ts'
import { quoted, ScriptError, wholeFile, type Mistake } from './mistakes.ts'
import type { Source } from './source.ts'
import { lineOf } from './syntax.ts'

/** Offsets in the script's text. */
export interface Place {
  start: number
  end: number
}

/** A reader of one kind of value. Answers undefined for a value it refused, having noted why. */
export interface Read<T> {
  (node: Node | null, reading: Reading): T | undefined
  /** What it takes, in the words of JSON Schema: for editors, which know no other. */
  schema?: () => JsonObject
}

/** Gives a reader its description. */
export const described = <T>(
  read: (node: Node | null, reading: Reading) => T | undefined,
  schema: () => JsonObject,
): Read<T> => Object.assign((node: Node | null, reading: Reading) => read(node, reading), { schema })

/** @throws TypeError for a reader without description: that would be a hole in the schema */
export const schemaOf = (read: Read<unknown>): JsonObject => {
  if (read.schema === undefined) throw new TypeError('a reader without description')
  return read.schema()
}

/**
 * Gives a reader a name in the schema, so that it can hold itself and is described once.
 */
export const defined = <T>(name: string, read: Read<T>): Read<T> => {
  DEFINITIONS.set(name, () => schemaOf(read))
  return described(read, () => ({ $ref: `#/$defs/${name}` }))
}

/** The descriptions of all named readers. */
export const definitions = (): JsonObject =>
  Object.fromEntries([...DEFINITIONS].map(([name, schema]) => [name, schema()]))

const DEFINITIONS = new Map<string, () => JsonObject>()

/** What is known of a file: null where there is none, and `private` where no visitor may have it. */
export type FileLook = { bytes: number; head: Uint8Array } | 'private' | null

export type LookAt = (path: string) => FileLook

/** One pass over a script: what was found wrong, and what can be checked only at the end. */
export interface Reading {
  /** Notes a mistake. */
  refuse: (place: Place, found: string, expected: string, hint?: string | null) => undefined
  /** The node itself, or what an alias stands for. */
  follow: (node: Node | null) => Node | null
  placeOf: (node: Node | null) => Place
  /** Where `part` stands within a node, counting its occurrences from 0; the node where it cannot be told. */
  placeWithin: (node: Node | null, part: string, nth?: number) => Place
  /** The text of the file at a place, fit to be shown. */
  shown: (place: Place) => string
  line: (place: Place) => number
  /** Variables met in texts; `checkMentions` takes them out and checks them against the known ones. */
  mentions: { variable: string; place: Place }[]
  /** Names of groups met in patterns; they are variables in the texts of the same reply. */
  groups: string[]
  /** Names of replies met; checked once all replies are read. */
  references: Reference[]
  /** Texts met in several languages; checked once the script's own language is known. */
  translations: { place: Place; languages: string[] }[]
  /** Replies that other replies continue with; the reader of the continuing reply takes them out. */
  goes: { name: string; place: Place }[]
  /** Names that conditions ask for. */
  wanted: { name: string; place: Place }[]
  /** Answers that buttons bring along to replies. */
  carries: { reply: string; name: string; place: Place }[]
  /** Conditions that ask for the visit, and for the opening hours. */
  asksFor: { visit: boolean; hours: Place | null }
  /** Looks at a file that stands beside the script. */
  lookAt: LookAt
  /** How many of the script's own names may still be compared with misspelt ones. */
  comparisons: { left: number }
  /** Goes one level deeper into items in items; false, with a mistake, where there are too many levels. */
  enter: (node: Node) => boolean
  leave: () => void
  /** Whether nothing was found wrong within a place. */
  isRight: (place: Place) => boolean
  /** How many mistakes were noted so far. */
  count: () => number
  /** All mistakes, in order of place. */
  mistakes: () => Mistake[]
}

export interface Reference {
  name: string
  place: Place
  /** Whether it is offered as a quick reply, which shows the title of the reply. */
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
    // What an alias stands for is read once for each use.
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
      // Below the first place where YAML lost its way, the tree is guesswork and so are mistakes in it.
      const reliable = source.syntax[0]?.offset ?? Number.POSITIVE_INFINITY
      const ours = found
        .filter(({ place }) => place.end < reliable)
        .map(({ place, mistake }) => ({ offset: place.start, mistake }))
      // What we made of a line says more than YAML's complaint about the rest of it.
      const lines = new Set(ours.map(({ mistake }) => mistake.line))
      return [...ours, ...source.syntax.filter(({ mistake }) => !lines.has(mistake.line))]
        .toSorted((a, b) => a.offset - b.offset)
        .map(({ mistake }) => withLineHint(mistake, source))
    },
  }
}

/** A blank that cannot be seen is the cause of whatever else is found in its line. */
const withLineHint = (mistake: Mistake, { text, lines }: Source): Mistake => {
  if (mistake.line === null) return mistake
  const line = lineOf(text, lines, mistake.line)
  return { ...mistake, hint: blankHint(line) ?? mistake.hint ?? signHint(line) }
}

/** A node for what is not there, so that it has a place. */
export const nothingAt = (offset: number): Node => {
  const nothing = new Scalar(null)
  nothing.range = [offset, offset, offset]
  return nothing
}
