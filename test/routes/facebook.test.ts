import t from 'tap'
import { signedRequest } from '../helpers/sign.ts'
import { buildSurface } from '../helpers/surface.ts'

const CLAIMS = { algorithm: 'HMAC-SHA256', issued_at: 1291836800, user_id: '218471' }

const post = (payload: string, type = 'application/x-www-form-urlencoded') => ({
  method: 'POST' as const,
  url: '/facebook/deauthorize',
  headers: { 'content-type': type },
  payload,
})

t.test('a deauthorize callback probes every Page, for the person it names is not known here', async (t) => {
  const { app, probed } = await buildSurface(t, { tokens: [{ pageId: '100', state: 'valid' }] })

  const answer = await app.inject(post(`signed_request=${signedRequest(CLAIMS)}`))

  t.equal(answer.statusCode, 200)
  t.same(probed, [undefined])
})

t.test('a deauthorize callback by a Page probes that Page, when it is one of ours', async (t) => {
  const { app, probed } = await buildSurface(t, { tokens: [{ pageId: '100', state: 'valid' }] })
  for (const profileId of ['100', '200']) {
    await app.inject(
      post(`signed_request=${signedRequest({ ...CLAIMS, user_id: 0, profile_id: profileId })}`),
    )
  }
  t.same(probed, ['100', undefined])
})

t.test('a probe that hangs or fails does not keep Facebook waiting', async (t) => {
  const hanging = await buildSurface(t, { probeTokens: () => new Promise(() => {}) })
  t.match(await hanging.app.inject(post(`signed_request=${signedRequest(CLAIMS)}`)), { statusCode: 200 })

  const failing = await buildSurface(t, { probeTokens: () => Promise.reject(new Error('Graph is down')) })
  t.match(await failing.app.inject(post(`signed_request=${signedRequest(CLAIMS)}`)), { statusCode: 200 })
  await new Promise(setImmediate)
  t.match(
    failing.lines.find(({ level }) => level === 50),
    { err: { message: 'Graph is down' } },
  )
})

t.test('what Facebook did not sign probes nothing and is limited like any failed proof', async (t) => {
  const { app, probed } = await buildSurface(t)
  for (const payload of [
    '',
    'signed_request=',
    'signed_request=a.b',
    'other=1',
    `signed_request=${signedRequest(CLAIMS, 'app-secret-2')}`,
    '%',
  ]) {
    t.match(
      (await app.inject(post(payload))).json(),
      { statusCode: 401, code: 'BOT_SIGNATURE_INVALID' },
      payload,
    )
  }
  t.match(await app.inject({ method: 'POST', url: '/facebook/deauthorize' }), { statusCode: 401 }, 'no body')
  t.match(await app.inject(post('{}', 'application/json')), { statusCode: 415 })
  t.match(await app.inject(post(`signed_request=${'a'.repeat(20_000)}`)), { statusCode: 413 })

  for (let i = 0; i < 20; i += 1) await app.inject(post('signed_request=a.b'))
  t.match(await app.inject(post('signed_request=a.b')), {
    statusCode: 429,
    headers: { 'retry-after': String },
  })
  t.match(
    await app.inject(post(`signed_request=${signedRequest(CLAIMS)}`)),
    { statusCode: 200 },
    'unlike Facebook',
  )
  t.same(probed, [undefined])
})

t.test('what is signed but makes no sense is 400', async (t) => {
  const { app, probed } = await buildSurface(t)
  const answer = await app.inject(post(`signed_request=${signedRequest({ ...CLAIMS, algorithm: 'none' })}`))
  t.match(answer.json(), { statusCode: 400, code: 'BOT_BODY_INVALID' })
  t.same(probed, [])
})
