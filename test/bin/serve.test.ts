import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { listen } from '../../bin/serve/listen.ts'
import { ENV } from '../helpers/surface.ts'

const SERVE = fileURLToPath(new URL('../../bin/serve.js', import.meta.url))
const SETTINGS = {
  ...ENV,
  PORT: '0',
  // No server listens there.
  FB_GRAPH_URL: 'http://127.0.0.1:9',
  BOT_SCRIPT: fileURLToPath(new URL('../../bot.example.yaml', import.meta.url)),
}

// Ten seconds pass at once, until the collection of the thread; those of the stop do not.
const COLLECTION_NOTED = `data:text/javascript,${encodeURIComponent(`
  import { isMainThread } from 'node:worker_threads'
  const wait = globalThis.setTimeout
  const hurried = (task, ms, ...rest) => wait(task, ms === 10_000 ? 0 : ms, ...rest)
  // With its form for promises.
  globalThis.setTimeout = Object.defineProperties(hurried, Object.getOwnPropertyDescriptors(wait))
  globalThis.gc = () => {
    globalThis.setTimeout = wait
    const { environmentVariables } = isMainThread ? process.report.getReport() : {}
    process.stderr.write(isMainThread ? 'collected\\n' : 'collected by the database thread\\n')
    if (environmentVariables !== undefined) process.stderr.write('a report holds the environment\\n')
  }`)}`

t.test(
  'npm start listens where .env says, logs nothing but JSON, collects what the start has left, opens no inspector, keeps the environment out of reports, and ends cleanly when told to',
  async (t) => {
    const file = Object.entries(SETTINGS).map(([name, value]) => `${name}=${value}`)
    const bot = start(t, { files: { '.env': file.join('\n') }, nodeOptions: ['--import', COLLECTION_NOTED] })
    const lines: Record<string, unknown>[] = []
    const listening = Promise.withResolvers<string>()
    createInterface({ input: bot.stdout }).on('line', (line) => {
      const entry = JSON.parse(line) as Record<string, unknown>
      lines.push(entry)
      if (entry['msg'] === 'listening') listening.resolve(String(entry['address']))
    })
    const errors: string[] = []
    const uncollected = new Set(['collected', 'collected by the database thread'])
    const collected = new Promise<void>((resolve) => {
      createInterface({ input: bot.stderr }).on('line', (line) => {
        if (!uncollected.delete(line)) errors.push(line)
        else if (uncollected.size === 0) resolve()
      })
    })

    const address = await Promise.race([listening.promise, once(bot, 'exit').then(() => 'it ended')])
    t.match(address, /^http:\/\/127\.0\.0\.1:[1-9]\d*$/)
    t.match(await fetch(`${address}/healthz`), { status: 200 })
    await t.resolves(collected)

    // An inspector says on standard error that it listens, sooner than the bot has ended.
    bot.kill('SIGUSR1')
    t.match(await fetch(`${address}/healthz`), { status: 200 })
    bot.kill('SIGTERM')
    t.same(await once(bot, 'close'), [0, null])
    t.match(lines.at(-1), { msg: 'stopped' })
    t.strictSame(errors, [])
  },
)

t.test('a setting that is missing because its name is misspelt in .env is told with that name', async (t) => {
  const lines = ['FB_APP_ID=600000000000001', 'FB_APP_SECERT=x', 'FB_VERIFY_TOKEN=v']
  const { code, stderr } = await run(t, { files: { '.env': lines.join('\n') } })
  t.equal(code, 1)
  t.match(stderr, /FB_APP_SECRET is missing.*\n.*FB_APP_SECERT in .env is no setting.*mean FB_APP_SECRET\?/)
})

