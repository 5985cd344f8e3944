import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t, { type Test } from 'tap'
import { systemClock } from '../../src/base/clock.ts'
import { openStore } from '../../src/store/sqlite/open.ts'
import { startBotProcess } from '../helpers/bot-process.ts'
import { textCallback } from '../helpers/sign.ts'

// Handlers that take their time to load stand for whatever makes a start long.
const HANDLERS = `
import { defineBot } from '${pathToFileURL(join(import.meta.dirname, '../../src/handlers/bot.ts')).href}'
import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
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

t.test('callbacks are kept while the rest of the bot is still being loaded', async (t) => {
  const { bot, say } = await start(t)

  t.match(await bot.post(textCallback('hi')), { status: 200 })
  const waiting = fetch(`${bot.address}/healthz`)
  t.match(await bot.post(textCallback('are you there?', 'm_2')), { status: 200 })
  say('go')
  t.match(await waiting, { status: 200 }, 'and the rest was waited for')

  bot.child.kill('SIGTERM')
  t.same(await bot.ended, [0, null])
})

t.test('what came during a start that failed is there for the next one', async (t) => {
  const { bot, say, dataDir } = await start(t)
  t.match(await bot.post(textCallback('hi')), { status: 200 })
  say('fail')
  t.same(await bot.ended, [1, null])
  t.match(bot.stderr(), /these handlers are broken/)

  const { store, close } = await openStore({ dir: dataDir, clock: systemClock })
  t.match(await store.counts(), { inbox: 1 })
  await close()
})

t.test('a bot told to stop during its start ends as any other, however long that would take', async (t) => {
  const { bot } = await start(t)
  bot.child.kill('SIGTERM')
  t.same(await bot.ended, [0, null])
  t.match(bot.lines.at(-1), /"msg":"stopped"/)
  t.equal(bot.stderr(), '')
})

t.test('a bot whose database dies during its start ends with 1, so that it is started again', async (t) => {
  const { bot, say } = await start(t, { NODE_OPTIONS: `--import ${THREADS_DIE}` })
  say('die')
  t.same(await bot.ended, [1, null])
  t.match(bot.lines.at(-1), /"msg":"stopped"/)
})

async function start(t: Test, env: Record<string, string> = {}) {
  const dir = t.testdir({ 'handlers.js': HANDLERS })
  const dataDir = join(dir, 'data')
  const bot = await startBotProcess(t, { dataDir, env: { BOT_HANDLERS: 'handlers.js', ...env } })
  return { bot, dataDir, say: (word: string) => writeFileSync(join(dir, 'word'), word) }
}
