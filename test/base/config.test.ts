import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify from 'fastify'
import { Ajv } from 'ajv'
import t from 'tap'
import { envPlugin } from '../../plugins/env.ts'
import { exposureOf } from '../../src/base/config-warnings.ts'
import { isConfidential, loadConfig, withDotEnv, withoutSecrets, type Env } from '../../src/base/config.ts'
import { configSchema, SECRET_NAMES, type Config } from '../../src/base/settings.ts'
import type { BotError } from '../../src/base/errors.ts'
import { asNobody, asRoot } from '../helpers/as-nobody.ts'

const KEY = Buffer.alloc(32, 7).toString('base64')
const REQUIRED = { FB_APP_ID: '600000000000001', FB_APP_SECRET: 'app-secret-1', FB_VERIFY_TOKEN: 'verify-1' }

t.test('three variables are enough, the rest has defaults', async (t) => {
  t.same(loadConfig(REQUIRED), {
    ...REQUIRED,
    FB_GRAPH_VERSION: 'v25.0',
    FB_GRAPH_URL: 'https://graph.facebook.com',
    FB_LOGIN_URL: 'https://www.facebook.com',
    HOST: '127.0.0.1',
    PORT: 3000,
    BODY_BUDGET_MIB: 32,
    DATA_DIR: 'data',
    BOT_SCRIPT: 'bot.yaml',
    PROBE_SECONDS: 900,
    REMIND_SECONDS: 3600,
    MESSAGES_PER_SECOND: 35,
    ALERT_PERSON: 'on',
    ALERT_STANDBY: 'on',
    KEEP_QUESTIONS_DAYS: 90,
    LOG_LEVEL: 'info',
  })
})

t.test('one message names everything that is missing or malformed, and never a value', async (t) => {
  const error = refusal({ FB_APP_SECRET: 'hush hush', PORT: '70000-secret', TOKEN_KEY: 'dG9vIHNob3J0' })

  t.equal(error?.code, 'BOT_CONFIG_INVALID')
  t.match(error?.message, /^ {2}FB_APP_ID is missing: it must be the id of your app/m)
  t.match(error?.message, /^ {2}FB_VERIFY_TOKEN is missing/m)
  t.match(error?.message, /^ {2}FB_APP_SECRET must be the app secret, without spaces/m)
  t.match(error?.message, /^ {2}PORT must be a whole number from 0 to 65535/m)
  t.match(error?.message, /^ {2}TOKEN_KEY must be 32 random bytes in base64/m)
  t.notMatch(error?.message, /hush|70000|dG9v/)
  t.match(error?.remedy, /\.env\.example/)
})

t.test('each variable takes what it should', async (t) => {
  const good: [keyof Config, string, unknown][] = [
    ['FB_APP_ID', ' 12 ', '12'],
    ['FB_VERIFY_TOKEN', 'two words', 'two words'],
    ['FB_GRAPH_VERSION', 'v22.0', 'v22.0'],
    ['FB_GRAPH_URL', 'http://127.0.0.1:4000/', 'http://127.0.0.1:4000'],
    ['FB_GRAPH_URL', 'HTTPS://Graph.Example:443', 'https://graph.example'],
    ['HOST', '::', '::'],
    ['HOST', '[::1]', '::1'],
    ['HTTPS_PROXY', 'proxy.example.com:3128', 'http://proxy.example.com:3128'],
    ['HTTPS_PROXY', 'socks5://me:word@127.0.0.1:1080/', 'socks5://me:word@127.0.0.1:1080/'],
    ['HTTPS_PROXY', 'socks5h://127.0.0.1:1080', 'socks5h://127.0.0.1:1080'],
    ['HOST', 'bot.internal', 'bot.internal'],
    ['PORT', '0', 0],
    ['PORT', '65535', 65535],
    ['PUBLIC_URL', 'https://bot.example/', 'https://bot.example'],
    ['PUBLIC_URL', 'http://localhost:3000', 'http://localhost:3000'],
    ['TOKEN_KEY', Buffer.alloc(32, 7).toString('base64'), Buffer.alloc(32, 7).toString('base64')],
    ['TOKEN_KEY', Buffer.alloc(32, 255).toString('base64url'), Buffer.alloc(32, 255).toString('base64url')],
    ['ALERT_URL', 'https://hooks.example/services/T/B/x?y=1', 'https://hooks.example/services/T/B/x?y=1'],
    ['PROBE_SECONDS', '0.5', 0.5],
    ['REMIND_SECONDS', '60', 60],
    ['LOG_LEVEL', 'debug', 'debug'],
    ['TRUST_PROXY', 'true', true],
    ['TRUST_PROXY', 'false', false],
    ['TRUST_PROXY', '10.0.0.0/8, 127.0.0.1,::1/128', '10.0.0.0/8, 127.0.0.1,::1/128'],
    ['TRUST_PROXY', 'loopback', 'loopback'],
  ]
  for (const [name, text, value] of good) {
    t.same(loadConfig({ ...REQUIRED, [name]: text })[name], value, `${name}=${text}`)
  }
})

