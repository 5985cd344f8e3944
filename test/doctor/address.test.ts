import t from 'tap'
import { callbackChecks } from '../../src/doctor/checks/callback.ts'
import type { DoctorContext } from '../../src/doctor/context.ts'
import { runChecks } from '../../src/doctor/run.ts'
import { readSettings } from '../../src/doctor/settings.ts'
import { createFakeClock } from '../helpers/clock.ts'

/** What is said of a public address when the Graph is Facebook's own. */
const judge = async (publicUrl: string, addresses: string[] = []) => {
  const outside = { proxyFor: () => null, resolve: async () => addresses }
  const settings = readSettings({
    FB_APP_ID: '1',
    FB_APP_SECRET: 's',
    FB_VERIFY_TOKEN: 'v',
    PUBLIC_URL: publicUrl,
  })
  const [address] = callbackChecks({ outside } as unknown as DoctorContext)
  if (!address) throw new TypeError('There is no such check.')
  const [result] = await runChecks({
    checks: [address],
    settings,
    clock: createFakeClock(),
    clean: (text) => text,
  })
  return result
}

t.test('a public address is fine when it is https and the world can reach it', async (t) => {
  t.match(await judge('https://bot.example', ['203.0.113.7', '2001:db8::7']), {
    status: 'ok',
    what: 'bot.example is 203.0.113.7, 2001:db8::7',
  })
})

t.test('Facebook calls https alone', async (t) => {
  t.match(await judge('http://127.0.0.1:3000'), { status: 'failure', what: /not https/, next: /proxy/ })
})

t.test(
  'an address of one’s own network makes the doctor wonder, since Facebook asks another DNS',
  async (t) => {
    for (const address of [
      '10.1.2.3',
      '192.168.1.4',
      '172.20.0.1',
      '127.0.1.1',
      '100.100.1.1',
      '::1',
      'fd00::1',
      'fe80::1',
    ]) {
      t.match(
        await judge('https://bot.example', [address]),
        { status: 'warning', what: new RegExp(address) },
        address,
      )
    }
    t.match(await judge('https://bot.example', ['10.1.2.3', '203.0.113.7']), { status: 'ok' })
    t.match(await judge('https://[fd00::1]'), { status: 'warning' })
  },
)
