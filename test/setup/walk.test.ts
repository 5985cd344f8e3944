import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { withDotEnv } from '../../src/base/config.ts'
import { BotError } from '../../src/base/errors.ts'
import { hiddenFields, openTab } from '../helpers/console.ts'
import { APP, buildScene, enter, give, KEYS, walkToEnd } from './scene.ts'

t.test('the walk ends with settings that are proved, written and used', async (t) => {
  const scene = await buildScene(t)
  const { tab } = scene
  await walkToEnd(scene)
  t.match(tab.page(), 'All settings are written')

  const written = withDotEnv({}, scene.envPath)
  t.match(written, {
    FB_APP_ID: KEYS.appId,
    FB_APP_SECRET: KEYS.appSecret,
    FB_VERIFY_TOKEN: /^[\w-]{32}$/,
    PUBLIC_URL: 'https://bot.example.com',
    TRUST_PROXY: '127.0.0.1',
    OPERATOR_PASSWORD: /^[\w-]{24}$/,
  })
  t.match(readFileSync(scene.envPath, 'utf8'), '# Digits only.\nFB_APP_ID=600000000000001\n')
  t.equal(statSync(scene.envPath).mode & 0o777, 0o600)
  t.ok(tab.page().includes(`data-made="password">${written['OPERATOR_PASSWORD']}<`))
  t.ok(tab.page().includes(`data-made="verify-token">${written['FB_VERIFY_TOKEN']}<`))
  t.match(tab.page(), 'https://bot.example.com/webhook')

  const started = await tab.submit('/setup/start')
  t.match(started, { statusCode: 200, headers: { refresh: '2; url=https://bot.example.com/operator' } })
  t.same(
    scene.starts.map(({ FB_APP_ID }) => FB_APP_ID),
    [KEYS.appId],
  )
  t.ok(scene.isDone())
  for (const secret of [KEYS.appSecret, written['OPERATOR_PASSWORD'], written['FB_VERIFY_TOKEN']]) {
    t.notMatch(scene.log(), secret)
  }
})

t.test('each bad value is refused with what to do, and is kept nowhere', async (t) => {
  const scene = await buildScene(t, { outside: async () => ({ status: null, code: 'ECONNREFUSED' }) })
  const { tab } = scene
  await enter(scene)
  const bad: [string, Record<string, string>, RegExp][] = [
    ['app', { app_id: 'my app', app_secret: 'hush-1' }, /The app id must be the id of your app, digits only/],
    ['app', { app_id: '', app_secret: 'hush-1' }, /The app id must be/],
    ['app', { app_id: '1', app_secret: 'hush 1' }, /The app secret must be the app secret, without spaces/],
    ['app', { app_id: '1', app_secret: 'hush-1\nPORT=1' }, /The app secret must be/],
    [
      'app',
      { app_id: KEYS.appId, app_secret: 'hush-1' },
      /does not know this app id with this secret[^]*Copy both once more/,
    ],
    [
      'app',
      { app_id: '600000000000002', app_secret: KEYS.appSecret },
      /does not know this app id with this secret/,
    ],
  ]
  for (const [step, fields, words] of bad) {
    const answer = await tab.submit(`/setup/${step}`, fields)
    t.match(answer, { statusCode: 400, body: words }, JSON.stringify(fields))
    t.notMatch(answer.body, /hush|app-secret-1/)
  }
  t.match(await tab.get('/setup'), { headers: { location: '/setup/app' } })

  await give(tab, 'app', APP)
  for (const address of [
    'http://bot.example.com',
    'https://bot.example.com/path',
    'nonsense',
    '"><script>',
  ]) {
    const answer = await tab.submit('/setup/address', { public_url: address })
    t.match(answer, { statusCode: 400, body: /The address must be the https address/ })
    t.notMatch(answer.body, '<script>')
  }
  t.match(await tab.submit('/setup/address', { public_url: 'https://bot.example.com' }), {
    statusCode: 400,
    body: /does not lead here: it cannot be reached \(ECONNREFUSED\)[^]*Use it all the same/,
  })
  await give(tab, 'address', { public_url: 'https://bot.example.com', untried: 'yes' })

  for (const password of [
    'short',
    'x'.repeat(201),
    `all three ' " \` kinds`,
    'two\nlines of password',
    ' hush hush hush',
  ]) {
    const answer = await tab.submit('/setup/operator', { password })
    t.match(answer, { statusCode: 400, body: /The password (must have 12 to 200|cannot be kept)/ }, password)
    t.notOk(answer.body.includes(password))
  }
  t.same(readdirSync(join(scene.envPath, '..')), [])
  t.notMatch(scene.log(), /hush|app-secret|lines of/)
})

