import t from 'tap'
import {
  buildConsole,
  hiddenFields,
  openTab,
  PASSWORD,
  signedInTab,
  type Tab,
  basic,
} from '../helpers/console.ts'

const HOUR = 3_600_000

const signIn = (tab: Tab, password: string, user = 'operator') =>
  tab.submit('/operator/sign-in', { user, password })

t.test('a browser without a session is sent to the sign-in page, and a program told so', async (t) => {
  const { app } = await buildConsole(t)
  const tab = openTab(app)
  for (const [url, query = ''] of [
    ['/operator'],
    ['/operator/dead-letters', '?next=%2Foperator%2Fdead-letters'],
    ['/operator/repair/abc'],
    ['/operator/facebook/callback'],
  ] as const) {
    t.match(await tab.get(url), { statusCode: 303, headers: { location: `/operator/sign-in${query}` } }, url)
    const answer = await app.inject(url)
    t.match(answer.json(), { statusCode: 401, code: 'BOT_SIGN_IN_NEEDED', error: 'Unauthorized' }, url)
  }
  t.equal((await app.inject('/operator/live')).statusCode, 401, 'nor is the live page open to it')
})

t.test('the operator signs in and out', async (t) => {
  const { app, log } = await buildConsole(t)
  const tab = openTab(app)
  t.match(await tab.get('/operator/sign-in'), { statusCode: 200, body: /Sign in/ })
  t.match(await signIn(tab, PASSWORD), { statusCode: 303, headers: { location: '/operator' } })
  t.match(await tab.get('/operator'), { statusCode: 200, body: /The bot needs its first token/ })
  t.match(await tab.get('/operator/sign-in'), { statusCode: 303, headers: { location: '/operator' } })

  await tab.get('/operator')
  t.match(await tab.submit('/operator/sign-out'), { statusCode: 303 })
  t.match(await tab.get('/operator'), { statusCode: 303, headers: { location: '/operator/sign-in' } })
  t.match(log(), /the operator signed in/)
  t.match(log(), /the operator signed out/)
  t.notMatch(log(), PASSWORD)
})

t.test('the sign-in leads back to the page that was asked for, and to no other address', async (t) => {
  const { app } = await buildConsole(t)
  const wanted = '/operator/script/reply?name=f%C3%BCr+dich'
  const tab = openTab(app)
  const { headers } = await tab.get(wanted)
  await tab.get(headers.location ?? '')
  t.match(await signIn(tab, 'a wrong password'), { statusCode: 401 })
  t.match(await signIn(tab, PASSWORD), { statusCode: 303, headers: { location: wanted } })
  for (const next of [
    '//evil.example',
    '/operator//evil.example',
    'https://evil.example',
    '/operator/no-page',
    '/operator/*',
  ]) {
    const other = openTab(app)
    await other.get(`/operator/sign-in?next=${encodeURIComponent(next)}`)
    const given = { next, user: 'operator', password: PASSWORD }
    t.match(await other.submit('/operator/sign-in', given), { headers: { location: '/operator' } }, next)
  }
})

t.test(
  'an address without a page is told in a page, and the bare address leads to the console',
  async (t) => {
    const { app } = await buildConsole(t)
    const tab = await signedInTab(app)
    for (const one of [tab, openTab(app)])
      t.match(await one.get('/operator/no-page'), {
        statusCode: 404,
        body: /There is nothing at this address[^]*Back to the overview/,
      })
    t.match((await app.inject('/operator/no-page')).json(), { statusCode: 404, code: 'BOT_ROUTE_UNKNOWN' })
    t.match(await openTab(app).get('/'), { statusCode: 303, headers: { location: '/operator' } })
    t.match((await app.inject('/')).json(), { statusCode: 404, code: 'BOT_ROUTE_UNKNOWN' })
  },
)

t.test('a wrong password says so, without saying what was wrong, and is never shown again', async (t) => {
  const { app, log } = await buildConsole(t)
  const tab = openTab(app)
  await tab.get('/operator/sign-in')
  for (const [user, password] of [
    ['operator', 'guess <b>1</b>'],
    ['admin', PASSWORD],
    ['', ''],
  ] as const) {
    const answer = await signIn(tab, password, user)
    t.match(answer, { statusCode: 401, body: /The user name or the password is wrong/ })
    t.notMatch(answer.body, /guess|admin/)
  }
  t.match(log(), /a sign-in failed/)
  t.notMatch(log(), /guess/)
})

