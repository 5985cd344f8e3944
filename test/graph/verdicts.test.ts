import t from 'tap'
import type { Verdict } from '../../src/graph/error.ts'
import { decide, findRow } from '../../src/graph/decide.ts'
import { VERDICTS } from '../../src/graph/verdicts.ts'

const answer = (code: number | null, subcode: number | null = null, message = '', over = {}) => ({
  code,
  subcode,
  message,
  isTransient: false,
  httpStatus: 400,
  ...over,
})

// The reference's table (C3) read once more, by hand: code, subcode, verdict.
const REFERENCE: [code: number, subcode: number | null, verdict: Verdict][] = [
  [190, null, 'token_invalid'],
  [190, 458, 'token_invalid'],
  [190, 459, 'token_invalid'],
  [190, 460, 'token_invalid'],
  [190, 463, 'token_invalid'],
  [190, 464, 'token_invalid'],
  [190, 467, 'token_invalid'],
  [190, 490, 'token_invalid'],
  [190, 492, 'token_invalid'],
  [190, 493, 'token_invalid'],
  [190, 99_999, 'token_invalid'],
  [102, null, 'token_invalid'],
  [102, 463, 'token_invalid'],
  [101, null, 'configuration'],
  [452, null, 'token_invalid'],
  [2500, null, 'configuration'],
  [5, null, 'configuration'],
  [12, null, 'configuration'],
  [2635, null, 'configuration'],
  [104, null, 'configuration'],
  [413, null, 'permission'],
  [415, null, 'permission'],
  [33, null, 'bad_request'],
  [3, null, 'permission'],
  [10, null, 'permission'],
  [10, 1_893_063, 'restricted'],
  [10, 1_404_170, 'restricted'],
  [10, 2_018_336, 'unreachable'],
  [10, 2_534_077, 'permission'],
  [200, null, 'permission'],
  [200, 2_018_028, 'permission'],
  [200, 2_018_027, 'permission'],
  [200, 2_018_021, 'permission'],
  [200, 2_534_041, 'permission'],
  [230, null, 'permission'],
  [299, null, 'permission'],
  [368, null, 'restricted'],
  [2022, null, 'restricted'],
  [10_904, null, 'permission'],
  [2, 2_018_344, 'permission'],
  [1, 99, 'transient'],
  [10, 2_018_028, 'permission'],
  [10, 77_777, 'permission'],
  [200, 77_777, 'permission'],
  [210, null, 'permission'],
  [10, 1_545_041, 'unreachable'],
  [2_018_247, null, 'permission'],
  [100, 2_018_247, 'permission'],
  [2_018_300, null, 'unreachable'],
  [10, 2_018_300, 'unreachable'],
  [2_018_171, null, 'unreachable'],
  [2_018_234, null, 'unreachable'],
  [100, 2_534_037, 'unreachable'],
  [100, 2_534_029, 'restricted'],
  [10, 2_018_278, 'outside_window'],
  [10, 2_534_022, 'outside_window'],
  [10, 2_018_065, 'outside_window'],
  [10, 2_018_108, 'unreachable'],
  [10, 1_893_015, 'unreachable'],
  [551, null, 'unreachable'],
  [551, 1_545_041, 'unreachable'],
  [200, 1_545_041, 'unreachable'],
  [100, 2_018_001, 'unreachable'],
  [100, 2_534_014, 'unreachable'],
  [2_018_218, null, 'unreachable'],
  [100, 2_018_218, 'unreachable'],
  [2_018_321, null, 'transient'],
  [9_000_001, null, 'bad_request'],
  [4, null, 'rate_limited'],
  [4, 2_018_022, 'rate_limited'],
  [4, 2_018_354, 'bad_request'],
  [9, 2_018_352, 'rate_limited'],
  [17, null, 'rate_limited'],
  [17, 2_446_079, 'rate_limited'],
  [32, null, 'rate_limited'],
  [341, null, 'rate_limited'],
  [613, null, 'rate_limited'],
  [613, 2_534_040, 'rate_limited'],
  [613, 1996, 'rate_limited'],
  [613, 1_893_016, 'bad_request'],
  [613, 2_018_338, 'unreachable'],
  [80_001, null, 'rate_limited'],
  [80_002, null, 'rate_limited'],
  [80_006, null, 'rate_limited'],
  [80_008, null, 'rate_limited'],
  [1, null, 'transient'],
  [1, 1_357_046, 'transient'],
  [2, null, 'transient'],
  [1200, null, 'transient'],
  [-1, null, 'transient'],
  [100, null, 'bad_request'],
  [100, 33, 'bad_request'],
  [100, 2_018_008, 'bad_request'],
  [100, 2_018_014, 'bad_request'],
  [100, 2_018_015, 'unknown'],
  [100, 2_018_032, 'bad_request'],
  [100, 2_018_034, 'bad_request'],
  [100, 2_018_040, 'bad_request'],
  [100, 2_018_041, 'bad_request'],
  [100, 2_018_053, 'bad_request'],
  [100, 2_018_047, 'bad_request'],
  [100, 2_018_074, 'bad_request'],
  [100, 2_018_109, 'bad_request'],
  [100, 2_018_164, 'bad_request'],
  [100, 2_018_294, 'bad_request'],
  [100, 2_018_320, 'bad_request'],
  [100, 2_018_328, 'bad_request'],
  [100, 2_534_013, 'bad_request'],
  [100, 2_534_015, 'bad_request'],
  [100, 2_534_025, 'bad_request'],
  [1, 2_018_382, 'bad_request'],
  [10_303, null, 'bad_request'],
  [2200, null, 'bad_request'],
  [2_018_173, null, 'bad_request'],
  [2_018_175, null, 'bad_request'],
  [2_018_182, null, 'bad_request'],
  [2_018_185, null, 'bad_request'],
  [100, 2_018_188, 'bad_request'],
  [506, null, 'bad_request'],
  [1_609_005, null, 'bad_request'],
  [803, null, 'bad_request'],
]

