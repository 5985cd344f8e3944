import t from 'tap'
import { isJsonObject, parseJson } from '../../src/base/json.ts'

t.test('whole numbers beyond 2^53 keep every digit, as strings', async (t) => {
  t.same(parseJson('{"app_id":184719329217930021,"list":[-900719925474099300, 9007199254740993]}'), {
    app_id: '184719329217930021',
    list: ['-900719925474099300', '9007199254740993'],
  })
})

t.test('every other number stays a number', async (t) => {
  t.same(
    parseJson('[263902037430900,9007199254740991,0.1234567890123456,1e21,1234567890123456.5,-0]'),
    [263902037430900, 9007199254740991, 0.1234567890123456, 1e21, 1234567890123456.5, -0],
  )
})

t.test('digits inside texts are left alone', async (t) => {
  t.same(parseJson('{"text":"card: 12345678901234567890"}'), { text: 'card: 12345678901234567890' })
})

t.test('a long number is kept however deep the JSON around it is nested', async (t) => {
  const deep = '['.repeat(200_000) + ']'.repeat(200_000)
  t.match(parseJson(`{"id":12345678901234567,"deep":${deep}}`), { id: '12345678901234567' })
})

t.test('long numbers between texts of every kind, and none made of half a number', async (t) => {
  t.same(
    parseJson(String.raw`[ "a\\", 12345678901234567, "\"", "1,\" 12345678901234567,", -12345678901234567]`),
    ['a\\', '12345678901234567', '"', '1," 12345678901234567,', '-12345678901234567'],
  )
  t.same(
    parseJson('[ 1234567890123456.5, 1234567890123456e2, 0.1234567890123456]'),
    [1234567890123456.5, 1234567890123456e2, 0.1234567890123456],
  )
})

t.test('what is not JSON throws a SyntaxError, with and without long numbers', async (t) => {
  for (const text of [
    '',
    '{',
    'undefined',
    '[1,]',
    '{"id":12345678901234567',
    '\u{feff}{}',
    '{ 12345678901234567 : 1}',
    '[ 012345678901234567]',
  ]) {
    t.throws(() => parseJson(text), SyntaxError, text)
  }
})

t.test('only objects are objects', async (t) => {
  t.same([{}, [], null, 'x', 1, undefined].map(isJsonObject), [true, false, false, false, false, false])
})