t.test('twenty wrong passwords lock the client out, with a page that says for how long', async (t) => {
  const { app, clock } = await buildConsole(t)
  const tab = openTab(app)
  await tab.get('/operator/sign-in')
  for (let n = 0; n < 20; n += 1) t.equal((await signIn(tab, `guess ${n}`)).statusCode, 401)
  for (const password of ['guess 20', PASSWORD]) {
    t.match(await signIn(tab, password), {
      statusCode: 429,
      headers: { 'retry-after': '60' },
      body: /Too many wrong passwords/,
    })
  }
  const elsewhere = openTab(app, '198.51.100.9')
  await elsewhere.get('/operator/sign-in')
  t.equal((await signIn(elsewhere, PASSWORD)).statusCode, 303, 'another client is not concerned')

  await clock.advance(60_000)
  t.equal((await signIn(tab, PASSWORD)).statusCode, 303)
})

t.test('the cookie is for this server alone, and out of reach for scripts', async (t) => {
  const { app } = await buildConsole(t)
  const answer = await app.inject({ url: '/operator/sign-in', headers: { accept: 'text/html' } })
  t.match(answer.cookies, [{ name: 'evergreen_operator', path: '/', httpOnly: true, sameSite: 'Lax' }])
  t.equal(answer.cookies[0]?.domain, undefined, 'no other name gets it, also not one that a site points here')
  t.notOk(answer.cookies[0]?.secure, 'plain http on loopback has to work')
})

t.test('where the console is reached by https, the cookie never travels without', async (t) => {
  const { app } = await buildConsole(t, {
    env: { PUBLIC_URL: 'https://bot.example.com', TRUST_PROXY: '127.0.0.1' },
  })
  const cookies = async (headers: Record<string, string>) =>
    (await app.inject({ url: '/operator/sign-in', headers })).cookies
  t.match(await cookies({ host: 'bot.example.com' }), [
    { secure: true, httpOnly: true, sameSite: 'Lax', path: '/' },
  ])
  t.match(await cookies({ host: 'other', 'x-forwarded-proto': 'https' }), [{ secure: true }])
  t.notMatch(await cookies({ host: '127.0.0.1:3000' }), [{ secure: true }])
})

t.test('a session ends after twelve hours, however busy', async (t) => {
  const { app, clock } = await buildConsole(t)
  const tab = await signedInTab(app)
  clock.skip(12 * HOUR - 1)
  t.equal((await tab.get('/operator')).statusCode, 200)
  clock.skip(1)
  t.equal((await tab.get('/operator')).statusCode, 303)
})

t.test('a session outlives a restart; one that was signed out does not come back with it', async (t) => {
  const dir = t.testdir()
  const first = await buildConsole(t, { dir })
  const [staying, leaving] = [await signedInTab(first.app), await signedInTab(first.app)]
  const copy = new Map(leaving.cookies)
  await leaving.submit('/operator/sign-out')

  const replay = openTab(first.app)
  for (const [name, value] of copy) replay.cookies.set(name, value)
  t.equal((await replay.get('/operator')).statusCode, 303, 'the copy of a cookie died with the session')
  await first.app.close()

  const { app } = await buildConsole(t, { dir })
  for (const [tab, statusCode] of [
    [staying, 200],
    [replay, 303],
  ] as const) {
    const again = openTab(app)
    for (const [name, value] of tab === replay ? copy : tab.cookies) again.cookies.set(name, value)
    t.equal((await again.get('/operator')).statusCode, statusCode)
  }
})

t.test('another password makes strangers of all who were signed in', async (t) => {
  const dir = t.testdir()
  const first = await buildConsole(t, { dir })
  const { cookies } = await signedInTab(first.app)
  await first.app.close()

  const { app } = await buildConsole(t, { dir, env: { OPERATOR_PASSWORD: 'another good one' } })
  const tab = openTab(app)
  for (const [name, value] of cookies) tab.cookies.set(name, value)
  t.equal((await tab.get('/operator')).statusCode, 303)
})

t.test('a cookie that was planted before does not become the session', async (t) => {
  const { app } = await buildConsole(t)
  const tab = openTab(app)
  await tab.get('/operator/sign-in')
  const planted = new Map(tab.cookies)
  await signIn(tab, PASSWORD)

  const known = new Map(hiddenFields(tab.page(), '/operator/sign-in')).get('_csrf') ?? ''
  t.equal((await tab.submit('/operator/sign-out', { _csrf: known })).statusCode, 403, 'nor its form token')
  t.equal((await tab.get('/operator')).statusCode, 200)

  const attacker = openTab(app)
  for (const [name, value] of planted) attacker.cookies.set(name, value)
  t.equal((await attacker.get('/operator')).statusCode, 303)
})

