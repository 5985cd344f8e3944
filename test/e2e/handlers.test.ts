import { join } from 'node:path'
import { readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { startTown } from '../helpers/bot.ts'
import { until } from '../helpers/until.ts'

const API = pathToFileURL(join(import.meta.dirname, '../../src/handlers/bot.ts')).href

/** Orders are noted before they are answered, which takes long the first time. */
const handlers = (notes: string) => `
import { appendFileSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineBot } from '${API}'

export const bot = defineBot()
  .hears('loop', () => {
    appendFileSync('${notes}.pid', String(process.pid))
    for (;;);
  })
  .hears('order', async (ctx) => {
    appendFileSync('${notes}', ctx.key + '\\n')
    if (readFileSync('${notes}', 'utf8').split('\\n').length === 2) await sleep(60_000)
    ctx.reply('ordered')
  })
`

const SCRIPT = `
waiting: { after: 2s, say: Wait. }
replies: { say: { when: '/^say (?<what>.+)$/', say: 'heard {{what}}' } }
fallback: { say: what }
`

t.test('who meets an endless loop is asked to wait and gets the fallback; the others go on', async (t) => {
  const notes = join(t.testdir({ notes: '' }), 'notes')
  const file = join(t.testdir({ notes: '', 'bot.ts': handlers(notes) }), 'bot.ts')
  const { sandbox, pageIds, psids } = await startTown(t, {
    size: { pages: 1, visitors: 2 },
    env: { BOT_HANDLERS: file },
    script: SCRIPT,
  })
  const [page = ''] = pageIds
  const [one = '', other = ''] = psids
  const write = (psid: string, text: string): void => void sandbox.act(page, psid, { type: 'text', text })
  const heard = (psid: string): string[] =>
    (sandbox.conversation(page, psid)?.messages ?? []).flatMap(({ from, text }) =>
      from === 'page' ? (text ?? '') : [],
    )
  write(one, 'loop')
  write(one, 'say after')
  await sandbox.until(() => heard(one).length === 1)
  write(other, 'say hello')
  await sandbox.until(() => heard(other).includes('heard hello'))
  await sandbox.until(() => heard(one).length === 3)
  t.same(heard(one), ['Wait.', 'what', 'heard after'])
})

t.test('a handler that was cut off when the bot was killed runs again, with the same key', async (t) => {
  const dir = t.testdir({ notes: '' })
  const notes = join(dir, 'notes')
  const file = join(t.testdir({ notes: '', 'bot.ts': handlers(notes) }), 'bot.ts')
  const { sandbox, bot, pageIds, psids } = await startTown(t, { env: { BOT_HANDLERS: file } })
  const [page = '', psid = ''] = [...pageIds, ...psids]
  const noted = (): string[] => readFileSync(notes, 'utf8').split('\n').filter(Boolean)

  sandbox.act(page, psid, { type: 'text', text: 'order' })
  await until(() => noted().length > 0, { everyMs: 20 })
  await bot.kill9()
  await bot.start()
  t.match(await sandbox.replies(page, psid, 1), [{ text: 'ordered' }])
  t.equal(noted().length, 2)
  t.equal(new Set(noted()).size, 1)
})

t.test('a handler in an endless loop does not outlive a bot that was killed', async (t) => {
  const dir = t.testdir({ 'notes.pid': '' })
  const notes = join(dir, 'notes')
  const file = join(dir, 'bot.ts')
  writeFileSync(file, handlers(notes))
  const { sandbox, bot, pageIds, psids } = await startTown(t, { env: { BOT_HANDLERS: file } })
  sandbox.act(pageIds[0] ?? '', psids[0] ?? '', { type: 'text', text: 'loop' })
  const pid = (): number => Number(readFileSync(`${notes}.pid`, 'utf8'))
  await until(() => pid() !== 0, { everyMs: 20 })
  await bot.kill9()
  const isAlive = (): boolean => {
    try {
      return process.kill(pid(), 0)
    } catch {
      return false
    }
  }
  t.ok(isAlive())
  await until(() => !isAlive(), { everyMs: 20 })
})