for (const [code, subcode, verdict] of REFERENCE) {
  t.test(`${code}/${subcode ?? 'none'} means ${verdict}`, async (t) => {
    t.equal(decide(answer(code, subcode)), verdict)
  })
}

t.test('a message that is put together wrongly is its own fault, on the send edge', async (t) => {
  for (const code of [105, 194]) {
    t.equal(decide({ ...answer(code), edge: 'messages', once: true }), 'bad_request')
    t.equal(decide({ ...answer(code), edge: 'debug_token' }), 'unknown')
  }
})

t.test('no row of the table is out of reach', async (t) => {
  for (const row of VERDICTS) {
    const code = Array.isArray(row.code) ? row.code[0] : (row.code ?? row.subcode)
    const subcode = row.code === null || typeof row.subcode !== 'number' ? UNLISTED[row.subcode] : row.subcode
    const said = row.says ? TEXTS.find((text) => row.says?.test(text)) : ''
    const edge = row.edges?.[0] ?? 'debug_token'
    const found = findRow({ ...answer(code, subcode ?? null, said), edge })
    t.equal(found, row, `${row.meaning} (${code}/${subcode})`)
  }
})

/** A subcode that only a row for any of them fits. */
const UNLISTED: Record<string, number | null> = { any: 77_777, none: null }

const TEXTS = [
  'The Page is not published',
  '(#210) This call requires a Page access token.',
  '(#100) The text is empty',
  '(#100) Too many calls',
  '(#100) Param message[attachment] must be an object',
  '(#100) Param recipient must be non-empty',
  'Error validating application. Cannot get application info due to a system error.',
  'Invalid appsecret_proof provided in the API argument',
  'You must provide an app access token, or a user access token that is an owner or developer of the app',
  'API access deactivated. To reactivate, go to the app dashboard.',
  'The business requires two-factor authentication of this person',
  'Error validating authorization code.',
  'This authorization code has been used.',
  'This authorization code has expired.',
  'Invalid verification code format.',
  'Error validating verification code. Please make sure your redirect_uri is identical to the one you used',
  'An active access token must be used to query information about the current user.',
  'Cannot message users who are not admins, developers or testers of the app until it is reviewed and live',
  'Unsupported post request.',
  'Object does not exist, cannot be loaded due to missing permission or reviewable feature',
  'Your app does not have advanced access to pages_messaging',
  "This person isn't available right now",
  'The user has not opted in',
  'Another app is controlling this thread now.',
  'This message is sent outside of allowed window',
  "Please reduce the amount of data you're asking for, then retry your request",
  '(#100) The App_id in the input_token did not match the Viewing App',
  '(#100) Failed to fetch the file from the url',
  '(#389) Unable to fetch video file from URL.',
  '(#100) The message template is not approved',
  '(#100) Invalid tag.',
  'The user must be an administrator of the page in order to impersonate it.',
  "Your message couldn't be sent because it includes content that others have reported as abusive.",
  'The request is invalid because the app is configured as a desktop app',
  'This Page access token belongs to a Page that is not accessible.',
  "pages_messaging permission(s) must be granted before impersonating a user's page.",
  '(#200) Provide valid app ID',
  'Error validating application. Application has been deleted.',
  'You cannot access the app till you log in to www.facebook.com and follow the instructions given.',
  'Confirm your identity before you can publish as this Page.',
  '(#10) This action was not submitted due to new privacy rules in Europe and Japan.',
  'Your app is not set as the primary app for the page.',
]

