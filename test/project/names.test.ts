import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

const ROOT = join(import.meta.dirname, '../..')
/** What authors of code handlers write, and what a script has: the same thing in two notations. */
const IN_TWO_NOTATIONS = new Set(['Button', 'Card', 'Coupon', 'Receipt'])

t.test('a type that two files export has two names', (t) => {
  const files = globSync('{app,plugins,routes,src}/**/*.ts', { cwd: ROOT })
  const places = new Map<string, string[]>()
  for (const file of files) {
    const text = readFileSync(join(ROOT, file), 'utf8')
    for (const [, name = ''] of text.matchAll(/^export (?:interface|type|class) (\w+)/gm))
      places.set(name, [...(places.get(name) ?? []), file])
  }
  t.ok(places.size > 500)
  t.same(
    [...places].filter(([name, where]) => where.length > 1 && !IN_TWO_NOTATIONS.has(name)),
    [],
  )
  t.end()
})
