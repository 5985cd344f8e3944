import t from 'tap'
import { oneLine, redact } from '../../src/graph/redact.ts'

// Put together here, so that nothing in this file looks like a real token.
const TOKEN_LIKE = `EAA${'Gabc123'.repeat(8)}`

t.test('secrets of the call and whatever looks like a token are taken out', async (t) => {
  const texts = [
    'token user-token-1 is bad',
    `Malformed access token ${TOKEN_LIKE}`,
    `Malformed access token something-short`,
    `The token ${TOKEN_LIKE} has expired`,
    'access_token=short-one&x=1',
    '{"input_token":"short-one"}',
    `app 600000000000001|abcdef0123456789 is unknown`,
    `signature ${'0123456789abcdef'.repeat(4)} is wrong`,
  ]
  for (const text of texts) {
    const shown = redact(text, ['user-token-1'])
    t.match(shown, /…/, text)
    t.notMatch(shown, /user-token-1|EAA|something-short|short-one|abcdef0123456789/, text)
  }
})

t.test('an ordinary message stays as it is', async (t) => {
  const text = '(#10) This message is sent outside of allowed window. Learn more: https://example.com/a'
  t.equal(redact(text, ['user-token-1', 'Hi']), text)
})

t.test('control characters and endless texts do not reach a terminal', async (t) => {
  t.equal(oneLine('a\u001b[31mred\u0007\r\nb', 100), 'a [31mred b')
  t.equal(oneLine('a\u202egnp.exe\u2066b', 100), 'a gnp.exe b')
  t.equal(redact('word '.repeat(500)).length, 401)
})
