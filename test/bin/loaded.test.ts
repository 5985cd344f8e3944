import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { startBotProcess } from '../helpers/bot-process.ts'

/** Writes what a process has loaded, files and formatters of Intl, to `loaded`, and notes in `thread` that it has begun a thread. */
const OBSERVED = `data:text/javascript,${encodeURIComponent(`
import { writeFileSync } from 'node:fs'
import module from 'node:module'
import { isMainThread } from 'node:worker_threads'
if (isMainThread) {
  const loaded = new Set()
  module.registerHooks({ load: (url, context, next) => (loaded.add(url), next(url, context)) })
  for (const name of ['DateTimeFormat', 'NumberFormat', 'Segmenter'])
    Intl[name] = new Proxy(Intl[name], { construct: (of, given) => (loaded.add('/Intl.' + name), new of(...given)) })
  process.on('exit', () => writeFileSync('loaded', [...loaded].join('\\n')))
} else writeFileSync('thread', '')
`)}`

/** Of these a start loads nothing: each waits for a setting, a command or a first use. */
const NOT_LOADED = [
  'Intl.',
  'app/console.ts',
  'app/setup.ts',
  'routes/console/',
  'routes/setup/',
  'src/cli/',
  'src/console/',
  'src/doctor/',
  'src/editing/',
  'src/people/',
  'src/store/postgres/',
  'src/handlers/process.ts',
  'node_modules/@clack/',
  'node_modules/@fastify/csrf-protection/',
  'node_modules/@fastify/helmet/',
  'node_modules/@fastify/secure-session/',
  'node_modules/nodemailer/',
  'node_modules/otpauth/',
  'node_modules/pg/',
  'node_modules/pino-pretty/',
  'node_modules/prom-client/',
  'node_modules/uqr/',
]

t.test('a start without settings loads nothing that waits for one', async (t) => {
  const { dir, bot } = await start(t)
  t.match(await fetch(`${bot.address}/readyz`), { status: 200 })
  bot.child.kill('SIGTERM')
  t.same(await bot.ended, [0, null])

  const loaded = readFileSync(join(dir, 'loaded'), 'utf8').split('\n')
  for (const part of ['app/bot.ts', 'node_modules/fastify/', 'node_modules/undici/'])
    t.ok(
      loaded.some((url) => url.includes(`/${part}`)),
      `${part}, so the list is one`,
    )
  for (const part of NOT_LOADED)
    t.same(
      loaded.filter((url) => url.includes(`/${part}`)),
      [],
      part,
    )
  t.ok(existsSync(join(dir, 'thread')), 'the thread of the embedded database')
})

t.test('a start with a database server begins no database thread', async (t) => {
  const { dir, bot } = await start(t, {
    // No server listens there.
    DATABASE_URL: 'postgres://someone:word@127.0.0.1:9/bot',
    TOKEN_KEY: Buffer.alloc(32, 7).toString('base64'),
  })
  t.same(await bot.ended, [1, null])
  t.ok(existsSync(join(dir, 'loaded')))
  t.notOk(existsSync(join(dir, 'thread')))
})

t.test('a start that its settings end loads no part of the bot', async (t) => {
  const { dir, bot } = await start(t, { PORT: 'eighty' })
  t.same(await bot.ended, [1, null])
  const loaded = readFileSync(join(dir, 'loaded'), 'utf8').split('\n')
  t.same(
    loaded.filter((url) => /\/(?:app|plugins|routes)\/|\/node_modules\/fastify\//.test(url)),
    [],
  )
})

async function start(t: Test, env: Record<string, string> = {}) {
  const dir = t.testdir({})
  const bot = await startBotProcess(t, {
    dataDir: join(dir, 'data'),
    env: { ...env, NODE_OPTIONS: `--import ${OBSERVED}` },
  })
  return { dir, bot }
}
