import t from 'tap'
import { createStrangerLog } from '../../src/web/stranger-log.ts'
import { createFakeClock } from '../helpers/clock.ts'

const build = () => {
  const clock = createFakeClock()
  const lines: Record<string, unknown>[] = []
  const warn = ((facts: Record<string, unknown>, msg: string) => void lines.push({ ...facts, msg })) as never
  return { clock, lines, log: createStrangerLog({ clock, log: { warn } }) }
}

t.test(
  'a stranger gets twenty lines a minute, whatever port or address of its network it comes from',
  async (t) => {
    const { clock, lines, log } = build()
    for (let n = 0; n < 100; n += 1) log(`192.0.2.1:${n}`, {}, 'x')
    t.equal(lines.length, 20)
    for (let n = 0; n < 100; n += 1) log(`2001:db8:0:1::${n}`, {}, 'x')
    t.equal(lines.length, 40)
    log('192.0.2.2', {}, 'x')
    t.equal(lines.length, 41, 'another one is heard')
    await clock.advance(60_000)
    log('192.0.2.1', {}, 'x')
    t.equal(lines.length, 42)
  },
)

t.test('all strangers together get two hundred lines a minute', async (t) => {
  const { lines, log } = build()
  for (let n = 0; n < 1000; n += 1) log(`10.0.${n >> 8}.${n & 255}`, {}, 'x')
  t.equal(lines.length, 200)
})

t.test('what came with a request is cut', async (t) => {
  const { lines, log } = build()
  log('x'.repeat(5000), { origin: 'y'.repeat(15_000), code: 'BOT_FORM_REFUSED', status: 7 }, 'x')
  t.ok(JSON.stringify(lines).length < 600)
  t.match(lines, [{ code: 'BOT_FORM_REFUSED', status: 7, origin: /^y{199}…$/ }])
})