t.test(
  'each variable refuses what it should not take, in the loader and in @fastify/env alike',
  async (t) => {
    const bad: [keyof Config, string][] = [
      ['FB_APP_ID', 'app'],
      ['FB_APP_ID', '12.5'],
      ['FB_APP_SECRET', 'two words'],
      ['FB_APP_SECRET', '"app-secret-1"'],
      ['FB_APP_SECRET', 'app-\u200Bsecret-1'],
      ['FB_APP_SECRET', 'app-s\u00E9cret-1'],
      ['FB_VERIFY_TOKEN', "'verify-1'"],
      ['FB_VERIFY_TOKEN', 'verify\u200B-1'],
      ['FB_VERIFY_TOKEN', 'verify-\u00FC'],
      ['OPERATOR_PASSWORD', '"long enough to be one"'],
      ['OPERATOR_PASSWORD', 'long\u2060 enough to be one'],
      ['DATA_DIR', '"data"'],
      ['HTTPS_PROXY', 'ftp://proxy.example.com'],
      ['HTTPS_PROXY', '"http://proxy.example.com"'],
      ['HTTPS_PROXY', 'http://proxy.example.com/path'],
      ['HTTPS_PROXY', 'http://proxy.example.com?x'],
      ['HTTP_PROXY', 'socks5://proxy.example.com#x'],
      ['FB_GRAPH_VERSION', '25.0'],
      ['FB_GRAPH_VERSION', 'v25'],
      ['FB_GRAPH_URL', 'graph.facebook.com'],
      ['FB_GRAPH_URL', 'https:graph.facebook.com'],
      ['FB_GRAPH_URL', 'ftp://graph.facebook.com'],
      ['FB_GRAPH_URL', 'https://user:word@graph.facebook.com'],
      ['FB_GRAPH_URL', 'https://graph.facebook.com/v25.0'],
      ['FB_LOGIN_URL', 'https://www.facebook.com?x=1'],
      ['FB_LOGIN_CONFIG_ID', 'config'],
      ['HOST', 'http://127.0.0.1'],
      ['HOST', 'localhost:3000'],
      ['HOST', '[::1]:3000'],
      ['PORT', '65536'],
      ['PORT', '-1'],
      ['PORT', '80.5'],
      ['PORT', '0x10'],
      ['PORT', '1e3'],
      ['PUBLIC_URL', 'http://bot.example'],
      ['PUBLIC_URL', 'https://bot.example/messenger'],
      ['TOKEN_KEY', Buffer.alloc(31).toString('base64')],
      ['TOKEN_KEY', Buffer.alloc(33).toString('base64')],
      ['ALERT_URL', 'hooks.example'],
      ['ALERT_URL', 'https://user:word@hooks.example/'],
      ['ALERT_MAIL_TO', 'operator'],
      ['ALERT_MAIL_TO', 'a@example.com, b'],
      ['ALERT_MAIL_TO', 'A <a@example.com>'],
      ['ALERT_MAIL_FROM', 'a@example.com,b@example.com'],
      ['ALERT_NTFY_URL', 'ntfy.sh/topic'],
      ['ALERT_NTFY_URL', 'https://ntfy.sh/'],
      ['ALERT_NTFY_URL', 'https://:100%sure@ntfy.sh/topic'],
      ['ALERT_NTFY_URL', 'https://:%ff@ntfy.sh/topic'],
      ['ALERT_NTFY_URL', 'https://ntfy.sh/topic?auth=x'],
      ['TELEGRAM_BOT_TOKEN', 'bot42:abc'],
      ['PUSHOVER_TOKEN', 'short'],
      ['SMTP_URL', 'mail.example.com'],
      ['SMTP_URL', 'https://mail.example.com'],
      ['SMTP_URL', 'smtp://'],
      ['SMTP_URL', 'smtps://me:100%@mail.example.com'],
      ['DATABASE_URL', 'postgres://me:100%@127.0.0.1/bot'],
      ['HTTPS_PROXY', 'http://me:100%@proxy.example.com:3128'],
      ['PROBE_SECONDS', '0'],
      ['PROBE_SECONDS', 'Infinity'],
      ['MESSAGES_PER_SECOND', '0'],
      ['MESSAGES_PER_SECOND', '301'],
      ['MESSAGES_PER_SECOND', 'many'],
      ['REMIND_SECONDS', '-5'],
      ['REMIND_SECONDS', '99999999'],
      ['LOG_LEVEL', 'loud'],
      ['TRUST_PROXY', 'yes'],
      ['TRUST_PROXY', '10.0.0.0/33'],
      ['TRUST_PROXY', '10.0.0.0/8/8'],
      ['TRUST_PROXY', '1'],
      ['DATABASE_URL', 'mysql://127.0.0.1/bot'],
      ['DATABASE_URL', 'postgres://127.0.0.1'],
    ]
    for (const [name, text] of bad) {
      const env = { ...REQUIRED, SMTP_URL: 'smtp://127.0.0.1', TOKEN_KEY: KEY, [name]: text }
      const error = refusal(env)
      t.match(error?.message, new RegExp(`^The configuration cannot be used:\\n  ${name} must be [^\\n]+$`))
      await t.rejects(buildEnv(env), { code: 'BOT_CONFIG_INVALID', message: error?.message })
    }
  },
)

