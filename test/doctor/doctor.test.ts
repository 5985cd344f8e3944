import { chmod, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createOutside } from '../../src/doctor/outside.ts'
import type { Finding } from '../../src/doctor/finding.ts'
import { databaseIn } from '../../src/store/sqlite/data-dir.ts'
import { tokenFileIn } from '../../src/store/tokens/place.ts'
import { createTokenStore } from '../../src/store/tokens/token-store.ts'
import { makeCertificate } from '../helpers/certificate.ts'
import {
  buildWorld,
  examine,
  PAGE_ID,
  passOn,
  SECRETS,
  startProxy,
  type World,
  type WorldOptions,
} from './lab.ts'

type Expected = Record<string, [status: 'warning' | 'failure', what: RegExp, next: RegExp]>

interface Row extends WorldOptions {
  what: string
  arrange?: (world: World, t: Test) => unknown
  /** Every check that is neither in order nor skipped. */
  expected: Expected
  /** A check that may say so, too: whether the running bot has met the trouble yet is a matter of moments. */
  perhaps?: string
  /** Checks that must be skipped for that reason. */
  skipped?: Record<string, RegExp>
}

const trouble = (results: (Finding & { id: string })[]) =>
  Object.fromEntries(
    results
      .filter(({ status }) => status === 'warning' || status === 'failure')
      .map(({ id, status, what, next }) => [id, [status, what, next]]),
  )

const pageOf = ({ sandbox }: World) => {
  const page = sandbox.world.pages.get(PAGE_ID)
  if (!page) throw new TypeError('The sandbox has no such Page.')
  return page
}

const changeToken = async (world: World, change: (page: Record<string, unknown>) => void) => {
  const path = tokenFileIn(world.dir)
  const data = JSON.parse(await readFile(path, 'utf8')) as { pages: Record<string, unknown>[] }
  for (const page of data.pages) change(page)
  await writeFile(path, JSON.stringify(data))
}

const RENEW = new RegExp(`^npm run bootstrap-token -- --page ${PAGE_ID}$`)

