import t from 'tap'
import type { Verdict } from '../../src/graph/error.ts'
import { decide, findRow, VERDICTS } from '../../src/graph/verdicts.ts'

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
  [190, 99_999, 'token_invalid'],
  [102, null, 'token_invalid'],
  [102, 463, 'token_invalid'],
  [101, null, 'configuration'],
  [452, null, 'token_invalid'],
  [2500, null, 'bad_request'],
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
  [2, 2_018_344, 'permission'],
  [1, 99, 'transient'],
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
  [613, 2_018_338, 'rate_limited'],
  [80_001, null, 'rate_limited'],
  [80_002, null, 'rate_limited'],
  [80_006, null, 'rate_limited'],
  [80_008, null, 'rate_limited'],
  [1, null, 'transient'],
  [1, 1_357_046, 'ambiguous'],
  [2, null, 'transient'],
  [1200, null, 'transient'],
  [-1, null, 'transient'],
  [100, null, 'bad_request'],
  [100, 33, 'bad_request'],
  [100, 2_018_008, 'bad_request'],
  [100, 2_018_014, 'bad_request'],
  [100, 2_018_015, 'bad_request'],
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

t.test('no row of the table is out of reach', async (t) => {
  for (const row of VERDICTS) {
    const code = Array.isArray(row.code) ? row.code[0] : (row.code ?? row.subcode)
    const subcode = row.code === null || typeof row.subcode !== 'number' ? null : row.subcode
    const said = row.says ? TEXTS.find((text) => row.says?.test(text)) : ''
    t.equal(findRow(answer(code, subcode, said)), row, `${row.meaning} (${code}/${subcode})`)
  }
})

const TEXTS = [
  'Error validating application. Cannot get application info due to a system error.',
  'Invalid appsecret_proof provided in the API argument',
  'You must provide an app access token, or a user access token that is an owner or developer of the app',
  "Please reduce the amount of data you're asking for, then retry your request",
  '(#100) The App_id in the input_token did not match the Viewing App',
]

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

t.test('an unknown error is worth a retry only where Graph or the status says so', async (t) => {
  t.equal(decide(answer(77_777)), 'bad_request')
  t.equal(decide(answer(77_777, null, '', { isTransient: true })), 'transient')
  t.equal(decide(answer(77_777, null, '', { httpStatus: 503 })), 'transient')
  t.equal(decide(answer(null)), 'bad_request')
  t.equal(decide(answer(null, null, '', { httpStatus: 500 })), 'transient')
})

t.test('is_transient does not overrule what the table knows', async (t) => {
  t.equal(decide(answer(4, null, '', { isTransient: true })), 'rate_limited')
  t.equal(decide(answer(190, 460, '', { isTransient: true })), 'token_invalid')
})
