import fc from 'fast-check'
import t from 'tap'
import { withEndsOf } from '../../src/editing/line-ends.ts'

t.test('a changed text has the line ends of its file, line by line where they are mixed', async (t) => {
  for (const [before, changed, after] of [
    ['a\nb\n', 'a\nc\n', 'a\nc\n'],
    ['a\r\nb\r\n', 'a\nc\nd\n', 'a\r\nc\r\nd\r\n'],
    ['a\r\nb\nc\nd\n', 'a\nb\nx\nd\n', 'a\r\nb\nx\nd\n'],
    ['a\r\nb\r\nc\nd', 'a\nb\nnew\nc\nd', 'a\r\nb\r\nnew\r\nc\nd'],
    ['a\r\nb\n', '', ''],
    ['a\r\n', 'a', 'a'],
    ['', 'a\n', 'a\n'],
  ] as const)
    t.equal(withEndsOf(before, changed), after, JSON.stringify(before))
})

t.test('what is not changed keeps every byte', async () => {
  const line = fc.tuple(fc.constantFrom('', 'a', 'b', 'say: x'), fc.constantFrom('\n', '\r\n'))
  fc.assert(
    fc.property(fc.array(line), fc.nat(), fc.constantFrom('', 'new\n', 'two\nnew\n'), (lines, at, put) => {
      const place = at % (lines.length + 1)
      const own = lines.map(([words, end]) => words + end)
      const changed = [...own.slice(0, place), put, ...own.slice(place)].join('').replaceAll('\r\n', '\n')
      const after = withEndsOf(own.join(''), changed)
      if (after.replaceAll('\r\n', '\n') !== changed) throw new Error('another text')
      if (put === '' && after !== own.join('')) throw new Error('another file')
      const ends = (text: string): number => text.split('\r\n').length
      const added = put.split('\n').length - 1
      if (Math.abs(ends(after) - ends(own.join(''))) > added) throw new Error('lines got other ends')
    }),
  )
})
