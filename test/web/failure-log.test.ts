import t from 'tap'
import { BotError } from '../../src/base/errors.ts'
import { createFailureLog } from '../../src/web/failure-log.ts'
import { createFakeClock } from '../helpers/clock.ts'

t.test('requests that fail for one reason get twenty lines a minute, and the rest is counted', async (t) => {
  const clock = createFakeClock()
  const lines: Record<string, unknown>[] = []
  const log = createFailureLog({ clock, log: { error: (facts) => void lines.push({ ...facts }) } })
  const fail = (times: number): void => {
    const lost = new BotError('BOT_STORE_UNAVAILABLE', 'the disk is full')
    for (let n = 0; n < times; n += 1) log(lost, 'BOT_STORE_UNAVAILABLE')
  }

  fail(100)
  t.equal(lines.length, 20)
  log(new Error('another one'), 'BOT_INTERNAL')
  t.match(lines, { 20: { code: 'BOT_INTERNAL', err: { message: 'another one' } } })
  await clock.advance(60_000)
  fail(2)
  t.match(lines.slice(21), [{ code: 'BOT_STORE_UNAVAILABLE', unlogged: 80 }, { unlogged: undefined }])
  t.equal(lines.length, 23)
})