t.test('an address is taken as people type and copy it', async (t) => {
  const asked: string[] = []
  const scene = await buildScene(t, {
    outside: async (url) => {
      asked.push(new URL(url).origin)
      return { status: null, code: 'ECONNREFUSED' }
    },
  })
  await enter(scene)
  await give(scene.tab, 'app', APP)
  const typed: [given: string, meant: string][] = [
    ['bot.example.com', 'https://bot.example.com'],
    [' Bot.Example.com/ ', 'https://bot.example.com'],
    ['bot.example.com:8443/webhook', 'https://bot.example.com:8443'],
    ['//bot.example.com/operator/facebook/callback', 'https://bot.example.com'],
    ['https:/bot.example.com', 'https://bot.example.com'],
    ['HTTPS://bot.example.com:443/webhook/', 'https://bot.example.com'],
    ['<https://bot.example.com>,', 'https://bot.example.com'],
    ['“bot.example.com”', 'https://bot.example.com'],
    ['bücher.example', 'https://xn--bcher-kva.example'],
    ['localhost:3000', 'http://localhost:3000'],
    ['http://localhost/', 'http://localhost'],
    ['127.0.0.1:3000/setup', 'http://127.0.0.1:3000'],
  ]
  for (const [given, meant] of typed) {
    const answer = await scene.tab.submit('/setup/address', { public_url: given })
    t.match(answer, { statusCode: 400, body: /does not lead here/ }, given)
    t.equal(asked.at(-1), meant, given)
  }
  const refused: [given: string, why: RegExp][] = [
    ['http://bot.example.com', /; Facebook calls nothing but https\./],
    ['bot.example.com/elsewhere', /; there is text after the name \(and port\): leave it out\./],
    ['https://me:word@bot.example.com', /; it holds a user name or a password\./],
    ['ftp://bot.example.com', /; it does not begin with https:\/\/\./],
    ['my bot', /such as https:\/\/bot\.example\.com\./],
    ['localhosts', /such as https:\/\/bot\.example\.com\./],
  ]
  const before = asked.length
  for (const [given, why] of refused) {
    const answer = await scene.tab.submit('/setup/address', { public_url: given })
    t.match(answer, { statusCode: 400, body: why }, given)
  }
  t.equal(asked.length, before, 'Facebook would not reach it, so it is not tried')
})

t.test('a public address that leads elsewhere is told, and one is not needed', async (t) => {
  const scene = await buildScene(t, {
    outside: async () => ({ status: 200, headers: {}, text: 'Welcome to nginx' }),
  })
  await enter(scene)
  await give(scene.tab, 'app', APP)
  t.match(await scene.tab.submit('/setup/address', { public_url: 'https://bot.example.com' }), {
    body: /another server answers there \(HTTP 200\)/,
  })
  await give(scene.tab, 'address', { public_url: '' })
  await give(scene.tab, 'operator', { password: `"mine" & #1 $HOME` })
  t.match(scene.tab.page(), 'Once your bot has a public address')
  t.notMatch(scene.tab.page(), /mine|\$HOME/)
  t.match(withDotEnv({}, scene.envPath), { OPERATOR_PASSWORD: `"mine" & #1 $HOME` })
  t.notHas(withDotEnv({}, scene.envPath), { PUBLIC_URL: String })
  t.notHas(withDotEnv({}, scene.envPath), { TRUST_PROXY: String })
})

t.test('what is set already is not asked, and stays', async (t) => {
  const dir = t.testdir({ '.env': '# mine\nPUBLIC_URL=https://mine.example\nFB_APP_ID=\n' })
  const scene = await buildScene(t, { dir, env: { OPERATOR_PASSWORD: 'from the environment' } })
  await enter(scene)
  await give(scene.tab, 'app', APP)
  t.match(scene.tab.page(), /data-step="operator"[^]*The environment sets its password already/)
  await give(scene.tab, 'operator', {})
  t.match(
    readFileSync(scene.envPath, 'utf8'),
    /^# mine\nPUBLIC_URL=https:\/\/mine\.example\nFB_APP_ID=600000000000001\nFB_GRAPH_URL=\S+\nFB_APP_SECRET=app-secret-1\nFB_VERIFY_TOKEN=\S+\n$/,
  )
})

t.test('a bot that cannot start says why in the browser, and may be started again', async (t) => {
  let isBroken = true
  const scene = await buildScene(t, {
    startBot: async () => {
      if (isBroken) throw new BotError('BOT_SCRIPT_INVALID', 'bot.yaml:3:1 is wrong', { remedy: 'Mend it.' })
    },
  })
  await walkToEnd(scene)
  t.match(await scene.tab.submit('/setup/start'), {
    statusCode: 400,
    body: /bot\.yaml:3:1 is wrong[^]*Mend it/,
  })
  t.notOk(scene.isDone())
  isBroken = false
  const [one, other] = await Promise.all([scene.tab.submit('/setup/start'), scene.tab.submit('/setup/start')])
  t.match([one.statusCode, other.statusCode], [200, 200])
  t.equal(scene.starts.length, 1, 'pressed twice it is one bot')
})

t.test('an unwritable folder is told, and nothing typed is lost by it', async (t) => {
  const dir = t.testdir({ '.env': {} })
  const scene = await buildScene(t, { dir: join(dir, 'none') })
  await enter(scene)
  await give(scene.tab, 'app', APP)
  await give(scene.tab, 'address', { public_url: '' })
  t.match(await scene.tab.submit('/setup/operator', {}), {
    statusCode: 400,
    body: /cannot be written \(ENOENT\)[^]*may write to its folder/,
  })
  t.match(await scene.tab.get('/setup'), { headers: { location: '/setup/operator' } })
})