t.test('a configuration that cannot be used ends it with one message and code 1', async (t) => {
  const { code, stdout, stderr } = await run(t, { env: { PORT: 'eighty', FB_APP_SECRET: 'hush hush' } })

  t.equal(code, 1)
  t.equal(stdout, '')
  t.match(stderr, /^The configuration cannot be used:\n {2}FB_APP_ID is missing/)
  t.match(stderr, /FB_VERIFY_TOKEN is missing[^]*PORT must be a whole number/)
  t.notMatch(stderr, /hush|eighty|at file|node:internal/)
})

t.test('an old Node says what it is too old for, and where a newer one comes from', async (t) => {
  for (const [version, isOld] of [
    ['20.20.2', true],
    ['24.14.9', true],
    ['25.0.0', false],
  ] as const) {
    const pretend = `Object.defineProperty(process.versions, 'node', { value: '${version}' })`
    const { code, stderr } = await run(t, { nodeOptions: ['--import', `data:text/javascript,${pretend}`] })
    t.equal(code, 1)
    t.equal(/^Evergreen needs Node 24\.15 or newer; this is [^]*npm ci/.test(stderr), isOld, version)
  }
})

t.test('an argument it does not know is refused, and not repeated', async (t) => {
  const { code, stderr } = await run(t, { args: ['--token', 'hush-hush'] })
  t.equal(code, 1)
  t.match(stderr, /^The bot takes no arguments but --setup\.\nIts settings are in \.env/)
  t.notMatch(stderr, /hush|token/)
})

t.test('who has set nothing yet is led to the demo, the guide and the doctor', async (t) => {
  const first = await run(t, {})
  t.equal(first.code, 1)
  t.match(first.stderr, /^The configuration cannot be used:\n {2}FB_APP_ID is missing/)
  t.match(
    first.stderr,
    // The folder is the owner's, not the program's.
    /node \S+bin\/demo\.ts[^]*bin\/serve\.js --setup[^]*README\.md, "Connect a real Page"[^]*cp \.env\.example \.env[^]*bin\/doctor\.ts/,
  )

  const later = await run(t, { env: { FB_APP_ID: '1' } })
  t.equal(later.code, 1)
  t.notMatch(later.stderr, 'demo')
})

t.test('an unreadable .env ends it with a message that says so', async (t) => {
  const { code, stderr } = await run(t, { files: { '.env': {} } })
  t.equal(code, 1)
  t.match(stderr, /^The file \.env is there but cannot be read \(EISDIR\)\.\n[^\n]+\n$/)
})

t.test('a taken port ends it with a message that says so', async (t) => {
  const squatter = createServer().listen(0, '127.0.0.1')
  t.teardown(() => squatter.close())
  await once(squatter, 'listening')
  const address = squatter.address()
  const port = typeof address === 'object' ? String(address?.port) : ''

  const { code, stderr } = await run(t, { env: { ...SETTINGS, PORT: port } })

  t.equal(code, 1)
  t.match(
    stderr,
    new RegExp(
      `^Cannot listen on 127\\.0\\.0\\.1 port ${port}: another process listens there already\\.\\n[^\\n]+\\n$`,
    ),
  )
})

t.test('an address that the system refuses for another reason is told with that', async (t) => {
  await t.rejects(listen(Fastify(), 'fe80::1', 0), {
    code: 'BOT_CONFIG_INVALID',
    message: /^Cannot listen on fe80::1 port 0: /,
  })
})

interface Setting {
  env?: Record<string, string>
  files?: Parameters<Test['testdir']>[0]
  nodeOptions?: string[]
  args?: string[]
}

function start(t: Test, { env = {}, files = {}, nodeOptions = [], args = [] }: Setting) {
  const bot = spawn(process.execPath, [...nodeOptions, SERVE, ...args], {
    cwd: t.testdir(files),
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.teardown(() => bot.kill('SIGKILL'))
  return bot
}

const run = async (t: Test, setting: Setting) => {
  const bot = start(t, setting)
  const [stdout, stderr, [code]] = await Promise.all([text(bot.stdout), text(bot.stderr), once(bot, 'exit')])
  return { code: code as number | null, stdout, stderr }
}
