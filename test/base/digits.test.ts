import t from 'tap'
import { latinDigits } from '../../src/base/digits.ts'

t.test('digits of other scripts become those of ASCII, and nothing else changes', async (t) => {
  t.equal(latinDigits('order ١٢٣, ۴۵۶, ७८९, ๐๑, １２, 𝟘𝟙'), 'order 123, 456, 789, 01, 12, 01')
  t.equal(latinDigits('№ ² Ⅳ 三 10 é'), '№ ² Ⅳ 三 10 é')
})

t.test('every digit of Unicode has its value', async (t) => {
  const all = Array.from({ length: 0x110000 }, (_, point) => point)
    .filter((point) => point < 0xd800 || point > 0xdfff)
    .map((point) => String.fromCodePoint(point))
    .filter((character) => /\p{Nd}/u.test(character))

  t.ok(all.length > 600)
  t.equal(latinDigits(all.join('')), '0123456789'.repeat(all.length / 10))
})
