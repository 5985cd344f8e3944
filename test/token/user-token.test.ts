import t from 'tap'
import { readUserToken } from '../../src/token/user-token.ts'

const GOOD = [
  'user-token-1',
  '  user-token-1 ',
  '\n\tuser-token-1\r\n',
  '"user-token-1"',
  "' user-token-1 '\n",
  '`user-token-1`',
  'Bearer user-token-1',
  '\uFEFFuser-token-1',
  'https://localhost/#access_token=user-token-1&data_access_expiration_time=1&expires_in=5',
  'https://localhost/?x=1&access_token=user-token-1',
]

for (const input of GOOD) {
  t.test(`the token is found in ${JSON.stringify(input)}`, async (t) =>
    t.equal(readUserToken(input), 'user-token-1'),
  )
}

const EAA = `EAAGm0PX4ZCps${'BAKz9Tq'.repeat(20)}ZD`
const HALF = 90
const [HEAD, TAIL] = [EAA.slice(0, HALF), EAA.slice(HALF)]

const PASTED: [what: string, pasted: string][] = [
  ['the answer of curl', `{"access_token":"${EAA}","token_type":"bearer","expires_in":5183944}`],
  ['its answer in lines', `{\n  "access_token": "${EAA}",\n  "token_type": "bearer"\n}\n`],
  ['an old answer', `access_token=${EAA}&expires_in=5183944`],
  ['a line of .env', `FB_USER_TOKEN=${EAA}`],
  ['a line of a shell', `export FB_USER_TOKEN='${EAA}'`],
  ['a header', `Authorization: Bearer ${EAA}`],
  ['a header of curl', `-H "Authorization: Bearer ${EAA}" \\`],
  ['a call of curl', `curl -i -X GET "https://graph.facebook.com/v25.0/me?fields=id&access_token=${EAA}"`],
  ['a quoted entry of a list', `  "${EAA}",`],
  ['a statement', `'${EAA}';`],
  ['curly quotes', `“${EAA}”`],
  ['low quotes', `„${EAA}“`],
  ['guillemets', `« ${EAA} »`],
  ['zero-width characters', `\u200B${HEAD}\u200B${TAIL}\u2060\uFEFF`],
  ['a soft hyphen', `${HEAD}\u00AD${TAIL}`],
  ['a no-break space', `\u00A0${EAA}\u00A0`],
  ['two lines', `${HEAD}\n${TAIL}`],
  [
    'three lines of Windows, indented',
    `${EAA.slice(0, 60)} \r\n   ${EAA.slice(60, 120)}\r\n   ${EAA.slice(120)}\r\n`,
  ],
  ['lines of a narrow window', EAA.replaceAll(/.{16}/g, '$&\n')],
  ['a wrapped answer of curl', `{"access_token":"${HEAD}\n${TAIL}","token_type":"bearer"}`],
  ['a short head', `${EAA.slice(0, 12)}\n${EAA.slice(12)}`],
  ['a word on a line of its own below', `${EAA}\n\nThanks`],
  ['a wrapped query', `access_token=${HEAD}\n${TAIL}&expires_in=1`],
  ['words around it', `here is the token: ${EAA} (from Explorer)`],
  ['a sentence', `My token is ${EAA}, thanks`],
  ['two halves with a space between them', `${HEAD} ${TAIL}`],
  ['a text with its proof after it', `${EAA} ${'f0'.repeat(32)}`],
  ['a line above its proof', `${EAA}\n${'f0'.repeat(32)}\n`],
  ['the app secret behind it', `${EAA} ${'0123456789abcdef'.repeat(2)}`],
  ['the address that Facebook ends with #_=_', `http://localhost:3000/x?access_token=${EAA}#_=_`],
  ['two forms of the same', `${EAA}\n\nAuthorization: Bearer ${EAA}`],
  [
    'the address of the dialog',
    `https://localhost/#access_token=${EAA}&expires_in=5&long_lived_token=EAAlong${'x'.repeat(40)}`,
  ],
  ['a list with another secret', `verify_token=abc\nuser_token=${EAA}`],
]

for (const [what, pasted] of PASTED) {
  t.test(`the token is found in ${what}`, async (t) => t.equal(readUserToken(pasted), EAA))
}

t.test('the bar of an app token is written otherwise in an address', async (t) =>
  t.equal(readUserToken('access_token=600000000000001%7Cabc'), '600000000000001|abc'),
)

t.test('what else stands beside a token is named, and does not travel as one', async (t) => {
  const secret = '0123456789abcdef0123456789ABCDEF'
  for (const [pasted, what] of [
    [secret, /the secret of an app/],
    [` "${secret}" `, /the secret of an app/],
    ['600000000000001', /an id/],
  ] as const) {
    t.throws(() => readUserToken(pasted), { code: 'BOT_USER_TOKEN_INVALID', message: what })
  }
})

t.test('an Instagram token is named as one', async (t) => {
  for (const pasted of [`IGAA${'x'.repeat(100)}`, `{"access_token":"IGAAJ${'x'.repeat(100)}"}`]) {
    t.throws(() => readUserToken(pasted), { message: /an Instagram token/, remedy: /EAA/ })
  }
})

t.test('of two tokens neither is taken', async (t) => {
  const [one, other] = [EAA, `EAAB${'y'.repeat(80)}`]
  for (const pasted of [
    `${one}\n${other}`,
    `{"a":{"access_token":"${one}"},"b":{"access_token":"${other}"}}`,
  ]) {
    t.throws(() => readUserToken(pasted), { code: 'BOT_USER_TOKEN_INVALID', message: /more than one/ })
  }
})

const BAD = [
  '',
  ' \n ',
  '""',
  'two tokens',
  'token\nother',
  'tökén-1',
  'tok\u0000en',
  'tok\u001b[31men',
  'x'.repeat(5000),
  // A token would be found in it, after a long look.
  `${'words of a log, or of a whole page '.repeat(500)}\naccess_token=${EAA}`,
  'https://localhost/?code=AQDabc#_=_',
  'https%3A%2F%2Flocalhost%2F%23token',
]

for (const input of BAD) {
  t.test(`${JSON.stringify(input.slice(0, 20))} is refused without being repeated`, async (t) => {
    let error: unknown
    try {
      readUserToken(input)
    } catch (caught) {
      error = caught
    }
    t.match(error, { code: 'BOT_USER_TOKEN_INVALID', remedy: /copy the whole user token/i })
    if (input.trim().length > 2) t.notOk((error as Error).message.includes(input.trim()))
  })
}
