import t from 'tap'
import { signedRequest } from '../helpers/sign.ts'
import { buildSurface } from '../helpers/surface.ts'

const CLAIMS = { algorithm: 'HMAC-SHA256', issued_at: Date.UTC(2026, 10, 21, 12) / 1000, user_id: '218471' }

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

const ask = (payload: string) => ({
  method: 'POST' as const,
  url: '/facebook/data-deletion',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  payload,
})

t.test('a request is confirmed, and its page says honestly what becomes of it', async (t) => {
  const { app, lines } = await buildSurface(t, { env: { PUBLIC_URL: 'https://bot.example' } })
  const answer = await app.inject(ask(`signed_request=${signedRequest(CLAIMS)}`))
  t.equal(answer.statusCode, 200)
  const { url, confirmation_code: code } = answer.json<{ url: string; confirmation_code: string }>()
  t.equal(url, `https://bot.example/facebook/data-deletion/${code}`)
  t.ok(code.length >= 16)

  const page = await app.inject(new URL(url).pathname)
  t.match(page, { statusCode: 200, headers: { 'content-type': /text\/html/, 'cache-control': 'no-store' } })
  t.match(page.headers['content-security-policy'], /default-src 'none'/)
  t.match(page.body, code)
  t.match(page.body, /not deleted by it/)
  t.notMatch(page.body, '218471')
  t.match(
    lines.find(({ level }) => level === 40),
    { confirmationCode: code },
  )
  t.notMatch(JSON.stringify(lines), '218471', 'whose it is stands in no log')

  const again = await app.inject(ask(`signed_request=${signedRequest({ ...CLAIMS, user_id: 0 })}`))
  t.not(again.json<{ confirmation_code: string }>().confirmation_code, code)
})

t.test('without a public address the page has the address that was called', async (t) => {
  const { app } = await buildSurface(t)
  const answer = await app.inject(ask(`signed_request=${signedRequest(CLAIMS)}`))
  t.match(answer.json(), { url: /^http:\/\/localhost(:80)?\/facebook\/data-deletion\/[\w-]+$/ })
})

t.test('a code that was never given, or nonsense, has a page of its own', async (t) => {
  const { app } = await buildSurface(t)
  for (const code of ['abc', '%3Cscript%3E', 'a'.repeat(90), '..%2f..%2fetc']) {
    const page = await app.inject(`/facebook/data-deletion/${code}`)
    t.match(page, { statusCode: 404, headers: { 'content-type': /text\/html/ } }, code)
    t.match(page.body, /no deletion request/)
    t.notMatch(page.body, /<script/)
  }
})

t.test('what Facebook did not sign is refused', async (t) => {
  const { app } = await buildSurface(t)
  for (const payload of [
    '',
    'signed_request=a.b',
    `signed_request=${signedRequest(CLAIMS, 'app-secret-2')}`,
  ]) {
    t.match((await app.inject(ask(payload))).json(), { statusCode: 401, code: 'BOT_SIGNATURE_INVALID' })
  }
})

t.test('a repeated request is one, an old one is refused, and notes are bounded and forgotten', async (t) => {
  const { app, clock, lines, notes } = await buildSurface(t)
  const request = (user: number) =>
    app.inject(
      ask(`signed_request=${signedRequest({ ...CLAIMS, issued_at: clock.now() / 1000, user_id: user })}`),
    )
  const first = (await request(1)).json<{ confirmation_code: string }>().confirmation_code
  t.equal((await request(1)).json<{ confirmation_code: string }>().confirmation_code, first)
  const [signature = '', payload = ''] = signedRequest({
    ...CLAIMS,
    issued_at: clock.now() / 1000,
    user_id: 1,
  }).split('.')
  // The lowest two bits of the last character of 32 bytes in base64 count for nothing.
  const twin = BASE64URL[BASE64URL.indexOf(signature.slice(-1)) ^ 1]
  for (const spelling of [
    `${signature.slice(0, -1)}${twin}`,
    `${signature}=`,
    `${signature}${'='.repeat(9)}`,
  ])
    t.match((await app.inject(ask(`signed_request=${spelling}.${payload}`))).body, first, spelling)
  t.equal(lines.filter(({ level }) => level === 40).length, 1)
  t.match(await app.inject(ask(`signed_request=${signedRequest({ ...CLAIMS, issued_at: 1291836800 })}`)), {
    statusCode: 401,
  })

  const [[name = '', text = ''] = []] = notes
  const more = Array.from({ length: 998 }, (_, n) => ({ code: `code-${n}`, atMs: clock.now() }))
  notes.set(name, JSON.stringify([...(JSON.parse(text) as object[]), ...more]))
  await request(2)
  t.equal((await app.inject(`/facebook/data-deletion/${first}`)).statusCode, 200, 'a thousand are kept')
  await request(3)
  t.equal((await app.inject(`/facebook/data-deletion/${first}`)).statusCode, 404, 'the oldest gave way')
  t.equal(notes.size, 1)
  const { confirmation_code: last } = (await request(2000)).json<{ confirmation_code: string }>()
  t.equal((await app.inject(`/facebook/data-deletion/${last}`)).statusCode, 200)
  clock.skip(90 * 24 * 60 * 60_000)
  t.equal((await app.inject(`/facebook/data-deletion/${last}`)).statusCode, 404)
})
