import { rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { configWarnings } from '../../src/base/config-warnings.ts'
import { withDotEnv, type Env } from '../../src/base/config.ts'

t.test('a .env with a byte order mark is read, and one in UTF-16 is named', async (t) => {
  const text = "FB_APP_ID=1\nFB_VERIFY_TOKEN='a#b'\n"
  const dir = t.testdir({
    bom: `\uFEFF${text}`,
    wide: Buffer.from(`\uFEFF${text}`, 'utf16le'),
    unmarked: Buffer.from(text, 'utf16le'),
  })
  t.match(withDotEnv({ DATA_DIR: dir }, join(dir, 'bom')), { FB_APP_ID: '1', FB_VERIFY_TOKEN: 'a#b' })
  for (const name of ['wide', 'unmarked']) {
    t.throws(() => withDotEnv({ DATA_DIR: dir }, join(dir, name)), {
      code: 'BOT_CONFIG_INVALID',
      message: /UTF-16/,
      remedy: /UTF-8/,
    })
  }
})

t.test('a value that was cut at a # is warned about, unless it is not used', async (t) => {
  const dir = t.testdir({ env: "FB_VERIFY_TOKEN=abc#def\nA='x#y'\nB=x # a comment\n#C=1#2\n" })
  const warnings = (env: Env) => configWarnings({ DATA_DIR: dir, ...env }, join(dir, 'env'))
  t.match(warnings({}), [{ what: /FB_VERIFY_TOKEN in .*env ends where a # begins/, next: /quotation marks/ }])
  t.notMatch(JSON.stringify(warnings({})), /abc|def/)
  t.strictSame(warnings({ FB_VERIFY_TOKEN: 'other' }), [])
})

t.test('certificates that Node.js is told not to check are warned about', async (t) => {
  const told = (value: string) =>
    configWarnings({ DATA_DIR: 'none', NODE_TLS_REJECT_UNAUTHORIZED: value }, join(t.testdir(), 'env'))
  t.match(told('0'), [{ what: /can be read on their way/, next: /NODE_EXTRA_CA_CERTS/ }])
  t.strictSame(told('1'), [])
})

t.test('names of .env that are misspelt or set twice are told with what was meant', async (t) => {
  const told = (text: string) =>
    configWarnings({ DATA_DIR: 'none' }, join(t.testdir({ env: text }), 'env')).map(
      ({ what, next }) => `${what.replace(/ in .*env /, ' ')}. ${next}`,
    )
  t.same(told('FB_APP_SECERT=x'), ['FB_APP_SECERT is no setting. Did you mean FB_APP_SECRET? Then rename it'])
  for (const [name, meant] of [
    ['fb_app_id', 'FB_APP_ID'],
    ['FB-APP-ID', 'FB_APP_ID'],
    ['OPERATOR_PASWORD', 'OPERATOR_PASSWORD'],
    ['FB_APP_SECRET_FIEL', 'FB_APP_SECRET_FILE'],
  ])
    t.match(told(`${name}=x`), [new RegExp(`^${name} is no setting. Did you mean ${meant}`)])
  t.same(told('NODE_ENV=x\nhttps_proxy=y\nFB_USER_TOKEN=z\nMY_PORT=1\nHOSTS=1\nFB_APP_SECRET_FILE=f'), [
    'HOSTS is no setting. Did you mean HOST? Then rename it',
  ])
  t.match(told('FB_VERIFY_TOKEN=a\nexport FB_VERIFY_TOKEN=b'), [/^FB_VERIFY_TOKEN stands .*more than once/])
  t.match(told('FB_VERIFY_TOKEN=#abc'), [/^FB_VERIFY_TOKEN ends where a # begins/])
  t.same(told('FB_VERIFY_TOKEN= # chosen by you'), [])
  t.same(told('NOTE="first\nFB_VERIFY_TOKEN=in a text\n"\nFB_VERIFY_TOKEN=a'), [], 'a text of several lines')
})

t.test('a setting in a line of .env that sets nothing is told of, unless it is set elsewhere', async (t) => {
  const told = (text: string, env: Env = {}) => {
    const file = join(t.testdir({ env: text }), 'env')
    return configWarnings({ DATA_DIR: 'none', ...env }, file).map(({ what }) =>
      what.replace(/ in .*env /, ' '),
    )
  }
  for (const line of [
    'FB_APP_ID: 1',
    '"FB_APP_ID": "1",',
    'set FB_APP_ID=1',
    'setenv FB_APP_ID 1',
    '$env:FB_APP_ID = "1"',
    '- FB_APP_ID: 1',
    'PORT=80\rFB_APP_ID=1',
    'FB_APP_ID 1',
  ]) {
    t.strictSame(told(line), ['FB_APP_ID stands in a line that sets nothing'], line)
    t.strictSame(told(line, { FB_APP_ID: '2' }), [], line)
  }
  t.strictSame(told('# FB_APP_ID: 1\nNOTES: 1\nexport PORT=1\nHOST =::1'), [])
  t.strictSame(told('NOTES="To be set:\nFB_APP_ID: the number"\n'), [])
})

t.test('quiet hours by a clock of which Node.js does not know the time zone are told of', async (t) => {
  const file = join(t.testdir({ env: 'TZ=Europe/Berlin\n' }), 'env')
  const told = (env: Env, path = '') =>
    configWarnings({ DATA_DIR: 'none', ALERT_QUIET: '22:00-07:00', ...env }, path).map(({ what }) => what)
  for (const TZ of [
    'Europe/Berln',
    'CET-1CEST',
    ':/etc/localtime',
    'europe/berlin',
    'EUROPE/BERLIN',
    'us/eastern',
  ])
    t.match(told({ TZ }), [/^TZ names no time zone/], TZ)
  for (const TZ of [
    'Europe/Berlin',
    ':Europe/Berlin',
    'posix/Europe/Berlin',
    'UTC',
    'utc',
    'US/Eastern',
    'CET',
    'Pacific/Apia',
    '',
    undefined,
  ])
    t.strictSame(told({ TZ }), [], TZ ?? 'none')
  t.match(told({}, file), [/^TZ in \.env does not set the clock/])
  t.strictSame(told({ TZ: 'UTC' }, file), [])
  t.strictSame(told({ TZ: 'Europe/Berln', ALERT_QUIET: undefined }), [], 'nothing else goes by it')
})

t.test('a value of .env that is not what it looks like is told of, and a path for a shell', async (t) => {
  const told = (text: string | Buffer, env: Env = {}) => {
    const dir = t.testdir()
    writeFileSync(join(dir, 'env'), text)
    return configWarnings({ DATA_DIR: 'none', ...env }, join(dir, 'env')).map(({ what }) => what)
  }
  for (const mark of ['"', "'", '`'])
    t.match(told(`FB_VERIFY_TOKEN=${mark}hush\nPORT=1`), [/^FB_VERIFY_TOKEN in .* not closed/])
  t.notMatch(told(`FB_VERIFY_TOKEN="hush`).join(''), /hush/)
  t.same(told(`FB_VERIFY_TOKEN="hush`, { FB_VERIFY_TOKEN: 'another' }), [])
  t.same(told(`A="x"\nB='it is "so'\nC=in "the" middle`), [])
  t.match(told(Buffer.from('OPERATOR_PASSWORD=schl\u00fcssel', 'latin1')), [
    /^OPERATOR_PASSWORD .* not written in UTF-8/,
  ])
  t.same(told(Buffer.from('# Schl\u00fcssel\nOPERATOR_PASSWORD=x', 'latin1')), [], 'a comment')
  for (const path of ['~/data', '~', '$HOME/data', '/srv/${NAME}'])
    t.match(told('', { DATA_DIR: path }), [/^DATA_DIR has a ~ or a \$/])
  t.same(told('', { DATA_DIR: 'a~b', BOT_SCRIPT: '~x/bot.yaml' }), [])
})

t.test('a start in a folder that was removed meanwhile says that', async (t) => {
  const [dir, before] = [join(t.testdir({ gone: {} }), 'gone'), process.cwd()]
  process.chdir(dir)
  rmdirSync(dir)
  let error: unknown
  try {
    withDotEnv({})
  } catch (refusal) {
    error = refusal
  } finally {
    process.chdir(before)
  }
  t.match(error, {
    code: 'BOT_CONFIG_INVALID',
    message: /started in is not there any more/,
    remedy: /cd "\$PWD"/,
  })
})

t.test('an app secret that is none of Facebook’s is warned about with the real Facebook alone', async (t) => {
  const dir = t.testdir()
  const warnings = (env: Env) => configWarnings({ DATA_DIR: dir, ...env }, join(dir, 'none'))
  t.match(warnings({ FB_APP_SECRET: 'app-secret-1' }), [{ what: /FB_APP_SECRET .*32 hexadecimal/ }])
  t.strictSame(warnings({ FB_APP_SECRET: '0123456789abcdef0123456789ABCDEF' }), [])
  t.strictSame(warnings({ FB_APP_SECRET: 'x', FB_GRAPH_URL: 'http://127.0.0.1:1' }), [])
})
