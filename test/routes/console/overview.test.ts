import t from 'tap'
import { buildConsole, openTab, signedInTab } from '../../helpers/console.ts'
import { signed, textCallback } from '../../helpers/sign.ts'
import { until } from '../../helpers/until.ts'

t.test('before the first token the console says what to do, and offers both ways', async (t) => {
  const { app } = await buildConsole(t)
  const { body, headers } = await (await signedInTab(app)).get('/operator')
  t.match(headers['content-type'], 'text/html; charset=utf-8')
  t.match(body, /The bot needs its first token/)
  t.match(body, /<code>npm run bootstrap-token<\/code>/)
  t.match(body, /<details id="repair" class="card repair"\s+open>/)
  t.match(body, /Continue with Facebook/)
  t.match(body, /<input\s+id="token"\s+name="token"\s+type="password"\s+autocomplete="new-password"/)
})

t.test('an address with a slash too many leads to the page', async (t) => {
  const { app } = await buildConsole(t)
  t.match(await (await signedInTab(app)).get('/operator/'), {
    statusCode: 303,
    headers: { location: '/operator' },
  })
})

t.test('no page has a script, a style or an address of its own making', async (t) => {
  const { app } = await buildConsole(t)
  const tab = await signedInTab(app)
  const stranger = openTab(app)
  const pages = [
    await stranger.get('/operator/sign-in'),
    await tab.get('/operator'),
    await tab.get('/operator/dead-letters'),
    await tab.get('/operator/repair/none'),
  ]
  for (const { body } of pages) {
    t.match(body, /^<!doctype html>\s*<html lang="en">/)
    t.notMatch(body, /<style|style=|\son[a-z]+=|javascript:/i)
    t.notMatch(body, /<script(?![^>]*\ssrc="\/operator\/assets\/)/)
    for (const [, url = ''] of body.matchAll(/<(?:script|link|img|iframe)[^>]*?(?:src|href)="([^"]*)"/g)) {
      t.ok(url.startsWith('/operator/assets/'), url)
      t.equal((await app.inject(url)).statusCode, 200, url)
    }
  }
})

t.test("the console's files come with their types, and are asked for anew but not sent again", async (t) => {
  const { app } = await buildConsole(t)
  for (const [name, type] of [
    ['live.js', 'text/javascript; charset=utf-8'],
    ['icon.svg', 'image/svg+xml'],
  ] as const) {
    const url = `/operator/assets/${name}`
    const first = await app.inject(url)
    t.match(first, {
      statusCode: 200,
      headers: { 'content-type': type, 'x-content-type-options': 'nosniff' },
    })
    const again = await app.inject({ url, headers: { 'if-none-match': String(first.headers.etag) } })
    t.match(again, { statusCode: 304, body: '' })
  }
  for (const name of ['..%2Fpackage.json', '../package.json', 'package.json', '']) {
    t.equal((await app.inject(`/operator/assets/${name}`)).statusCode, 404, name)
  }
})

t.test('visitors show as what they are, whatever they are called and say', async (t) => {
  const { app } = await buildConsole(t)
  const psid = '<script>alert(1)</script>'
  const callback = textCallback('a secret message')
  const [entry] = callback.entry
  Object.assign(entry?.messaging[0] ?? {}, { sender: { id: psid } })
  await app.inject(signed(callback))
  const tab = await signedInTab(app)
  await until(async () => /repl(?:y waits|ies wait)/.test((await tab.get('/operator')).body))

  const { body } = await tab.get('/operator')
  t.match(body, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/)
  t.notMatch(body, /<script>alert|a secret message/)
})

t.test('the console opens although the database does not answer', async (t) => {
  const { app } = await buildConsole(t)
  const tab = await signedInTab(app)
  app.needs.settle('*')
  const down = () => Promise.reject(new Error('gone'))
  Object.assign(app.store, { counts: down })
  Object.assign(app.store.deadLetters, { list: down })
  const { statusCode, body } = await tab.get('/operator')
  t.equal(statusCode, 200)
  t.match(body, /The database does not answer/)
})

t.test('each channel of alerts has a trial of its own, which says how it went', async (t) => {
  const env = { ALERT_URL: 'http://127.0.0.1:9/hush', ALERT_NTFY_URL: 'http://127.0.0.1:9/hush-topic' }
  const { app, log } = await buildConsole(t, { env })
  const tab = await signedInTab(app)
  await tab.get('/operator')
  t.match(tab.page(), /Send a trial alert<span class="sr"> by ALERT_URL<[^]*by ntfy</)
  const answer = await tab.submit('/operator/trial-alert', { channel: 'ntfy' })
  t.match(answer, {
    statusCode: 200,
    body: /By ntfy: not taken \(ECONNREFUSED\)\. Check ALERT_NTFY_URL: the topic/,
  })
  t.match(log(), /"channel":"ntfy","msg":"the operator sent a trial alert"/)
  await tab.get('/operator')
  t.match(await tab.submit('/operator/trial-alert', { channel: 'pigeon' }), { statusCode: 400 })
  t.notMatch(answer.body + log(), 'hush')
})

t.test(
  'the console can be installed: its manifest and icons are open, and lead into the console',
  async (t) => {
    const { app } = await buildConsole(t)
    const { body } = await openTab(app).get('/operator/sign-in')
    const [, href = ''] = /<link rel="manifest" href="([^"]+)"/.exec(body) ?? []
    const answer = await app.inject(href)
    t.match(answer, { statusCode: 200, headers: { 'content-type': /^application\/manifest\+json/ } })
    const { icons, start_url, scope, shortcuts } = answer.json<{
      icons: { src: string; sizes: string; type: string; purpose: string }[]
      start_url: string
      scope: string
      shortcuts: { url: string }[]
    }>()
    for (const { src, sizes, type } of icons) {
      const icon = await app.inject(new URL(src, `http://localhost${href}`).pathname)
      t.match(icon, { statusCode: 200, headers: { 'content-type': type } }, src)
      // Width and height stand in the header of a PNG.
      if (type === 'image/png')
        t.equal(`${icon.rawPayload.readUInt32BE(16)}x${icon.rawPayload.readUInt32BE(20)}`, sizes, src)
    }
    t.ok(['192x192', '512x512'].every((size) => icons.some(({ sizes }) => sizes === size)))
    t.ok(icons.some(({ purpose }) => purpose === 'maskable'))
    const tab = await signedInTab(app)
    for (const url of [start_url, ...shortcuts.map((one) => one.url)]) {
      t.ok(url.startsWith(scope))
      t.equal((await tab.get(url)).statusCode, 200, url)
    }
  },
)