t.test(
  'what the environment sets to nothing wins over .env, which is told instead of a bot that never starts',
  async (t) => {
    const scene = await buildScene(t, { env: { FB_APP_ID: '' } })
    await enter(scene)
    await give(scene.tab, 'app', APP)
    await give(scene.tab, 'address', { public_url: '' })
    t.match(await scene.tab.submit('/setup/operator', {}), {
      statusCode: 400,
      body: /the environment sets FB_APP_ID to something else/,
    })
  },
)

t.test('a set-up that another person has finished meanwhile overwrites nothing', async (t) => {
  const scene = await buildScene(t)
  await enter(scene)
  await give(scene.tab, 'app', APP)
  await give(scene.tab, 'address', { public_url: '' })
  writeFileSync(scene.envPath, 'FB_APP_ID=7\n')
  t.match(await scene.tab.submit('/setup/operator', {}), {
    statusCode: 400,
    body: /Another program has written/,
  })
  t.equal(readFileSync(scene.envPath, 'utf8'), 'FB_APP_ID=7\n')
})

t.test('a button pressed twice makes one password, which is shown', async (t) => {
  const scene = await buildScene(t)
  await enter(scene)
  await give(scene.tab, 'app', APP)
  await give(scene.tab, 'address', { public_url: '' })
  const form = Object.fromEntries(hiddenFields(scene.tab.page(), '/setup/operator'))
  const press = () => scene.tab.submit('/setup/operator', form)
  for (const answer of await Promise.all([press(), press(), press()])) t.equal(answer.statusCode, 303)
  const late = await press()
  const { OPERATOR_PASSWORD: password } = withDotEnv({}, scene.envPath)
  t.match(late, { statusCode: 400, body: /written already/ })
  t.match(late.body, `data-made="password">${password}<`)
})

t.test('what is too long for an id, a secret or a name on the internet is refused unasked', async (t) => {
  const scene = await buildScene(t, { outside: async () => Promise.reject(new Error('asked')) })
  await enter(scene)
  const long = await scene.tab.submit('/setup/app', { ...APP, app_id: '1'.repeat(20_000) })
  t.match(long, { statusCode: 400, body: /digits only/ })
  t.match(await scene.tab.submit('/setup/app', { ...APP, app_secret: 's'.repeat(20_000) }), {
    statusCode: 400,
    body: /without spaces/,
  })
  await give(scene.tab, 'app', APP)
  const public_url = `https://${'a'.repeat(20_000)}.example`
  for (const untried of ['', 'yes']) {
    const answer = await scene.tab.submit('/setup/address', { public_url, untried })
    t.match(answer, { statusCode: 400, body: /the https address/ })
  }
})

t.test('steps can be gone back to until all is written, but not skipped', async (t) => {
  const scene = await buildScene(t)
  await enter(scene)
  for (const step of ['address', 'operator', 'start']) {
    t.match(await scene.tab.get(`/setup/${step}`), { statusCode: 303, headers: { location: '/setup' } }, step)
  }
  await scene.tab.get('/setup/app')
  const form = Object.fromEntries(hiddenFields(scene.tab.page(), '/setup/app'))
  for (const step of ['operator', 'start']) {
    t.match(
      await scene.tab.submit(`/setup/${step}`, form),
      { statusCode: 400, body: /come first|not written yet/ },
      step,
    )
  }
  t.same(readdirSync(join(scene.envPath, '..')), [])
  await scene.tab.get('/setup/app')
  await give(scene.tab, 'app', APP)
  t.match(await scene.tab.get('/setup/app'), { statusCode: 200, body: /value="600000000000001"/ })
  t.notMatch(scene.tab.page(), KEYS.appSecret)
  await scene.tab.get('/setup/address')
  await give(scene.tab, 'address', { public_url: '' })
  await give(scene.tab, 'operator', {})
  t.match(await scene.tab.get('/setup/app'), { statusCode: 303 })
})

t.test(
  'while it is set up, webhooks are told to come again and the rest of the bot is not there',
  async (t) => {
    const { app } = await buildScene(t)
    for (const method of ['GET', 'POST'] as const) {
      const answer = await app.inject({ method, url: '/webhook', headers: { host: 'bot.example.com' } })
      t.match(answer, { statusCode: 503, headers: { 'retry-after': '60' }, body: /not set up yet/ })
    }
    t.match(await app.inject('/healthz'), { statusCode: 200 })
    t.match(await app.inject('/readyz'), { statusCode: 503 })
    t.match(await app.inject('/metrics'), { statusCode: 404 })
    t.match(await app.inject('/setup/reach/0000'), { statusCode: 404 })
    for (const url of ['/', '/operator', '/operator/sign-in']) {
      t.match(await openTab(app).get(url), { statusCode: 303 }, url)
    }
  },
)
