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
