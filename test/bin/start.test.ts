import { once } from 'node:events'
import { existsSync, watch, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t, { type Test } from 'tap'
import { spawnBotProcess } from '../helpers/bot-process.ts'
import { textCallback } from '../helpers/sign.ts'
import { until } from '../helpers/until.ts'

// Handlers that take their time to load stand for whatever makes a start long.
const HANDLERS = `
import { defineBot } from '${pathToFileURL(join(import.meta.dirname, '../../src/handlers/bot.ts')).href}'
import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
writeFileSync('loading', '')
let word = ''
while (word === '') {
  await setTimeout(5)
  try { word = readFileSync('word', 'utf8') } catch {}
}
if (word === 'die') await new Promise(() => {})
if (word === 'fail') throw new Error('these handlers are broken')
export const bot = defineBot()
`

// A worker thread that dies by that word.
const THREADS_DIE = `data:text/javascript,${encodeURIComponent(`
import { existsSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
if (!isMainThread) setInterval(() => { if (existsSync('word')) process.exit(1) }, 5).unref()
`)}`

t.test(
  'the port is closed while the bot is being built, and answers everything once it is open',
  async (t) => {
    const port = await freePort()
    const { bot, say } = await start(t, { PORT: String(port) })

    await t.rejects(fetch(`http://127.0.0.1:${port}/healthz`))
    say('go')
    const address = await bot.listening
    t.match(await fetch(`${address}/healthz`), { status: 200 })
    t.match(await fetch(`${address}/readyz`), { status: 200 })
    t.match(await bot.post(textCallback('hi')), { status: 200 })

    bot.child.kill('SIGTERM')
    t.same(await bot.ended, [0, null])
  },
)

t.test('a start that fails ends with 1 and has never listened', async (t) => {
  const { bot, say } = await start(t)
  say('fail')
  t.same(await bot.ended, [1, null])
  t.match(bot.stderr(), /these handlers are broken/)
  t.notMatch(bot.lines.join('\n'), /"msg":"listening"/)
})

t.test('a bot told to stop during its start ends at once, however long that would take', async (t) => {
  const { bot } = await start(t)
  bot.child.kill('SIGTERM')
  t.same(await bot.ended, [0, null])
  t.equal(bot.stderr(), '')
})

t.test('a bot whose database dies during its start ends with 1, so that it is started again', async (t) => {
  const { bot, say } = await start(t, { NODE_OPTIONS: `--import ${THREADS_DIE}` })
  say('die')
  t.same(await bot.ended, [1, null])
  // Its pipe may still hold lines when it has ended.
  await until(() => bot.lines.some((line) => line.includes('"msg":"the store is lost: this process ends"')))
})

/** The bot in the middle of its start: its handlers are being loaded. */
async function start(t: Test, env: Record<string, string> = {}) {
  const dir = t.testdir({ 'handlers.js': HANDLERS })
  const bot = spawnBotProcess(t, { dataDir: join(dir, 'data'), env: { BOT_HANDLERS: 'handlers.js', ...env } })
  await appears(join(dir, 'loading'))
  return { bot, say: (word: string) => writeFileSync(join(dir, 'word'), word) }
}

/** Watches before it looks, so that nothing falls between. */
const appears = (file: string): Promise<void> =>
  new Promise((resolve) => {
    const watcher = watch(dirname(file), () => look())
    const look = (): void => {
      if (!existsSync(file)) return
      watcher.close()
      resolve()
    }
    look()
  })

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
