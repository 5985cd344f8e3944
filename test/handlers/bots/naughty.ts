import { fstatSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineBot } from '../../../src/handlers/bot.ts'
import { NOTE_FD } from '../../../src/handlers/job.ts'

/** Before any event. */
const { size: noteBytes } = fstatSync(NOTE_FD)

/** Does all that a handler should not, when a text asks for it. */
export const bot = defineBot({ timeLimitMs: 60_000 })
  .hears(/^say (.+)/, (ctx) => ctx.reply(`heard ${ctx.match?.[1]}`))
  .hears('note', (ctx) => ctx.reply(String(noteBytes)))
  .hears('pid', (ctx) => ctx.reply(String(process.pid)))
  .hears(/^environment (\w+)$/, (ctx) => ctx.reply(process.env[ctx.match?.[1] ?? ''] ?? 'unset'))
  .hears('oom score', (ctx) => ctx.reply(readFileSync('/proc/self/oom_score_adj', 'utf8')))
  .hears('status', (ctx) => ctx.reply(readFileSync('/proc/self/status', 'utf8')))
  .hears('loop', () => {
    for (;;);
  })
  .hears('throw', () => {
    throw new TypeError('thrown')
  })
  .hears('exit', async () => {
    await sleep(5)
    process.exit(0)
  })
  .hears('slowly', async (ctx) => {
    await sleep(100)
    ctx.reply(`slowly, ${ctx.key}`)
  })
  .hears('reject later', (ctx) => {
    void sleep(5).then(() => {
      throw new Error('rejected')
    })
    ctx.reply('answered')
  })
  .hears('reject now', async () => {
    void Promise.reject(new Error('rejected'))
    await sleep(60_000)
  })
  .hears('throw in a timer', async () => {
    setTimeout(() => {
      throw new Error('from a timer')
    }, 5)
    await sleep(60_000)
  })
  .hears('long error', () => {
    throw new Error('x'.repeat(10_000_000))
  })
  .hears('500', (ctx) => {
    for (let n = 0; n < 500; n += 1) ctx.reply('x')
  })
  .hears('nonsense', (ctx) => ctx.reply({ text: () => 'x' } as never))
  .hears('return', () => 'hello' as never)
  .hears('huge', (ctx) =>
    ctx.reply({ attachment: { type: 'template', payload: { x: 'x'.repeat(2_000_000) } } }),
  )
  .hears('memory', async () => {
    const eaten: unknown[] = []
    for (;;) {
      for (let n = 0; n < 20; n += 1) eaten.push(Buffer.alloc(500_000, 'x').toString('latin1'))
      await sleep(1)
    }
  })
  .hears('buffers', async () => {
    const eaten: Buffer[] = []
    for (;;) {
      eaten.push(Buffer.alloc(30_000_000, 1))
      await sleep(5)
    }
  })