t.test('cookies that we did not make are no session, and no error', async (t) => {
  const { app } = await buildConsole(t)
  for (const value of [
    '',
    'x',
    ';',
    'AAAA%3BAAAA',
    `${'A'.repeat(40)}%3B${'A'.repeat(32)}`,
    '%00',
    '{"id":"1"}',
  ]) {
    const answer = await app.inject({ url: '/operator', headers: { cookie: `evergreen_operator=${value}` } })
    t.equal(answer.statusCode, 401, value)
  }
})

t.test('a browser that keeps no cookies is told so at the sign-in', async (t) => {
  const { app } = await buildConsole(t)
  const tab = openTab(app)
  await tab.get('/operator/sign-in')
  tab.cookies.clear()
  const answer = await tab.submit('/operator/sign-in', { user: 'operator', password: PASSWORD })
  t.match(answer, { statusCode: 403, body: /let the browser keep cookies of this address/ })
})

t.test('every page forbids what could harm it', async (t) => {
  const { app } = await buildConsole(t, { env: { FB_LOGIN_URL: 'https://www.facebook.com' } })
  const tab = await signedInTab(app)
  for (const url of [
    '/operator',
    '/operator/dead-letters',
    '/operator/nothing-here',
    '/operator/repair/abc',
  ]) {
    const { headers } = await tab.get(url)
    if (url.endsWith('nothing-here')) {
      t.match(headers, { 'x-content-type-options': 'nosniff' })
      continue
    }
    t.match(headers, {
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
    })
    t.equal(
      headers['content-security-policy'],
      "default-src 'none';script-src 'self';style-src 'self';img-src 'self';connect-src 'self';manifest-src 'self';" +
        "form-action 'self' https://www.facebook.com https://*.facebook.com;base-uri 'none';frame-ancestors 'none'",
    )
  }
})

t.test('another site that sends the browser here with wrong passwords locks no operator out', async (t) => {
  const { app, log } = await buildConsole(t)
  const get = (password: string, headers: Record<string, string>) =>
    app.inject({ url: '/metrics', headers: { ...basic('operator', password), ...headers } })
  for (const site of ['cross-site', 'same-site']) {
    for (let tries = 0; tries < 30; tries += 1)
      t.match(await get('wrong', { 'sec-fetch-site': site }), { statusCode: 403 })
  }
  t.match(await get('wrong', { origin: 'https://evil.example' }), { statusCode: 403 })
  t.match(await get(PASSWORD, { 'sec-fetch-site': 'none' }), { statusCode: 200 })
  t.match(await get(PASSWORD, {}), { statusCode: 200 })
  t.notMatch(log(), /a sign-in failed/)
})

t.test('where https is on, the session is in a cookie that no other host can plant', async (t) => {
  const { app } = await buildConsole(t, { env: { PUBLIC_URL: 'https://bot.example' } })
  const headers = { host: 'bot.example', accept: 'text/html' }
  const shown = await app.inject({ url: '/operator/sign-in', headers })
  const [cookie] = shown.cookies
  t.match(cookie, { name: '__Host-evergreen_operator', path: '/', secure: true, httpOnly: true })
  t.equal(cookie?.domain, undefined)
  const csrf = /name="_csrf" value="([^"]+)"/.exec(shown.body)?.[1] ?? ''
  const signIn = (name: string) =>
    app.inject({
      method: 'POST',
      url: '/operator/sign-in',
      headers: {
        ...headers,
        'content-type': 'application/x-www-form-urlencoded',
        cookie: `${name}=${encodeURIComponent(cookie?.value ?? '')}`,
      },
      payload: new URLSearchParams({ _csrf: csrf, user: 'operator', password: PASSWORD }).toString(),
    })
  // A browser sends a cookie without a name as its value alone, so another host chooses all that stands here.
  for (const name of [
    'evergreen_operator',
    'evergreen_operator ',
    'evergreen_operator\t',
    'a=b; \tevergreen_operator',
  ])
    t.match(await signIn(name), { statusCode: 403 }, `planted as ${JSON.stringify(name)}`)
  const entered = await signIn('__Host-evergreen_operator')
  t.match(entered, { statusCode: 303 })
  const session = entered.cookies.find(({ name }) => name === '__Host-evergreen_operator')
  const inside = await app.inject({
    url: '/operator',
    headers: {
      ...headers,
      cookie: `a=b; __Host-evergreen_operator=${encodeURIComponent(session?.value ?? '')}`,
    },
  })
  t.equal(inside.statusCode, 200)
})
