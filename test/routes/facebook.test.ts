import t from 'tap'
import { signedRequest } from '../helpers/sign.ts'
import { buildSurface } from '../helpers/surface.ts'

const CLAIMS = { algorithm: 'HMAC-SHA256', issued_at: Date.UTC(2026, 10, 21, 12) / 1000, user_id: '218471' }

const post = (payload: string, type = 'application/x-www-form-urlencoded') => ({
  method: 'POST' as const,
  url: '/facebook/deauthorize',
  headers: { 'content-type': type },
  payload,
})

t.test('a deauthorize callback tells the Page tokens whom Facebook names', async (t) => {
  const { app, deauthorized } = await buildSurface(t)
  const claims = [CLAIMS, { ...CLAIMS, user_id: 0, profile_id: '100' }, { ...CLAIMS, user_id: undefined }]
  for (const claim of claims) {
    const answer = await app.inject(post(`signed_request=${signedRequest(claim)}`))
    t.equal(answer.statusCode, 200)
  }
  t.strictSame(deauthorized, [
    { userId: '218471', pageId: null },
    { userId: null, pageId: '100' },
    { userId: null, pageId: null },
  ])
})

t.test('a probe that hangs or fails does not keep Facebook waiting', async (t) => {
  const hanging = await buildSurface(t, { deauthorize: () => new Promise(() => {}) })
  t.match(await hanging.app.inject(post(`signed_request=${signedRequest(CLAIMS)}`)), { statusCode: 200 })

  const failing = await buildSurface(t, { deauthorize: () => Promise.reject(new Error('Graph is down')) })
  t.match(await failing.app.inject(post(`signed_request=${signedRequest(CLAIMS)}`)), { statusCode: 200 })
  await new Promise(setImmediate)
  t.match(
    failing.lines.find(({ level }) => level === 50),
    { err: { message: 'Graph is down' } },
  )
})

t.test('what Facebook did not sign probes nothing and is limited like any failed proof', async (t) => {
  const { app, deauthorized } = await buildSurface(t)
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
  t.equal(deauthorized.length, 1)
})

t.test('what is signed but makes no sense is 400', async (t) => {
  const { app, deauthorized } = await buildSurface(t)
  const answer = await app.inject(post(`signed_request=${signedRequest({ ...CLAIMS, algorithm: 'none' })}`))
  t.match(answer.json(), { statusCode: 400, code: 'BOT_BODY_INVALID' })
  t.same(deauthorized, [])
})

t.test('a recorded request is refused when it is old, and a repeat of one probes nothing', async (t) => {
  const { app, clock, deauthorized } = await buildSurface(t)
  const recorded = `signed_request=${signedRequest(CLAIMS)}`
  for (let n = 0; n < 40; n += 1) t.match(await app.inject(post(recorded)), { statusCode: 200 })
  t.equal(deauthorized.length, 1)

  clock.skip(60 * 60_000 + 1)
  const fresh = { ...CLAIMS, issued_at: clock.now() / 1000 }
  for (const old of [
    CLAIMS,
    { ...CLAIMS, user_id: '7' },
    { ...CLAIMS, issued_at: 1291836800 },
    { ...CLAIMS, issued_at: 'x' },
  ]) {
    const answer = await app.inject(post(`signed_request=${signedRequest(old)}`))
    t.match(answer.json(), { statusCode: 401, code: 'BOT_SIGNATURE_INVALID' }, JSON.stringify(old))
  }
  t.match(await app.inject(post(`signed_request=${signedRequest(fresh)}`)), { statusCode: 200 })
  t.equal(deauthorized.length, 2)
})
