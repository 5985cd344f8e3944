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

t.test('what is not JSON throws a SyntaxError, with and without long numbers', async (t) => {
  for (const text of ['', '{', 'undefined', '[1,]', '{"id":12345678901234567', '\u{feff}{}']) {
    t.throws(() => parseJson(text), SyntaxError, text)
  }
})

t.test('only objects are objects', async (t) => {
  t.same([{}, [], null, 'x', 1, undefined].map(isJsonObject), [true, false, false, false, false, false])
})