const ROWS: Row[] = [
  // This machine
  {
    what: 'what the running bot has noticed',
    arrange: ({ dir }) => {
      const db = new DatabaseSync(databaseIn(dir), { timeout: 10_000 })
      const keep = db.prepare('insert or replace into meta (name, value) values (?, ?)')
      keep.run('note:other-objects', '["instagram","user"]')
      keep.run(`note:automatic-replies:${PAGE_ID}`, String(Date.now()))
      db.close()
    },
    expected: {
      'other-objects': ['warning', /also calls about instagram, user/, /App dashboard/],
      [`automatic-replies ${PAGE_ID}`]: [
        'warning',
        /automatic replies of the Page inbox are on/,
        /Automations/,
      ],
    },
  },
  {
    what: 'a Node that is too old',
    arrange: ({ seen }) => (seen.node = { version: '20.20.2', least: '24.15' }),
    expected: { node: ['failure', /20\.20\.2 is too old: at least 24\.15/, /Install Node\.js 24\.15/] },
  },
  {
    what: 'settings that are missing and malformed',
    arrange: ({ env }) => {
      delete env['FB_VERIFY_TOKEN']
      env['PROBE_SECONDS'] = 'hush-often'
    },
    expected: {
      configuration: ['failure', /FB_VERIFY_TOKEN is missing.*PROBE_SECONDS must be a number/, /\.env/],
    },
    skipped: { verification: /FB_VERIFY_TOKEN is missing or malformed/, callback: /FB_VERIFY_TOKEN/ },
  },
  {
    what: 'a script with a mistake',
    arrange: async ({ env, dir }) => {
      env['BOT_SCRIPT'] = join(dir, 'bot.yaml')
      await writeFile(env['BOT_SCRIPT'], 'replies:\n  hours:\n    sayy: Hello\n')
    },
    expected: { script: ['failure', /bot\.yaml:3:5: found the key "sayy"/, /keeps the last good version/] },
    skipped: { [`profile ${PAGE_ID}`]: /"Script" failed/ },
  },
  {
    what: 'a script that is not there',
    arrange: ({ env }) => (env['BOT_SCRIPT'] = 'nowhere.yaml'),
    expected: { script: ['failure', /no such file/, /nowhere\.yaml/] },
  },
  {
    what: 'handlers that do not load',
    arrange: async ({ env, dir }) => {
      env['BOT_HANDLERS'] = join(dir, 'handlers.ts')
      await writeFile(env['BOT_HANDLERS'], 'export const bott = 1\n')
    },
    expected: { handlers: ['failure', /exports no "bot"/, /defineBot/] },
  },
  {
    what: 'a data folder others may look into',
    arrange: ({ dir }) => chmod(dir, 0o755),
    expected: {
      'data-folder': ['warning', /other users may look into .* \(mode 0755\)/, /^chmod 700 .*data$/],
    },
  },
  {
    what: 'a data folder that is none',
    isRunning: false,
    withToken: false,
    arrange: ({ dir }) => writeFile(dir, ''),
    expected: {
      'data-folder': ['failure', /it is not a folder/, /DATA_DIR/],
      tokens: ['failure', /ENOTDIR/, /./],
      verification: ['failure', /cannot be reached \(ECONNREFUSED\)/, /the bot run/],
    },
    skipped: { database: /"Data folder" failed/, bot: /"Data folder" failed/ },
  },
  {
    what: 'a full disk',
    arrange: ({ seen }) => (seen.freeBytes = async () => 12_300_000),
    expected: { 'data-folder': ['failure', /only 12 MB are free/, /Make room/] },
  },
  {
    what: 'a damaged database',
    arrange: async ({ dir, stopBot }) => {
      await stopBot()
      const file = await open(databaseIn(dir), 'r+')
      await file.write(Buffer.alloc(6000, 0x7a), 0, 6000, 4096 * 2)
      await file.close()
    },
    expected: {
      database: ['failure', /is damaged/, /restore the backup/],
      bot: ['warning', /does not run/, /npm start/],
      verification: ['failure', /cannot be reached \(ECONNREFUSED\)/, /the bot run/],
    },
  },
  {
    what: 'a database of a newer release',
    arrange: ({ dir }) => {
      const db = new DatabaseSync(databaseIn(dir), { timeout: 5000 })
      db.exec('pragma user_version = 999')
      db.close()
    },
    expected: { database: ['failure', /written by a newer Evergreen \(version 999/, /newer release/] },
  },
  {
    what: 'replies that wait for a bot that does not run',
    arrange: async ({ dir, stopBot }) => {
      await stopBot()
      const db = new DatabaseSync(databaseIn(dir), { timeout: 5000 })
      const hourAgo = Date.now() - 3600_000
      db.prepare(
        'insert into outbox (page, conversation, seq, accepted_ms, body) values (1, 1, 1, ?, ?)',
      ).run(hourAgo, '{}')
      db.close()
    },
    expected: {
      database: ['warning', /1 reply wait, the oldest for 1 hour/, /Start the bot/],
      bot: ['warning', /does not run/, /npm start/],
      verification: ['failure', /cannot be reached/, /./],
    },
  },
  {
    what: 'a bot that listens elsewhere than configured',
    arrange: ({ env }) => (env['PORT'] = '9'),
    expected: {
      bot: ['warning', /process \d+ runs, but http:\/\/127\.0\.0\.1:9 does not answer/, /restart it/],
    },
  },
  {
    what: 'no token yet',
    withToken: false,
    expected: { tokens: ['failure', /no Page token yet/, /^npm run bootstrap-token$/] },
  },
  {
    what: 'a token file that is damaged',
    arrange: ({ dir }) => writeFile(tokenFileIn(dir), '{"version":1,"pages":[{"token":"hush'),
    expected: { tokens: ['failure', /not valid JSON/, /tokens\.json\.previous/] },
  },
  {
    what: 'another TOKEN_KEY than the tokens were saved with',
    arrange: async ({ dir, env }) => {
      const plain = await readFile(tokenFileIn(dir), 'utf8')
      const { pages } = JSON.parse(plain) as { pages: [] }
      await rm(tokenFileIn(dir))
      const store = await createTokenStore({ dir, key: Buffer.alloc(32, 7) })
      await store.save({ pages })
      await store.close()
      env['TOKEN_KEY'] = Buffer.alloc(32, 8).toString('base64')
    },
    expected: { tokens: ['failure', /encrypted with another TOKEN_KEY/, /Set TOKEN_KEY to the key/] },
  },
  {
    what: 'a TOKEN_KEY that came after the tokens',
    arrange: ({ env }) => (env['TOKEN_KEY'] = Buffer.alloc(32, 7).toString('base64')),
    expected: { tokens: ['warning', /in the clear/, /^Restart the bot/] },
  },
  {
    what: 'a token file others may read',
    arrange: ({ dir }) => chmod(tokenFileIn(dir), 0o644),
    expected: { tokens: ['warning', /other users may read .*0644/, /^chmod 600 .*tokens\.json$/] },
  },

  // Facebook
  {
    what: 'a Graph that is not there',
    arrange: ({ env }) => (env['FB_GRAPH_URL'] = 'http://127.0.0.1:1'),
    expected: {
      graph: ['failure', /127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED\)/, /firewall|FB_GRAPH_URL/],
    },
    skipped: {
      app: /"Graph API" failed/,
      clock: /"Graph API" failed/,
      [`token ${PAGE_ID}`]: /"Graph API" failed/,
    },
  },
  {
    what: 'a Graph that is down',
    arrange: ({ sandbox }) => sandbox.trouble('graph-down'),
    expected: {
      graph: ['failure', /answers with HTTP 503/, /outage.*metastatus/],
    },
    perhaps: 'bot',
  },
  {
    what: 'something else where Graph should be',
    arrange: async ({ env }, test) => {
      const port = await startProxy(test, (_request, response) => response.end('<html>Please log in</html>'))
      env['FB_GRAPH_URL'] = `http://127.0.0.1:${port}`
    },
    expected: { graph: ['failure', /\(HTTP 200\), but not like the Graph API/, /FB_GRAPH_URL/] },
  },
  {
    what: 'a clock that is a little wrong',
    arrange: ({ seen }) => (seen.clock = { now: () => Date.now() + 120_000 }),
    expected: { clock: ['warning', /^(1 minute|2 minutes) ahead of Facebook/, /timedatectl/] },
  },
  {
    what: 'a clock that is quite wrong',
    arrange: ({ seen }) => (seen.clock = { now: () => Date.now() - 3 * 3600_000 }),
    expected: { clock: ['failure', /[23] hours behind Facebook’s: 24-hour windows/, /timedatectl/] },
  },
  {
    what: 'a wrong app secret',
    arrange: ({ env }) => (env['FB_APP_SECRET'] = 'hush-another-secret'),
    expected: {
      app: ['failure', /app id or app secret is wrong/, /FB_APP_SECRET/],
      callback: ['failure', /another app secret than FB_APP_SECRET/, /Restart the bot/],
    },
    skipped: { [`token ${PAGE_ID}`]: /"App" failed/ },
  },
  {
    what: 'a Graph version that has expired',
    arrange: ({ env }) => (env['FB_GRAPH_VERSION'] = 'v19.0'),
    expected: { version: ['warning', /Graph runs v22\.0 instead of v19\.0/, /FB_GRAPH_VERSION=v22\.0/] },
  },
  {
    what: 'an app without a webhook',
    arrange: ({ sandbox }) => sandbox.setWebhook(null),
    expected: { 'app-subscription': ['failure', /no address/, /npm run bootstrap-token.*callback URL http/] },
  },
  {
    what: 'an app whose webhooks go elsewhere',
    arrange: ({ sandbox }) => sandbox.setWebhook({ url: 'http://127.0.0.1:9/old' }),
    expected: {
      'app-subscription': ['failure', /webhooks to http:\/\/127\.0\.0\.1:9\/old, not to/, /callback URL/],
    },
  },
  {
    what: 'an app that is not told of messages',
    arrange: ({ sandbox, env }) =>
      sandbox.world.apps.get(env['FB_APP_ID'] ?? '')?.subscription?.fields.delete('messages'),
    expected: { 'app-subscription': ['failure', /sends no messages/, /all fields/] },
  },

  // From outside in
  {
    what: 'no public address',
    arrange: ({ env }) => delete env['PUBLIC_URL'],
    expected: { address: ['warning', /PUBLIC_URL is not set/, /Set PUBLIC_URL/] },
    skipped: { certificate: /PUBLIC_URL is not set/, verification: /PUBLIC_URL is not set/ },
  },
  {
    what: 'a public address that does not resolve',
    arrange: ({ env }) => (env['PUBLIC_URL'] = 'https://bot.invalid'),
    expected: {
      address: ['failure', /no DNS entry for bot\.invalid/, /A or AAAA record/],
      'app-subscription': ['failure', /not to https:\/\/bot\.invalid\/webhook/, /./],
    },
    skipped: { verification: /"Address" failed/ },
  },
  {
    what: 'a bot with another verify token',
    arrange: ({ env }) => (env['FB_VERIFY_TOKEN'] = 'hush-other-verify-token'),
    expected: { verification: ['failure', /another verify token than FB_VERIFY_TOKEN/, /Restart the bot/] },
  },
  {
    what: 'a proxy that does not reach the bot',
    arrange: async (world, test) => {
      await behind(world, await startProxy(test, passOn('http://127.0.0.1:1')))
    },
    expected: { verification: ['failure', /does not reach the bot \(HTTP 502\)/, /Start the bot/] },
  },
  {
    what: 'a proxy that redirects',
    arrange: async (world, test) => {
      await behind(
        world,
        await startProxy(test, (_q, response) => response.writeHead(301, { location: '/' }).end()),
      )
    },
    expected: { verification: ['failure', /redirects \(HTTP 301\)/, /address it leads to/] },
  },
  {
    what: 'a proxy that serves something else',
    arrange: async (world, test) => {
      await behind(world, await startProxy(test, (_q, response) => response.end('Welcome to nginx!')))
    },
    expected: { verification: ['failure', /not as the bot does/, /pass \/webhook on/] },
  },
  {
    what: 'a proxy that changes the body',
    arrange: async (world, test) => {
      const pretty = (body: Buffer) => Buffer.from(body.toString().replaceAll(',', ', '))
      await behind(world, await startProxy(test, passOn(world.origin, pretty)))
    },
    expected: { callback: ['failure', /changes the body/, /unchanged/] },
  },
  {
    what: 'a stand-in that believes everybody',
    arrange: async (world, test) => {
      const port = await startProxy(test, (request, response) => {
        response.end(
          new URL(request.url ?? '', 'http://x').searchParams.get('hub.challenge') ?? 'EVENT_RECEIVED',
        )
      })
      await behind(world, port)
    },
    expected: {
      stranger: ['failure', /any token is answered/, /pass everything on/],
      forgery: ['failure', /without a signature is accepted/, /not this bot/],
    },
  },
  ...certificates(),

  // The Page
  {
    what: 'a token that died with a password',
    arrange: ({ sandbox }) => sandbox.trouble('password-changed'),
    expected: { [`token ${PAGE_ID}`]: ['failure', /dead: the password was changed/, RENEW] },
    skipped: { [`permissions ${PAGE_ID}`]: /"Token" failed/, [`profile ${PAGE_ID}`]: /"Token" failed/ },
  },
  {
    what: 'a token of an app that was removed',
    arrange: ({ sandbox }) => sandbox.trouble('app-removed'),
    expected: { [`token ${PAGE_ID}`]: ['failure', /dead: the app was removed/, RENEW] },
  },
  {
    what: 'a token whose person lost the role',
    arrange: ({ sandbox }) => sandbox.trouble('role-lost'),
    expected: { [`token ${PAGE_ID}`]: ['failure', /no longer has a suitable role/, RENEW] },
  },
  {
    what: 'a token that would expire',
    arrange: async (world) => {
      const { sandbox } = world
      const [app] = sandbox.world.apps.values()
      const token = sandbox.world.tokens.get(sandbox.userToken())
      if (!app || !token) throw new TypeError('The sandbox has no such token.')
      const hour = { ...token, value: 'hush-page-token', type: 'PAGE' as const, pageId: PAGE_ID }
      sandbox.world.tokens.set(hour.value, hour)
      await changeToken(world, (page) => (page['token'] = hour.value))
    },
    expected: { [`token ${PAGE_ID}`]: ['failure', /expires on 20/, RENEW] },
  },
  {
    what: 'a token of another app',
    arrange: async (world) => {
      const { sandbox } = world
      const [app] = sandbox.world.apps.values()
      if (!app) throw new TypeError('The sandbox has no app.')
      sandbox.world.apps.set('600000000000002', { ...app, id: '600000000000002', subscription: null })
      for (const token of sandbox.world.tokens.values()) token.session.appId = '600000000000002'
      await changeToken(world, (page) => (page['appId'] = '600000000000002'))
    },
    expected: {
      [`token ${PAGE_ID}`]: [
        'failure',
        /made for app 600000000000002, but FB_APP_ID is 600000000000001/,
        /FB_APP_SECRET/,
      ],
    },
  },
  {
    what: 'a permission that was taken away',
    arrange: ({ sandbox, env }) => {
      for (const { grants } of sandbox.world.users.values()) {
        grants.get(env['FB_APP_ID'] ?? '')?.scopes.delete('pages_messaging')
      }
    },
    expected: {
      [`permissions ${PAGE_ID}`]: ['failure', /pages_messaging was taken/, RENEW],
      [`subscription ${PAGE_ID}`]: ['failure', /permission/, RENEW],
    },
    skipped: { [`profile ${PAGE_ID}`]: /"Permissions" failed/ },
  },
  {
    what: 'a person who may no longer answer messages',
    arrange: (world) => {
      for (const user of pageOf(world).roles.keys()) pageOf(world).roles.set(user, ['MODERATE'])
    },
    expected: {
      [`tasks ${PAGE_ID}`]: ['failure', /may not answer messages/, /full access/],
    },
  },
  {
    what: 'a Page that was unsubscribed',
    arrange: async (world) => {
      // Otherwise the running bot subscribes it again.
      await changeToken(world, (page) => (page['subscribe'] = false))
      pageOf(world).subscriptions.clear()
    },
    expected: { [`subscription ${PAGE_ID}`]: ['failure', /sends its webhooks to this app no longer/, RENEW] },
  },
  {
    what: 'a Page that sends too little',
    arrange: async (world) => {
      await changeToken(world, (page) => (page['subscribe'] = false))
      pageOf(world).subscriptions.set(world.env['FB_APP_ID'] ?? '', new Set(['messages', 'standby']))
    },
    expected: {
      [`subscription ${PAGE_ID}`]: ['warning', /without messaging_postbacks, message_echoes/, RENEW],
    },
  },
  {
    what: 'a profile that was changed at Facebook',
    arrange: (world) =>
      (pageOf(world).profile['greeting'] = [{ locale: 'default', text: 'Hello from elsewhere' }]),
    expected: { [`profile ${PAGE_ID}`]: ['warning', /^greeting differs from/, /sets it within minutes/] },
  },
  {
    what: 'a mail server that is not there',
    arrange: ({ env }) =>
      Object.assign(env, { ALERT_MAIL_TO: 'me@example.com', SMTP_URL: 'smtp://me:hush@127.0.0.1:1' }),
    expected: { alerts: ['failure', /mail server 127\.0\.0\.1:1 does not let us in/, /Check SMTP_URL/] },
  },
  {
    what: 'a channel that takes no alert',
    arrange: ({ env }) => (env['ALERT_NTFY_URL'] = 'http://:hush@127.0.0.1:1/hush-topic'),
    expected: {
      alerts: ['failure', /ntfy would take no alert \(ECONNREFUSED\)/, /Check ALERT_NTFY_URL: the topic/],
    },
  },
  {
    what: 'mail without a mail server',
    arrange: ({ env }) => (env['ALERT_MAIL_TO'] = 'me@example.com'),
    expected: { configuration: ['failure', /SMTP_URL is missing/, /\.env/] },
  },
  {
    what: 'no channel for alerts',
    arrange: ({ env }) => delete env['ALERT_URL'],
    expected: { alerts: ['warning', /no alert is sent/, /ALERT_URL.*ALERT_NTFY_URL.*SMTP_URL/] },
  },
]