t.test(
  'an object that is not there is the Page where we send for it, and what was asked for elsewhere',
  async (t) => {
    for (const [code, subcode] of [
      [33, null],
      [100, 33],
      [803, null],
    ] as const) {
      const unsupported =
        'Unsupported post request. Object with ID X does not exist, cannot be loaded due to missing permissions'
      for (const edge of ['messages', 'message_attachments', 'sender_action', 'pass_thread_control']) {
        t.equal(decide(answer(code, subcode, unsupported, { edge })), 'permission', `${code} on ${edge}`)
      }
      t.equal(
        decide(answer(code, subcode, unsupported, { edge: 'page' })),
        'bad_request',
        `${code} on a read`,
      )
    }
  },
)

t.test('a subcode of seven digits means the same under every code, and as a code', async (t) => {
  for (const [number, verdict] of [
    [2_018_278, 'outside_window'],
    [2_018_001, 'unreachable'],
    [2_018_108, 'unreachable'],
    [1_893_063, 'restricted'],
  ] as const) {
    for (const code of [10, 100, 200, 77_777])
      t.equal(decide(answer(code, number)), verdict, `${code}/${number}`)
    t.equal(decide(answer(number)), verdict, `${number}`)
  }
  t.equal(decide(answer(4, 2_018_008)), 'rate_limited', 'a limit stays one')
  t.equal(decide(answer(2, 2_018_008, '', { once: true })), 'ambiguous', 'no proof')
})

t.test('an undocumented error with status 429 is a limit', async (t) => {
  t.equal(decide(answer(77_777, null, '', { httpStatus: 429, once: true })), 'rate_limited')
  t.equal(decide(answer(null, null, '', { httpStatus: 429 })), 'rate_limited')
})

t.test('every remedy says what to do, and none asks for a token where a token does not help', async (t) => {
  for (const { meaning, remedy, byToken } of VERDICTS.filter((one) => one.remedy !== undefined)) {
    t.match(remedy, /^[A-Z].*\.$/, meaning)
    t.equal(/run `npm run bootstrap-token`/.test(remedy ?? ''), byToken === true, meaning)
  }
})

t.test('190 about the application is our configuration, never a dead token', async (t) => {
  const message = 'Error validating application. Cannot get application info due to a system error.'
  t.equal(decide(answer(190, null, message)), 'configuration')
  t.equal(decide(answer(101, null, message)), 'configuration')
  t.equal(decide(answer(190, null, 'Error validating access token: The session is invalid')), 'token_invalid')
})

t.test('a wrong app secret is our configuration, whichever code says so', async (t) => {
  for (const code of [1, 100]) {
    t.equal(decide(answer(code, null, 'Error validating client secret.')), 'configuration')
  }
  t.equal(
    decide(answer(100, null, 'API calls from the server require an appsecret_proof argument')),
    'configuration',
  )
  t.equal(decide(answer(100, null, 'Invalid appsecret_proof provided in the API argument')), 'configuration')
})

t.test('code 10 is a permission without a subcode and the window with 2018278', async (t) => {
  t.equal(decide(answer(10)), 'permission')
  t.equal(decide(answer(10, 2_018_278)), 'outside_window')
})

t.test('what does not prove that a message was not sent leaves it in doubt', async (t) => {
  const send = (code: number | null, over = {}) => decide(answer(code, null, '', { once: true, ...over }))
  for (const code of [1, 2, -1, 1200]) t.equal(send(code), 'ambiguous', `${code}`)
  for (const code of [1, 2, 4, 10, 100, 190, 551, 77_777, null]) {
    t.equal(send(code, { httpStatus: 500 }), 'ambiguous', `${code} with 500`)
  }
  t.equal(send(77_777, { isTransient: true }), 'ambiguous')
  t.equal(decide(answer(10, 2_018_321, '', { once: true })), 'transient', 'listed: it was refused')
})

t.test('an undocumented error is unknown, and worth a retry where Graph or the status says so', async (t) => {
  t.equal(decide(answer(77_777)), 'unknown')
  t.equal(decide(answer(77_777, null, '', { once: true })), 'unknown')
  t.equal(decide(answer(77_777, null, '', { isTransient: true })), 'transient')
  t.equal(decide(answer(77_777, null, '', { httpStatus: 503 })), 'transient')
  t.equal(decide(answer(null)), 'unknown')
  t.equal(decide(answer(null, null, '', { httpStatus: 500 })), 'transient')
})

t.test('is_transient does not overrule what the table knows', async (t) => {
  t.equal(decide(answer(4, null, '', { isTransient: true })), 'rate_limited')
  t.equal(decide(answer(190, 460, '', { isTransient: true })), 'token_invalid')
})
