import t from 'tap'
import { buildConsole, openTab, PASSWORD, signedInTab } from '../helpers/console.ts'

t.test('a change needs the token of a form of ours', async (t) => {
  const { app } = await buildConsole(t)
  const tab = await signedInTab(app)
  const refused = { statusCode: 403, body: /BOT_FORM_REFUSED/ }
  for (const action of [
    '/operator/sign-out',
    '/operator/repair',
    '/operator/facebook',
    '/operator/dead-letters',
  ]) {
    t.match(await tab.submit(action, { _csrf: '' }), refused, action)
    t.match(await tab.submit(action, { _csrf: 'abcdefgh-0123456789' }), refused, action)
  }
  t.equal((await tab.get('/operator')).statusCode, 200, 'nothing came of it')

  const other = await signedInTab(app)
  const [, stolen = ''] = /name="_csrf" value="([^"]+)"/.exec(other.page()) ?? []
  t.match(await tab.submit('/operator/sign-out', { _csrf: stolen }), refused, "another session's token")
})

t.test('a change posted from a foreign origin is refused, even with the right form fields', async (t) => {
  const { app, log } = await buildConsole(t)
  const tab = await signedInTab(app)
  for (const headers of [
    { origin: 'https://evil.example' },
    { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'http://localhost:8080' },
  ]) {
    t.match(
      await tab.submit('/operator/sign-out', {}, headers),
      { statusCode: 403, body: /BOT_FORM_REFUSED/ },
      JSON.stringify(headers),
    )
  }
  t.equal((await tab.get('/operator')).statusCode, 200)
  t.match(log(), /a form from another site was refused/)

  const { cookies } = await app.inject({
    method: 'POST',
    url: '/operator/sign-out',
    headers: { accept: 'text/html', origin: 'https://evil.example' },
  })
  t.same(cookies, [], "no cookie takes the place of the operator's, which such a form does not bring along")

  const stranger = openTab(app)
  await stranger.get('/operator/sign-in')
  const answer = await stranger.submit(
    '/operator/sign-in',
    { user: 'operator', password: PASSWORD },
    { origin: 'https://evil.example', accept: 'application/json' },
  )
  t.match(answer.json(), { statusCode: 403, code: 'BOT_FORM_REFUSED', error: 'Forbidden' })
})

t.test('forms that are no forms, or too large, change nothing', async (t) => {
  const { app } = await buildConsole(t)
  const tab = await signedInTab(app)
  const post = (headers: Record<string, string>, payload: string) =>
    app.inject({
      method: 'POST',
      url: '/operator/repair',
      headers: { cookie: [...tab.cookies].map((pair) => pair.join('=')).join('; '), ...headers },
      payload,
    })
  t.equal((await post({ 'content-type': 'application/json' }, '{"token":"x"}')).statusCode, 415)
  t.equal((await post({ 'content-type': 'multipart/form-data; boundary=x' }, '--x--')).statusCode, 415)
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  t.equal((await post(form, `token=${'x'.repeat(70_000)}`)).statusCode, 413)
  t.equal((await post(form, '%%%=&&&')).statusCode, 403)
})

t.test('forms with a foreign origin cost a bounded log', async (t) => {
  const { app, log } = await buildConsole(t)
  const before = log().length
  for (let n = 0; n < 300; n += 1) {
    const origin = `https://${'e'.repeat(14_000)}.example`
    t.match(await app.inject({ method: 'POST', url: '/operator/sign-in', headers: { origin } }), {
      statusCode: 403,
    })
  }
  t.ok(log().length - before < 20_000, `${log().length - before} bytes`)
})

t.test('forms without a token cost a bounded log', async (t) => {
  const { app, log } = await buildConsole(t)
  const before = log().length
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  for (let n = 0; n < 300; n += 1) {
    const form = { method: 'POST', url: '/operator/sign-in', headers, payload: 'user=operator' } as const
    t.match(await app.inject(form), { statusCode: 403 })
  }
  const lines = log().slice(before).split('\n').filter(Boolean)
  t.match(lines[0], /a form without the token of its session was refused/)
  t.equal(lines.length, 20)
})