t.test('a database is on one server, which may be named by a socket alone', async (t) => {
  for (const hosts of ['db-1,db-2', 'db-1:5432,db-2:5432', 'me:a,b@db-1,db-2']) {
    const env = {
      ...REQUIRED,
      TOKEN_KEY: KEY,
      DATABASE_URL: `postgres://${hosts}/bot?target_session_attrs=any`,
    }
    t.match(refusal(env)?.message, /DATABASE_URL must be .*; it names several servers: name one/)
  }
  const load = (DATABASE_URL: string) =>
    loadConfig({ ...REQUIRED, TOKEN_KEY: KEY, DATABASE_URL }).DATABASE_URL
  t.equal(load('postgres://me:a,b@db/bot'), 'postgres://me:a,b@db/bot')
  t.equal(load('postgres://me:a@/bot?host=/cloudsql/x'), 'postgres://me:a@localhost/bot?host=/cloudsql/x')
  // The end of a password that was not encoded is no name of a database.
  const cut = { ...REQUIRED, TOKEN_KEY: KEY, DATABASE_URL: 'postgres://me:a@/b@db/bot' }
  t.match(refusal(cut)?.message, /DATABASE_URL must be/)
})

t.test('@fastify/env decorates the application with the same configuration', async (t) => {
  const app = await buildEnv({ ...REQUIRED, PORT: '0', HOME: '/somewhere' })
  t.same(app.config, loadConfig({ ...REQUIRED, PORT: '0' }))
})

