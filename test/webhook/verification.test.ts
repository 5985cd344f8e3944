import t from 'tap'
import { readChallenge } from '../../src/webhook/verification.ts'

const QUERY = { 'hub.mode': 'subscribe', 'hub.verify_token': 'verify-1', 'hub.challenge': '1158201444' }

t.test('the challenge comes back untouched', async (t) => {
  t.equal(readChallenge(QUERY, 'verify-1'), '1158201444')
  t.equal(readChallenge({ ...QUERY, 'hub.challenge': ' 007<b>' }, 'verify-1'), ' 007<b>')
})

t.test('anything that is not a verification with our token is refused', async (t) => {
  for (const query of [
    {},
    { ...QUERY, 'hub.mode': 'unsubscribe' },
    { ...QUERY, 'hub.mode': ['subscribe', 'subscribe'] },
    { ...QUERY, 'hub.verify_token': 'verify-2' },
    { ...QUERY, 'hub.verify_token': '' },
    { ...QUERY, 'hub.verify_token': undefined },
    { ...QUERY, 'hub.verify_token': ['verify-1', 'verify-1'] },
    { ...QUERY, 'hub.challenge': undefined },
    { ...QUERY, 'hub.challenge': ['1', '2'] },
  ]) {
    t.throws(
      () => readChallenge(query, 'verify-1'),
      { code: 'BOT_VERIFICATION_FAILED' },
      JSON.stringify(query),
    )
  }
})

t.test('the refusal does not tell the token', async (t) => {
  t.throws(() => readChallenge({}, 'verify-1'), { message: /^(?!.*verify-1)/ })
})
