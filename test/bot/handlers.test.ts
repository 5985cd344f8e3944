import { join } from 'node:path'
import { readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { startTown } from '../helpers/bot.ts'
import { until } from '../helpers/until.ts'

const API = pathToFileURL(join(import.meta.dirname, '../../src/handlers/bot.ts')).href

/** Orders are noted before they are answered, which takes long the first time. */
const handlers = (notes: string) => `
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineBot } from '${API}'

export const bot = defineBot()
  .hears('loop', () => {
    writeFileSync('${notes}.pid', String(process.pid))
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

t.test('handlers of a real bot', async (t) => {
  const dir = t.testdir({ notes: '', 'notes.pid': '' })
  const notes = join(dir, 'notes')
  const file = join(dir, 'bot.ts')
  writeFileSync(file, handlers(notes))
  const { sandbox, bot, pageIds, psids } = await startTown(t, {
    size: { pages: 1, visitors: 3 },
    env: { BOT_HANDLERS: file },
    script: SCRIPT,
  })
  const [page = ''] = pageIds
  const [one = '', other = '', third = ''] = psids
  const write = (psid: string, text: string): void => void sandbox.act(page, psid, { type: 'text', text })
  const heard = (psid: string): string[] =>
    (sandbox.conversation(page, psid)?.messages ?? []).flatMap(({ from, text }) =>
      from === 'page' ? (text ?? '') : [],
    )
  const answers = (psid: string): string[] => heard(psid).filter((text) => text !== 'Wait.')

  await t.test(
    'who meets an endless loop is asked to wait and gets the fallback; the others go on',
    async (t) => {
      write(one, 'loop')
      write(one, 'say after')
      await sandbox.until(() => heard(one).length === 1)
      write(other, 'say hello')
      await sandbox.until(() => answers(other).length === 1)
      await sandbox.until(() => answers(one).length === 2)
      t.equal(heard(one)[0], 'Wait.')
      t.same(answers(other), ['heard hello'])
      t.same(answers(one), ['what', 'heard after'])
    },
  )

  await t.test(
    'a handler that was cut off when the bot was killed runs again, with the same key',
    async (t) => {
      const noted = (): string[] => readFileSync(notes, 'utf8').split('\n').filter(Boolean)
      write(other, 'order')
      await until(() => noted().length > 0, { everyMs: 20 })
      await bot.kill9()
      await bot.start()
      await sandbox.until(() => answers(other).length === 2)
      t.equal(answers(other)[1], 'ordered')
      t.equal(noted().length, 2)
      t.equal(new Set(noted()).size, 1)
    },
  )

  await t.test('a handler in an endless loop does not outlive a bot that was killed', async (t) => {
    const pidFile = `${notes}.pid`
    writeFileSync(pidFile, '')
    write(third, 'loop')
    const pid = (): number => Number(readFileSync(pidFile, 'utf8'))
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
})
