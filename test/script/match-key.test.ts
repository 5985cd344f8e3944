import fc from 'fast-check'
import t from 'tap'
import { LOOKED_AT, matchKey, wordsOf } from '../../src/script/match-key.ts'

const SAME: [title: string, one: string, other: string][] = [
  ['case', 'When Are You OPEN', 'when are you open'],
  ['punctuation', 'When are you open?!', 'when are you open'],
  ['spaces', '  when\t are\nyou   open ', 'when are you open'],
  ['accents', 'Où êtes-vous situés ?', 'ou etes vous situes'],
  ['accents in two characters', 'cafe\u0301', 'café'],
  ['apostrophes of every kind', 'what’s up', "what's up"],
  ['a missing apostrophe', "what's up", 'whats up'],
  ['wide letters', 'ｏｐｅｎ　ｈｏｕｒｓ', 'open hours'],
  ['digits of other scripts', 'افتح ١٠:٣٠', 'افتح 10:30'],
  ['ligatures', 'ﬁnd us', 'find us'],
  ['sharp s', 'Straße', 'STRASSE'],
  ['a dotless i', 'KAPALI', 'kapalı'],
  ['Greek accents and final sigma', 'Ώρες λειτουργίας', 'ωρεσ λειτουργιασ'],
  ['Cyrillic yo', 'Ещё', 'еще'],
  ['Arabic vowel points and alefs', 'أَيْنَ أَنْتُمْ', 'اين انتم'],
  ['Persian letters on an Arabic keyboard', 'کیف چرمی', 'كيف چرمي'],
  ['Urdu letters on an Arabic keyboard', 'کہاں', 'كهاں'],
  ['Korean vowels that sound alike', '얼마예요', '얼마에요'],
  ['Hebrew points', 'שָׁלוֹם', 'שלום'],
  ['pictures beside words', 'thanks 👍🏽😊', 'thanks'],
  ['skin tones of a picture alone', '👍🏿', '👍'],
  ['a heart with and without variation selector', '❤️', '❤'],
  ['direction marks', '\u202Ehours\u202C', 'hours'],
  ['control characters', 'ho\u0000urs', 'ho urs'],
]

for (const [title, one, other] of SAME) {
  t.test(`${title} make no difference`, async (t) => {
    t.equal(matchKey(one), matchKey(other))
    t.not(matchKey(one), '')
  })
}

t.test('a text of ASCII has the key of the same text in wide letters', async () => {
  const wide = (text: string): string =>
    text.replace(/[!-~]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0))
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
      (text) => matchKey(text) === matchKey(wide(text)),
    ),
    { numRuns: 2000 },
  )
})

t.test('what differs stays different', async (t) => {
  t.not(matchKey('👍'), matchKey('👎'))
  t.not(matchKey('order 12'), matchKey('order 13'))
  // In Indic writing a mark is a vowel.
  t.not(matchKey('कि'), matchKey('का'))
  t.not(matchKey('は'), matchKey('ば'))
})

t.test('an elided article is a word of its own, a contraction is not', async (t) => {
  t.same(wordsOf(matchKey("l'adresse du magasin")), ['l', 'adresse', 'du', 'magasin'])
  t.same(wordsOf(matchKey("what's open")), ['whats', 'open'])
})

t.test('writing without spaces is taken two characters at a time', async (t) => {
  t.same(wordsOf(matchKey('営業時間は？')), ['営業', '業時', '時間', '間は'])
  t.same(wordsOf(matchKey('영업시간 open')), ['영업', '업시', '시간', 'open'])
  t.same(wordsOf(matchKey('犬')), ['犬'])
})

t.test('only the beginning of a message is looked at', async (t) => {
  t.equal(matchKey('a'.repeat(100_000)).length, LOOKED_AT)
  // One character that stands for eighteen.
  t.ok(matchKey('ﷺ'.repeat(100_000)).length <= LOOKED_AT)
  t.equal(matchKey(`${'a'.repeat(LOOKED_AT - 1)}👍`), 'a'.repeat(LOOKED_AT - 1))
})
