import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import t from 'tap'
import { checkArrows, readRooms, refusals, type Room } from '../../tools/arrows.ts'

const TABLE = readFileSync(join(import.meta.dirname, '../../docs/architecture.md'), 'utf8')
const ROOMS = readRooms(TABLE)

/** A file in the room, deep inside where that is a folder. */
const fileIn = ({ place }: Room): string => (place.endsWith('/') ? `${place}inner/deep.ts` : place)

const pathTo = (from: Room, to: Room): string => {
  const path = relative(dirname(fileIn(from)), fileIn(to))
  return path.startsWith('.') ? path : `./${path}`
}

const PACKAGES = [
  'fastify',
  '@fastify/env',
  'fastify-plugin',
  'undici',
  'lowdb',
  'pg',
  'node:sqlite',
  'node:fs',
  'nodemailer',
  'evergreen-messenger/handlers',
]

t.test('no file imports what the table of its room does not name', (t) => {
  t.same(checkArrows(), [])
  t.end()
})

t.test('every import that the table does not name is refused, however it is written', (t) => {
  const written: string[] = []
  for (const [name, room] of ROOMS) {
    const refused = (text: string): boolean => refusals(ROOMS, fileIn(room), text).length === 1
    for (const [otherName, other] of ROOMS) {
      if (otherName === name) continue
      const path = pathTo(room, other)
      const isFree = room.imports.has(otherName)
      const ways = [
        `import { x } from '${path}'`,
        `import {\n  type A,\n  x,\n} from '${path}'`,
        `import '${path}'`,
        `  import { x } from "${path}"`,
        `const { x } = await import('${path}')`,
        `const { x } = await import(\n  \`${path}\`,\n)`,
        `const { x } = createRequire(import.meta.url)('${path}')`,
        `new Worker(new URL('${path}', import.meta.url))`,
      ]
      for (const text of ways) if (refused(text) === isFree) written.push(`${name}: ${text}`)
      const hasTypes = isFree || room.importsTypes.has(otherName)
      const types = [`import type { A } from '${path}'`, `import { type A, type B } from '${path}'`]
      for (const text of types) if (refused(text) === hasTypes) written.push(`${name}: ${text}`)
      const exports = ['{ x }', '*', 'type { A }'].map((names) => `export ${names} from '${path}'`)
      for (const text of exports) if (!refused(text)) written.push(`${name}: ${text}`)
    }
    for (const specifier of PACKAGES) {
      const isListed = room.packages.some((listed) =>
        listed.endsWith('*') ? specifier.startsWith(listed.slice(0, -1)) : specifier === listed,
      )
      const ways = [`import x from '${specifier}'`, `const x = await import("${specifier}")`]
      for (const text of ways) if (refused(text) === isListed) written.push(`${name}: ${text}`)
    }
    if (!refused(`import { x } from '${relative(dirname(fileIn(room)), 'test/helpers/clock.ts')}'`))
      written.push(`${name}: test`)
  }
  t.same(written, [])
  t.end()
})

t.test('a forbidden import in a file on the disk is found, and told with its reason', (t) => {
  const root = t.testdir({ docs: { 'architecture.md': TABLE } })
  for (const room of ROOMS.values()) {
    const file = join(root, fileIn(room))
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, room.place === 'src/graph/' ? "import { x } from '../../../plugins/graph.ts'\n" : '')
  }
  writeFileSync(join(root, 'src/loose.ts'), '')
  mkdirSync(join(root, 'src/cellar'))
  writeFileSync(join(root, 'src/cellar/deep.ts'), '')
  t.same(checkArrows(root), [
    {
      file: 'src/graph/inner/deep.ts',
      specifier: '../../../plugins/graph.ts',
      why: 'src/graph/ may not import plugins',
    },
    { file: 'src/cellar/deep.ts', specifier: '', why: 'is in no room' },
    { file: 'src/loose.ts', specifier: '', why: 'is in no room' },
  ])
  t.end()
})

t.test('what runs in one room never comes back to it by way of others', (t) => {
  const circles: string[] = []
  const walk = (name: string, way: readonly string[]): void => {
    if (way.includes(name)) {
      circles.push([...way.slice(way.indexOf(name)), name].join(' -> '))
      return
    }
    if (done.has(name)) return
    for (const next of ROOMS.get(name)?.imports ?? []) if (next !== name) walk(next, [...way, name])
    done.add(name)
  }
  const done = new Set<string>()
  for (const name of ROOMS.keys()) walk(name, [])
  t.same(circles, [])
  t.end()
})

t.test('a table that names a room that is none is refused', (t) => {
  t.throws(() => readRooms(TABLE.replace('types of messages', 'types of cellar')), /cellar, which is no room/)
  t.end()
})