t.test('mail needs a server, and a command that asks for one of both alone does not', async (t) => {
  const mail = { ...REQUIRED, ALERT_MAIL_TO: 'a@example.com, b@example.com' }
  const error = refusal(mail)
  t.match(error?.message, /^The configuration cannot be used:\n {2}SMTP_URL is missing: it must be [^\n]+$/)
  await t.rejects(buildEnv(mail), { code: 'BOT_CONFIG_INVALID', message: error?.message })
  t.equal(refusal({ ...mail, SMTP_URL: 'smtps://me%40example.com:word@mail.example.com' }), undefined)
  t.same(loadConfig(mail, ['ALERT_MAIL_TO']), { ALERT_MAIL_TO: mail.ALERT_MAIL_TO })
})

t.test('an empty value counts as not set', async (t) => {
  t.equal(loadConfig({ ...REQUIRED, PORT: '', PUBLIC_URL: '   ' }).PORT, 3000)
  t.notHas(loadConfig({ ...REQUIRED, PUBLIC_URL: '   ' }), { PUBLIC_URL: String })
  t.match(refusal({ ...REQUIRED, FB_APP_ID: ' ' })?.message, /FB_APP_ID is missing/)
})

t.test('a command asks only for the variables it needs', async (t) => {
  const names = ['FB_APP_ID', 'FB_GRAPH_URL', 'PUBLIC_URL'] as const
  t.same(loadConfig({ FB_APP_ID: '1', PORT: 'nonsense' }, names), {
    FB_APP_ID: '1',
    FB_GRAPH_URL: 'https://graph.facebook.com',
  })
  t.throws(() => loadConfig({}, names), { message: /\n {2}FB_APP_ID is missing[^\n]*$/ })
})

t.test('DATABASE_URL demands a TOKEN_KEY, as tokens in a database get into its dumps', async (t) => {
  const DATABASE_URL = 'postgres://user:word@db.internal/bot'
  const error = refusal({ ...REQUIRED, DATABASE_URL })
  t.match(error?.message, /TOKEN_KEY is missing: it must be 32 random bytes/)
  t.notMatch(error?.message, /word|db\.internal/)
  const TOKEN_KEY = KEY
  t.match(loadConfig({ ...REQUIRED, DATABASE_URL, TOKEN_KEY }), { DATABASE_URL })
})

t.test('the schema is one: the loader takes that for granted', async (t) => {
  t.ok(new Ajv().validateSchema(configSchema))
})

t.test('every variable says what it should look like', async (t) => {
  for (const [name, schema] of Object.entries(configSchema.properties)) {
    t.match(schema, { description: /^[a-z0-9].{10,}[^.]$/ }, name)
  }
})

