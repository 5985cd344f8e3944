import { join } from 'node:path'
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { startTown } from '../helpers/bot.ts'

const API = pathToFileURL(join(import.meta.dirname, '../../src/handlers/bot.ts')).href

/** Orders are noted before they are answered, which takes long the first time. */
const handlers = (notes: string) => `
import { appendFileSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineBot } from '${API}'

export const bot = defineBot()
  .hears('loop', () => { for (;;); })
  .hears('order', async (ctx) => {
    appendFileSync('${notes}', ctx.key + '\\n')
    if (readFileSync('${notes}', 'utf8').split('\\n').length === 2) await sleep(60_000)
    ctx.reply('ordered')
  })
`

t.test('a handler in an endless loop costs its event, and the others are answered meanwhile', async (t) => {
  const notes = join(t.testdir({ notes: '' }), 'notes')
  const file = join(t.testdir({ 'bot.ts': handlers(notes) }), 'bot.ts')
  const { sandbox, pageIds, psids } = await startTown(t, {
    size: { pages: 1, visitors: 2 },
    env: { BOT_HANDLERS: file },
  })
  const [page = ''] = pageIds
  const [one = '', other = ''] = psids
  const write = (psid: string, text: string): void => void sandbox.act(page, psid, { type: 'text', text })
  write(one, 'loop')
  write(one, 'say after')
  write(other, 'say hello')
  t.match(await sandbox.replies(page, other, 1), [{ text: 'heard hello' }])
  t.match(await sandbox.replies(page, one, 2), [{ text: 'what' }, { text: 'heard after' }])
})

t.test('a handler that was cut off when the bot was killed runs again, with the same key', async (t) => {
  const dir = t.testdir({ notes: '' })
  const notes = join(dir, 'notes')
  const file = join(t.testdir({ notes: '', 'bot.ts': handlers(notes) }), 'bot.ts')
  const { sandbox, bot, pageIds, psids } = await startTown(t, { env: { BOT_HANDLERS: file } })
  const [page = '', psid = ''] = [...pageIds, ...psids]
  const noted = (): string[] => readFileSync(notes, 'utf8').split('\n').filter(Boolean)

  sandbox.act(page, psid, { type: 'text', text: 'order' })
  while (noted().length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
  await bot.kill9()
  await bot.start()
  t.match(await sandbox.replies(page, psid, 1), [{ text: 'ordered' }])
  t.equal(noted().length, 2)
  t.equal(new Set(noted()).size, 1)
})
