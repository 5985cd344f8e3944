import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import t from 'tap'
import { buildApp } from '../../app/bot.ts'
import { COMPILED } from '../helpers/compiled.ts'
import { startMailServer } from '../helpers/mail-server.ts'
import { startPager } from '../helpers/pager.ts'
import { openTab } from '../helpers/console.ts'
import { buildTown } from '../helpers/town.ts'

const ROOT = join(import.meta.dirname, '../..')

t.test('an operator who reads nothing but the alert can repair, and hears that all is well', async (t) => {
  const pager = await startPager(t)
  const mail = await startMailServer(t)
  const { sandbox, app, pageId, psid, say, bootstrap, parked } = await buildTown(t, {
    env: {
      ALERT_URL: pager.url,
      ALERT_MAIL_TO: 'operator@example.com',
      SMTP_URL: `smtp://127.0.0.1:${mail.port}`,
    },
  })
  await bootstrap()
  sandbox.trouble('password-changed')
  for (const question of ['when are you open?', 'where are you?', 'who are you?']) say(question)
  await parked(3)

  const alert = await pager.heard(/^Evergreen needs you/)
  t.match(alert, /the password was changed/)
  t.match(alert, /replies to 1 visitor are waiting/)
  t.match(alert, /window closes at .* \(in 23 hours\)/)
  const [, command = ''] = /`(npm run [^`]+)`/.exec(alert) ?? []
  t.match(command, `npm run bootstrap-token -- --page ${pageId}`)

  const child = spawn('sh', ['-c', command], {
    cwd: ROOT,
    env: {
      ...COMPILED,
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      FB_APP_ID: app.config.FB_APP_ID,
      FB_APP_SECRET: app.config.FB_APP_SECRET,
      FB_GRAPH_URL: app.config.FB_GRAPH_URL,
      DATA_DIR: app.config.DATA_DIR,
    },
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  child.stdin.end(sandbox.userToken())
  t.strictSame(await once(child, 'exit'), [0, null])

  const well = await pager.heard(/^All is well again/)
  t.match(well, /Evergreen Café/)
  const said = await sandbox.replies(pageId, psid, 3)
  t.ok(said.length >= 3)
  await mail.received(2)
  t.match(mail.messages[0], /Evergreen needs you/)
  t.match(mail.messages[1], /All is well again/)
  t.equal(pager.texts.length, 2, 'one when needed, one when all is well')
})

t.test('an operator who reads the alert on a telephone can repair there', async (t) => {
  const pager = await startPager(t)
  const { sandbox, app, pageId, psid, say, bootstrap, parked } = await buildTown(t, {
    env: { ALERT_URL: pager.url, PUBLIC_URL: 'https://bot.example.com' },
  })
  await bootstrap()
  sandbox.trouble('password-changed')
  say('when are you open?')
  // That a machine is talking, and the two texts of the answer.
  await parked(3)

  const alert = await pager.heard(/^Evergreen needs you/)
  const [, address = '', user = '', password = ''] =
    /^To do: Open (https:\S+) \(user (\w+), password (\w+)\)/m.exec(alert) ?? []
  const [, press = ''] = /press "([^"]+)"/.exec(alert) ?? []
  const { host, pathname, origin } = new URL(address)
  const tab = openTab(app, '127.0.0.1', host)
  await tab.get(pathname)
  await tab.get('/operator/sign-in')
  await tab.submit('/operator/sign-in', { user, password: app.config[password as 'OPERATOR_PASSWORD'] ?? '' })
  t.match((await tab.get(pathname)).body, press)
  const paste = await tab.submit('/operator/repair', { token: sandbox.userToken() })
  t.match(paste, { statusCode: 303 }, origin)

  await pager.heard(/^All is well again/)
  t.ok((await sandbox.replies(pageId, psid, 2)).length >= 2)
})

t.test(
  'a bot that is restarted while a token is dead alerts no second time, and reminds when that was due',
  async (t) => {
    const pager = await startPager(t)
    const { sandbox, app, pageId, bootstrap } = await buildTown(t, {
      env: { ALERT_URL: pager.url, REMIND_SECONDS: '6' },
    })
    await bootstrap()
    sandbox.trouble('password-changed')
    await app.tokens.probe()
    await pager.heard(/^Evergreen needs you/)
    const { sinceMs } = app.tokens.status(pageId)
    await app.close()

    const { FB_APP_ID, FB_APP_SECRET, FB_VERIFY_TOKEN, FB_GRAPH_URL, DATA_DIR, BOT_SCRIPT } = app.config
    const env = { FB_APP_ID, FB_APP_SECRET, FB_VERIFY_TOKEN, FB_GRAPH_URL, DATA_DIR, BOT_SCRIPT }
    const again = await buildApp({
      env: { ...env, ALERT_URL: pager.url },
      logStream: { write: () => undefined },
    })
    t.teardown(() => again.close())
    await again.listen({ host: '127.0.0.1', port: 0 })
    t.match(again.tokens.status(pageId), { state: 'invalid', sinceMs }, 'it is known from before')
    t.match(again.needs.open(), [{ pageId, cause: 'token_invalid' }])
    await again.tokens.probe()
    t.match(again.needs.confirmed(), [{ pageId, cause: 'token_invalid' }])
    await pager.heard(/^Evergreen still needs you/)
    await again.bootstrapToken({ userToken: sandbox.userToken(), all: true })
    await pager.heard(/^All is well again/)
    t.match(pager.texts, [/^Evergreen needs you/, /^Evergreen still needs you/, /^All is well again/])
    t.equal(pager.texts.length, 3)
  },
)

t.test('what the bot mends by itself sends no alert', async (t) => {
  const pager = await startPager(t)
  const { sandbox, app, pageId, psid, say, bootstrap } = await buildTown(t, {
    sandbox: {
      users: [{ name: 'Olivia Operator' }, { name: 'Bot account', system: true }],
    },
    env: { ALERT_URL: pager.url },
  })
  // Two people's tokens are stored; the Page token in use is of the one whose password changes.
  const [, system] = [...sandbox.world.users.keys()]
  await app.bootstrapToken({ userToken: sandbox.userToken({ userId: system ?? '' }) })
  await bootstrap()
  const before = app.tokens.status(pageId).fingerprint
  sandbox.trouble('password-changed')
  say('when are you open?')

  await sandbox.replies(pageId, psid, 1)
  t.match(app.tokens.status(pageId), { state: 'valid' })
  t.not(app.tokens.status(pageId).fingerprint, before)
  t.strictSame(app.needs.open(), [])
  t.strictSame(pager.texts, [])
})