t.test('.env.example has every variable, with its default', async (t) => {
  const example = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8')
  const lines = [...example.matchAll(/^#?([A-Z_]+)=(.*)$/gm)]

  t.same(new Set(lines.map(([, name]) => name)), new Set(Object.keys(configSchema.properties)))
  for (const [, name = '', value] of lines) {
    const { default: fallback } = configSchema.properties[name as keyof Config] as {
      default?: string | number
    }
    if (fallback !== undefined) t.equal(value, String(fallback), name)
  }
})

t.test('.env fills in what the environment does not set', async (t) => {
  const dir = t.testdir({ '.env': 'FB_APP_ID=1\nFB_APP_SECRET="from file"\n# a comment\nPORT=4000\n' })

  const env = withDotEnv({ FB_APP_SECRET: 'from environment' }, join(dir, '.env'))

  t.same(env, { FB_APP_ID: '1', FB_APP_SECRET: 'from environment', PORT: '4000' })
})

t.test('a missing .env is fine', async (t) => {
  t.same(withDotEnv({ PORT: '1' }, join(t.testdir(), '.env')), { PORT: '1' })
})

t.test('a .env that is there but unreadable is an error that says what to do', async (t) => {
  const dir = t.testdir()

  t.throws(() => withDotEnv({}, dir), { code: 'BOT_CONFIG_INVALID', message: /cannot be read \(EISDIR\)/ })
})

t.test(
  'a .env of another user is told with both users, and its cure does not remove it',
  asRoot,
  async (t) => {
    const dir = mkdtempSync(join(tmpdir(), 'evergreen-test-'))
    t.teardown(() => rmSync(dir, { recursive: true }))
    chmodSync(dir, 0o755)
    const file = join(dir, '.env')
    writeFileSync(file, 'FB_APP_ID=1', { mode: 0o600 })
    t.throws(() => asNobody(() => withDotEnv({}, file)), {
      message: `The file ${file} cannot be read (EACCES). It belongs to user 0, and this runs as user 65534.`,
      remedy: `Run this as the user of the bot, or, where this is that user, run \`chown 65534 ${file}\` as root.`,
    })
    chmodSync(dir, 0o700)
    t.throws(() => asNobody(() => withDotEnv({}, file)), {
      message: `The folder ${dir} cannot be read (EACCES). It belongs to user 0, and this runs as user 65534.`,
      remedy: /^Run this as the user of the bot, or let this user enter the folder/,
    })
  },
)

t.test('a .env that other users may read is told of, with what to do', async (t) => {
  const dir = t.testdir({ '.env': 'FB_APP_SECRET=hush' })
  const file = join(dir, '.env')
  for (const mode of [0o604, 0o640, 0o660, 0o777]) {
    chmodSync(file, mode)
    t.match(exposureOf(file), { what: /other users may read.*mode 0\d{3}/, next: `chmod 600 ${file}` })
  }
  chmodSync(file, 0o600)
  t.equal(exposureOf(file), null)
  t.equal(exposureOf(join(dir, 'none')), null)
})

t.test('secrets are marked in the schema: no variable that looks like one is left out', async (t) => {
  const looksSecret = /SECRET|PASSWORD|TOKEN|KEY|_URL$/
  const harmless = ['FB_GRAPH_URL', 'FB_LOGIN_URL', 'PUBLIC_URL']
  const expected = Object.keys(configSchema.properties).filter(
    (name) => looksSecret.test(name) && !harmless.includes(name),
  )
  t.same([...SECRET_NAMES].sort(), [...expected, 'FB_USER_TOKEN', 'PGPASSWORD'].sort())
  t.same(
    withoutSecrets({ TOKEN_KEY: 'x', TOKEN_KEY_FILE: 'x', fb_app_secret: 'x', HOME: '/', SHOP_KEY: 'y' }),
    {
      HOME: '/',
      SHOP_KEY: 'y',
    },
  )
})

t.test('a password of the console that can be guessed is refused', async (t) => {
  const env = { ...REQUIRED, OPERATOR_PASSWORD: 'elevenchars' }
  t.match(refusal(env)?.message, /OPERATOR_PASSWORD must be the password.*at least 12 characters/)
  t.equal(loadConfig({ ...env, OPERATOR_PASSWORD: 'twelve chars' }).OPERATOR_PASSWORD, 'twelve chars')
})

t.test('what is sent to an origin is confidential with https or on this machine alone', async (t) => {
  for (const origin of ['https://a.example', 'http://localhost:1', 'http://127.0.0.9', 'http://[::1]:4000'])
    t.ok(isConfidential(origin), origin)
  for (const origin of ['http://sandbox:4000', 'http://127.evil.example', 'http://10.0.0.1', 'nonsense'])
    t.notOk(isConfidential(origin), origin)
})

const refusal = (env: Env): BotError | undefined => {
  try {
    loadConfig(env)
    return undefined
  } catch (error) {
    return error as BotError
  }
}

const buildEnv = async (env: Env) => {
  const app = Fastify()
  app.register(envPlugin, { env })
  await app.ready()
  return app
}

t.test('what is wrong with an address is named, and the address is not', async (t) => {
  const faults: [name: string, value: string, fault: RegExp | null][] = [
    ['PUBLIC_URL', 'bot.example.com', /; it lacks https:\/\/ in front$/m],
    ['PUBLIC_URL', 'bot.example.com:8443/webhook', /; it lacks https:\/\/ in front$/m],
    ['PUBLIC_URL', 'https://bot.example.com/webhook', /; there is text after the name \(and port\)/],
    ['PUBLIC_URL', 'http://bot.example.com', /; Facebook calls nothing but https$/m],
    ['FB_GRAPH_URL', 'https:/graph.facebook.com', /; between https and the name stand a colon and two/],
    ['FB_LOGIN_URL', 'ftp://www.facebook.com', /; it does not begin with https:/],
    ['ALERT_URL', 'hooks.slack.com/services/hush', /; it lacks https:\/\/ in front$/m],
    ['ALERT_URL', 'https://me:hush@hooks.slack.com/x', /; it holds a user name or a password$/m],
    ['PUBLIC_URL', 'nonsense', null],
  ]
  for (const [name, value, fault] of faults) {
    const { message = '' } = refusal({ ...REQUIRED, [name]: value }) ?? {}
    t.match(message, fault ?? new RegExp(`${name} must be [^;]+$`), `${name}=${value}`)
    t.notMatch(message, /hush/)
  }
})

t.test('what is odd about a secret is named, and the secret is not', async (t) => {
  const of = (FB_APP_SECRET: string) => refusal({ ...REQUIRED, FB_APP_SECRET })?.message ?? ''
  t.match(of('"hush"'), /FB_APP_SECRET .*quotation marks around it.*--env-file/)
  t.match(of('hu\u200Bsh'), /FB_APP_SECRET .*cannot be seen \(U\+200B\)/)
  t.match(of('hu sh'), /FB_APP_SECRET .*holds a blank/)
  for (const odd of ['"hush"', 'hu\u200Bsh']) t.notMatch(of(odd), /hush|hu.sh/)
})

t.test('a secret can be in a file; both is a mistake, and so is a file that is not there', async (t) => {
  const dir = t.testdir({ secret: 'app-secret-9\n', empty: '\n' })
  const { FB_APP_SECRET: _secret, ...rest } = REQUIRED
  const file = (name: string) => ({ ...rest, FB_APP_SECRET_FILE: join(dir, name) })
  t.equal(loadConfig(file('secret')).FB_APP_SECRET, 'app-secret-9')
  t.equal((await buildEnv(file('secret'))).config.FB_APP_SECRET, 'app-secret-9')
  t.match(refusal({ ...file('secret'), FB_APP_SECRET: 'app-secret-1' }), {
    message: /FB_APP_SECRET and FB_APP_SECRET_FILE are both set/,
  })
  const missing = refusal({ ...file('nothing'), PORT: 'x' })?.message ?? ''
  t.match(missing, /FB_APP_SECRET_FILE must name a file.*ENOENT/)
  t.match(missing, /PORT must be/)
  t.notMatch(missing, /FB_APP_SECRET is missing/)
  t.match(refusal(file('empty')), { message: /empty file/ })
  const password = { ...REQUIRED, OPERATOR_PASSWORD_FILE: join(dir, 'secret') }
  t.equal(loadConfig(password).OPERATOR_PASSWORD, 'app-secret-9')
})

t.test('a proxy is taken without its scheme and from the small names, too', async (t) => {
  const config = loadConfig({
    ...REQUIRED,
    HTTP_PROXY: 'unused',
    http_proxy: 'proxy.example:3128',
    no_proxy: '*',
  })
  t.match(config, { HTTP_PROXY: 'http://proxy.example:3128', NO_PROXY: '*' })
})
