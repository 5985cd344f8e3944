import t from 'tap'
import { createSetupCode } from '../../src/setup/code.ts'
import { strangeness } from '../../src/setup/visitors.ts'
import { hiddenFields, openTab } from '../helpers/console.ts'
import { APP, buildScene, enter, give, walkToEnd } from './scene.ts'

const PAGES = ['/setup', '/setup/app', '/setup/address', '/setup/operator', '/setup/start']

t.test('without the code there is nothing but the question for it', async (t) => {
  const scene = await buildScene(t)
  const stranger = openTab(scene.app)
  for (const url of PAGES) {
    t.match(await stranger.get(url), { statusCode: 303, headers: { location: '/setup/code' } }, url)
  }
  await stranger.get('/setup/code')
  const form = Object.fromEntries(hiddenFields(stranger.page(), '/setup/code'))
  for (const url of ['app', 'address', 'operator', 'start']) {
    t.match(await stranger.submit(`/setup/${url}`, { ...form, ...APP }), { statusCode: 401 }, url)
  }
  t.same(scene.starts, [])
})

t.test('a code opens one browser; the next one takes its place', async (t) => {
  const scene = await buildScene(t)
  const first = scene.code()
  await enter(scene)
  await give(scene.tab, 'app', APP)

  t.match(await scene.tab.get(`/setup/code/${first}`), { headers: { location: '/setup' } }, 'opened twice')
  t.equal((await scene.app.inject({ method: 'HEAD', url: `/setup/code/${scene.code()}` })).statusCode, 404)

  const other = openTab(scene.app)
  t.match(await other.get(`/setup/code/${first}`), { statusCode: 401, body: /or it was used already/ })
  t.match(await other.get('/setup/app'), { statusCode: 303, headers: { location: '/setup/code' } })

  await other.get('/setup/code')
  const typed = ` ${scene.code().toUpperCase().replaceAll('-', ' ')} `
  t.match(await other.submit('/setup/code', { code: typed }), { statusCode: 303 }, 'as people type it')
  t.match(await other.get('/setup'), { headers: { location: '/setup/address' } }, 'goes on where it was')
  t.match(await scene.tab.get('/setup/address'), { statusCode: 303, headers: { location: '/setup/code' } })
})

t.test('who guesses does not lock out the person with the code, nor fills the log', async (t) => {
  const scene = await buildScene(t)
  for (let tries = 0; tries < 40; tries += 1) {
    const answer = await scene.tab.get('/setup/code/guess', { 'sec-fetch-site': 'cross-site' })
    t.match(answer, { statusCode: 200, body: /Set-up code/ })
  }
  for (let tries = 0; tries < 50; tries += 1) {
    t.match(await scene.tab.get(`/setup/code/guess-${tries}`), { statusCode: 401 })
  }
  t.match(await scene.tab.get(`/setup/code/${scene.code()}`), { statusCode: 303 })
  t.notMatch(scene.log(), 'guess-')
  t.equal(scene.log().match(/a wrong set-up code was given/g)?.length, 20)
})

t.test('no name that others could point here is answered, and nothing through a proxy', async (t) => {
  const scene = await buildScene(t)
  const url = `/setup/code/${scene.code()}`
  for (const host of [
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'localhost@evil.example',
  ]) {
    t.match(
      await scene.tab.get(url, { host }),
      { statusCode: 403, body: /does not answer under this name/ },
      host,
    )
  }
  for (const header of ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip']) {
    t.match(
      await scene.tab.get(url, { [header]: '127.0.0.1' }),
      { statusCode: 403, body: /through a proxy/ },
      header,
    )
  }
  for (const host of ['localhost:3000', '127.0.0.1', '[::1]:3000', 'LOCALHOST', '192.0.2.7:3000']) {
    t.equal(strangeness({ httpVersion: '1.1', headers: { host } }, '127.0.0.1'), null, host)
  }
  t.equal(
    strangeness({ httpVersion: '1.1', headers: { host: 'bot.lan:3000' } }, 'bot.lan'),
    null,
    'the name it was told',
  )
  t.equal(strangeness({ httpVersion: '1.1', headers: {} }, 'bot.lan'), 'name')
  const bare = { httpVersion: '1.0', headers: { host: '127.0.0.1:3000' } }
  t.equal(strangeness(bare, '127.0.0.1'), 'proxy', 'a proxy with no settings')
})

t.test('a form of another site, an old form and a form without a session change nothing', async (t) => {
  const scene = await buildScene(t)
  await enter(scene)
  const forged = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://localhost:9999' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ]
  for (const headers of forged) {
    t.match(await scene.tab.submit('/setup/app', APP, headers), { statusCode: 403 }, JSON.stringify(headers))
    await scene.tab.get('/setup/app')
  }
  t.match(await scene.tab.submit('/setup/app', { ...APP, _csrf: 'made-up' }), { statusCode: 403 })
  await scene.tab.get('/setup/app')
  const json = { 'content-type': 'application/json' }
  t.match(await scene.tab.submit('/setup/app', APP, json), { statusCode: 415 })
  const large = await scene.tab.submit('/setup/app', { ...APP, app_secret: 'x'.repeat(100_000) })
  t.equal(large.statusCode, 413)
  t.match(await scene.tab.get('/setup'), { headers: { location: '/setup/app' } })
})

t.test('its pages keep scripts, frames, caches and other sites out, and the cookie to itself', async (t) => {
  const scene = await buildScene(t)
  const entered = await scene.tab.get(`/setup/code/${scene.code()}`)
  t.match(String(entered.headers['set-cookie']), /^evergreen_setup=[^;]+;.*HttpOnly; SameSite=Lax/)
  const page = await scene.tab.get('/setup/app')
  t.match(page.headers, {
    'content-security-policy': /default-src 'none'.*form-action 'self';.*frame-ancestors 'none'/,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
  })
  t.notMatch(page.body, /<script(?! type="module" src="\/operator\/assets\/)|style=|\son\w+=/)
})

t.test('once the settings are written no form changes them', async (t) => {
  const scene = await buildScene(t)
  await walkToEnd(scene)
  const form = Object.fromEntries(hiddenFields(scene.tab.page(), '/setup/start'))
  for (const step of ['app', 'address', 'operator']) {
    t.match(
      await scene.tab.submit(`/setup/${step}`, { ...form, ...APP }),
      { statusCode: 400, body: /written already/ },
      step,
    )
  }
})

t.test('codes are long, differ, and hold no letter that looks like another', async (t) => {
  const codes = Array.from({ length: 200 }, () => createSetupCode().current())
  t.equal(new Set(codes).size, codes.length)
  for (const code of codes) t.match(code, /^([2-9a-hjkmnp-z]{5}-){3}[2-9a-hjkmnp-z]{5}$/)
})
