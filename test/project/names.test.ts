import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

const ROOT = join(import.meta.dirname, '../..')

/** What authors of code handlers write, and what a script has: the same thing in two notations. */
const IN_TWO_NOTATIONS = new Set([
  'Button',
  'Card',
  'Coupon',
  'Receipt',
  'buttons',
  'cards',
  'template',
  'text',
])
/** What each of the two databases has. */
const OF_EACH_DATABASE = new Set(['NEWEST_VERSION', 'migrate'])

/** The names that more than one file exports, each with its files. */
const exportedTwice = (kinds: string): { all: number; twice: [name: string, files: string[]][] } => {
  const places = new Map<string, Set<string>>()
  for (const file of globSync('{app,plugins,routes,src}/**/*.ts', { cwd: ROOT })) {
    const text = readFileSync(join(ROOT, file), 'utf8')
    for (const [, name = ''] of text.matchAll(new RegExp(`^export (?:${kinds}) (\\w+)`, 'gm')))
      places.set(name, (places.get(name) ?? new Set()).add(file))
  }
  const twice = [...places].filter(
    ([name, files]) => files.size > 1 && !IN_TWO_NOTATIONS.has(name) && !OF_EACH_DATABASE.has(name),
  )
  return { all: places.size, twice: twice.map(([name, files]) => [name, [...files]]) }
}

t.test('a type that two files export has two names', (t) => {
  const { all, twice } = exportedTwice('interface|type|class')
  t.ok(all > 500)
  t.same(twice, [])
  t.end()
})

t.test('a value that two files export has two names, so that one name means one thing', (t) => {
  const { all, twice } = exportedTwice('const|(?:async )?function\\*?')
  t.ok(all > 900)
  t.same(twice, [])
  t.end()
})