/** Puts the public address where Facebook calls on that port. */
async function behind({ env, sandbox }: World, port: number, protocol = 'http'): Promise<void> {
  env['PUBLIC_URL'] = `${protocol}://localhost:${port}`
  sandbox.setWebhook({ url: `${env['PUBLIC_URL']}/webhook`, verifyToken: SECRETS.FB_VERIFY_TOKEN })
}

/** An https proxy with the certificate in question; `authority` is what the world trusts. */
function certificates(): Row[] {
  const authority = makeCertificate({ name: 'Test authority' })
  const byAuthority = { name: 'bot', hosts: ['localhost'], by: authority }
  const DAY_MS = 86_400_000
  const row = (what: string, wish: Parameters<typeof makeCertificate>[0], expected: Expected): Row => ({
    what,
    arrange: async (world, test) => {
      world.seen.outside = createOutside({ ca: authority.cert })
      await behind(world, await startProxy(test, passOn(world.origin), makeCertificate(wish)), 'https')
    },
    expected,
  })
  return [
    row('a good certificate is no trouble', byAuthority, {}),
    row(
      'a certificate that signs itself',
      { name: 'bot', hosts: ['localhost'] },
      {
        certificate: ['failure', /signs itself, which Facebook refuses/, /Let’s Encrypt/],
      },
    ),
    row(
      'a certificate that has expired',
      { ...byAuthority, fromMs: Date.now() - 9 * DAY_MS, untilMs: Date.now() - DAY_MS },
      {
        certificate: ['failure', /has expired/, /certbot renew/],
      },
    ),
    row(
      'a certificate that expires soon',
      { ...byAuthority, untilMs: Date.now() + 5 * DAY_MS },
      {
        certificate: ['warning', /expires on 20\d\d-/, /not renewed/],
      },
    ),
    row(
      'a certificate for another name',
      { ...byAuthority, hosts: ['other.example'] },
      {
        certificate: ['failure', /for another name/, /PUBLIC_URL/],
      },
    ),
    row(
      'a certificate whose chain is incomplete',
      { ...byAuthority, by: makeCertificate({ name: 'Intermediate', by: authority }) },
      {
        certificate: ['failure', /without the one between|unknown authority/, /full chain/],
      },
    ),
  ]
}

