import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A room with its allowed imports, from its row of the table in docs/architecture.md. */
export interface Room {
  /** Path of its files from the root: a folder with a slash at its end, or one file. */
  place: string
  /** Names of rooms. */
  imports: ReadonlySet<string>
  /** Names of rooms of which it may import types, and nothing that runs. */
  importsTypes: ReadonlySet<string>
  /** Packages and built-in modules; `*` at the end is a wildcard. */
  packages: readonly string[]
}

/** By name: `graph` for `src/graph/`, `bin` for `bin/`. */
export type Rooms = ReadonlyMap<string, Room>

export interface Refusal {
  file: string
  specifier: string
  why: string
}

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** @throws Error when a row names a room that has no row */
export const readRooms = (markdown: string): Rooms => {
  const section = markdown.slice(markdown.indexOf('\n## Rooms\n'))
  const rows = [...section.slice(0, section.indexOf('\n## ', 5)).matchAll(ROW)]
  const places = new Map(rows.map(([, place = '']) => [nameOf(place), place]))
  const inSrc = [...places].flatMap(([name, place]) => (place.startsWith('src/') ? [name] : []))
  return new Map(
    rows.map(([, place = '', may = '']) => {
      const [rooms = '', packages = ''] = may.split(';')
      const items = rooms.split(',').map((item) => item.trim())
      const named = (which: string[]): Set<string> =>
        new Set(which.flatMap((name) => (name === 'src' ? inSrc : name === 'nothing of ours' ? [] : [name])))
      const types = items.filter((item) => item.startsWith('types of ')).map((item) => item.slice(9))
      const imports = named(items.filter((item) => !item.startsWith('types of ')))
      const importsTypes = named(types)
      for (const name of [...imports, ...importsTypes])
        if (!places.has(name)) throw new Error(`${place} may import ${name}, which is no room of the table`)
      const listed = [...packages.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
      return [nameOf(place), { place, imports, importsTypes, packages: listed }]
    }),
  )
}

const ROW = /^\| `([^`]+)` +\|[^|]*\| ([^|]*?) +\|$/gm

const nameOf = (place: string): string => place.replace(/^src\/|(?:\/src)?\/$|\.ts$/g, '')

/** The forbidden imports in a file's text; none for a file outside of all rooms. */
export const refusals = (rooms: Rooms, file: string, text: string): Refusal[] => {
  const own = roomOf(rooms, file)
  const room = own === null ? undefined : rooms.get(own)
  if (own === null || room === undefined) return []
  return importsOf(text).flatMap(({ specifier, isType, isExported }) => {
    const refuse = (why: string): Refusal[] => [
      { file, specifier, why: `${room.place} may not import ${why}` },
    ]
    if (!specifier.startsWith('.')) {
      const isListed = room.packages.some((name) =>
        name.endsWith('*')
          ? specifier.startsWith(name.slice(0, -1))
          : specifier === name || specifier.startsWith(`${name}/`),
      )
      return isListed ? [] : refuse(specifier)
    }
    const target = posix.join(posix.dirname(file), specifier)
    const other = roomOf(rooms, target)
    if (other === own || target === 'package.json') return []
    if (other === null) return refuse(`${target}, which is in no room`)
    // Re-exports are refused, because a third room could import through this one from a room that its own row does not name.
    if (isExported) return refuse(`${other} to export it again`)
    if (room.imports.has(other) || (isType && room.importsTypes.has(other))) return []
    return refuse(room.importsTypes.has(other) ? `more than types of ${other}` : other)
  })
}

const roomOf = (rooms: Rooms, file: string): string | null => {
  for (const [name, { place }] of rooms)
    if (place.endsWith('/') ? file.startsWith(place) : file === place) return name
  return null
}

const importsOf = (text: string): { specifier: string; isType: boolean; isExported: boolean }[] => {
  const statements = [...text.matchAll(STATEMENT)].map(([, word, isType, clause = '', specifier = '']) => ({
    specifier,
    isType: isType !== undefined || EVERY_NAME_IS_A_TYPE.test(clause),
    isExported: word === 'export',
  }))
  // Paths of workers and child processes count as imports, too.
  const paths = [...text.replace(STATEMENT, '').matchAll(PATH)].map(([, , path, , dynamic = '']) => ({
    specifier: path ?? dynamic,
    isType: false,
    isExported: false,
  }))
  return [...statements, ...paths]
}

const STATEMENT = /^\s*(import|export)\s+(type\s)?\s*([^'"`;]*?\s+from\s+|)['"]([^'"]+)['"]/gm

/** Any string that is the path of a module, and the argument of `import()`. */
const PATH = /(['"`])(\.{1,2}\/[^'"`\n]*\.[tj]s|node:[a-z/_]+)\1|\bimport\(\s*(['"`])([^'"`]+)\3/g

const EVERY_NAME_IS_A_TYPE = /^\{\s*type\s[^,]*(?:,\s*type\s[^,}]*)*,?\s*\}/

/** Checks all files of a checkout. */
export const checkArrows = (root = ROOT): Refusal[] => {
  const rooms = readRooms(readFileSync(join(root, 'docs/architecture.md'), 'utf8'))
  const known = [...rooms.values()].flatMap(({ place }) => filesIn(root, place))
  const homeless = filesIn(root, 'src/').filter((file) => roomOf(rooms, file) === null)
  return [
    ...known.flatMap((file) => refusals(rooms, file, readFileSync(join(root, file), 'utf8'))),
    ...homeless.map((file) => ({ file, specifier: '', why: 'is in no room' })),
  ]
}

const filesIn = (root: string, place: string): string[] =>
  place.endsWith('/')
    ? readdirSync(join(root, place), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && /\.[tj]s$/.test(entry.name))
        .map((entry) => relative(root, join(entry.parentPath, entry.name)))
        .toSorted()
    : [place]

if (process.argv[1] !== undefined && dirname(process.argv[1]) === import.meta.dirname) {
  const found = checkArrows()
  for (const { file, why } of found) console.error(`${file}: ${why} (docs/architecture.md, Rooms)`)
  process.exitCode = found.length === 0 ? 0 : 1
}
