import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { readSignedRequest } from '../../src/webhook/signed-request.ts'
import { APP_SECRET, signedRequest } from '../helpers/sign.ts'
import { anyCharacter } from '../helpers/any-character.ts'

const CLAIMS = { algorithm: 'HMAC-SHA256', expires: 1291840400, issued_at: 1291836800, user_id: '218471' }

t.test('a signed_request says who is meant', async (t) => {
  t.match(readSignedRequest(signedRequest(CLAIMS), APP_SECRET), {
    userId: '218471',
    profileId: null,
    issuedAtMs: 1291836800000,
  })
  t.match(readSignedRequest(signedRequest({ ...CLAIMS, user_id: 0, profile_id: '100' }), APP_SECRET), {
    userId: null,
    profileId: '100',
    issuedAtMs: 1291836800000,
  })
})

t.test('a signature with padding is the same signature', async (t) => {
  const [signature, payload] = signedRequest(CLAIMS).split('.')
  t.match(readSignedRequest(`${signature}=.${payload}`, APP_SECRET), { userId: '218471' })
})

t.test('an id beyond 2^53 keeps every digit', async (t) => {
  const payload = Buffer.from('{"algorithm":"HMAC-SHA256","user_id":184719329217930021}').toString(
    'base64url',
  )
  const signature = createHmac('sha256', APP_SECRET).update(payload).digest('base64url')
  t.match(readSignedRequest(`${signature}.${payload}`, APP_SECRET), { userId: '184719329217930021' })
})

t.test('what this app did not sign is refused', async (t) => {
  const [signature = '', payload = ''] = signedRequest(CLAIMS).split('.')
  const forged = Buffer.from(JSON.stringify({ ...CLAIMS, user_id: '1' })).toString('base64url')
  for (const text of [
    undefined,
    null,
    7,
    ['x'],
    '',
    '.',
    payload,
    `.${payload}`,
    `${signature}.`,
    `${signature}.${forged}`,
    `${signature.slice(4)}.${payload}`,
    `${signature}.${payload}.${payload}`,
    signedRequest(CLAIMS, 'app-secret-2'),
  ]) {
    t.throws(() => readSignedRequest(text, APP_SECRET), { code: 'BOT_SIGNATURE_INVALID' }, String(text))
  }
})

t.test('what is signed must be a JSON object that names the algorithm', async (t) => {
  for (const claims of ['text', null, [], {}, { ...CLAIMS, algorithm: 'none' }]) {
    t.throws(() => readSignedRequest(signedRequest(claims), APP_SECRET), { code: 'BOT_BODY_INVALID' })
  }
})

t.test('no text whatever gets through', async (t) => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), (text) => {
      t.throws(() => readSignedRequest(text, APP_SECRET), { code: 'BOT_SIGNATURE_INVALID' })
    }),
    { numRuns: 200 },
  )
})