t.test('everything in order is told as that', async (t) => {
  const world = await buildWorld(t)
  const results = await examine(world)
  t.strictSame(trouble(results), {})
  t.ok(results.every(({ status }) => status === 'ok'))
  t.ok(results.length > 20)
})

t.test('the doctor leaves the data folder as it was, whether the bot runs or not', async (t) => {
  const world = await buildWorld(t)
  const files = () => readdir(world.dir, { recursive: true }).then((names) => names.toSorted())
  const before = await files()
  await examine(world)
  t.strictSame(await files(), before)

  await world.stopBot()
  const stopped = await files()
  t.match(trouble(await examine(world)), { bot: ['warning', /does not run/, /npm start/] })
  t.strictSame(await files(), stopped)
})

t.ok(ROWS.length > 20, 'more than twenty broken set-ups')

for (const { what, arrange, expected, perhaps, skipped = {}, ...options } of ROWS) {
  t.test(`the doctor names ${what}`, async (t) => {
    const world = await buildWorld(t, options)
    await arrange?.(world, t)
    const results = await examine(world)

    t.strictSame(
      Object.keys(trouble(results))
        .filter((id) => id !== perhaps)
        .toSorted(),
      Object.keys(expected).toSorted(),
      JSON.stringify(trouble(results)),
    )
    t.match(trouble(results), expected)
    for (const [id, reason] of Object.entries(skipped)) {
      t.match(
        results.find((result) => result.id === id),
        { status: 'skipped', what: reason },
      )
    }
    t.notMatch(JSON.stringify(results), /hush|EAA\w{8}/, 'no secret is shown')
  })
}
