import fc from 'fast-check'
import t from 'tap'
import { difference } from '../../src/editing/difference.ts'

const shown = (before: string, after: string) =>
  difference(before, after).map((lines) =>
    lines.map(({ is, text, number }) => `${{ same: ' ', gone: '-', new: '+' }[is]}${number} ${text}`),
  )

t.test('a difference shows what is gone and what is new, with the lines around', async (t) => {
  t.strictSame(shown('a\nb', 'a\nb'), [])
  t.strictSame(shown('1\n2\n3\n4\n5\n6\n7\n8\n9', '1\n2\n3\n4\nfive\n6\n7\n8\n9'), [
    [' 2 2', ' 3 3', ' 4 4', '-5 5', '+5 five', ' 6 6', ' 7 7', ' 8 8'],
  ])
  t.strictSame(shown('a\nb\nc', 'a\nx\nb\nc\nd'), [[' 1 a', '+2 x', ' 3 b', ' 4 c', '+5 d']])
  const far = (first: string, last: string) => [first, 'a\nb\nc\nd\ne\nf\ng\nh', last].join('\n')
  t.equal(shown(far('1', '2'), far('3', '4')).length, 2)
})

t.test('a difference leads from the one text to the other', async () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 })
    .map((lines) => lines.join('\n'))
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = difference(before, after).flat()
      const [a, b] = [before.split('\n'), after.split('\n')]
      const gone = lines.filter(({ is }) => is === 'gone')
      const fresh = lines.filter(({ is }) => is === 'new')
      for (const { text: line, number } of gone) if (a[number - 1] !== line) throw new Error('not in the old')
      for (const { text: line, number } of fresh)
        if (b[number - 1] !== line) throw new Error('not in the new')
      const kept = (all: string[], out: typeof gone) =>
        all.filter((_, n) => !out.some(({ number }) => number === n + 1)).join('\n')
      if (kept(a, gone) !== kept(b, fresh)) throw new Error('what is left differs')
    }),
  )
})
