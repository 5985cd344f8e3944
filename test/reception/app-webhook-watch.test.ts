import t, { type Test } from 'tap'
import { createGraph } from '../../src/graph/client.ts'
import type { Trouble } from '../../src/alerts/page-trouble.ts'
import { createAppWebhookWatch } from '../../src/reception/app-webhook-watch.ts'
import { createFakeClock } from '../helpers/clock.ts'
import { APP_ID, APP_SECRET, startBot, startSandbox, VERIFY_TOKEN } from '../../sandbox/test/lab.ts'
import { until } from '../helpers/until.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** The watch against the real sandbox; `looked` moves the clock and waits until the look it led to is over. */
const build = async (t: Test, over: { url?: string; verifyToken?: string } = {}) => {
  const bot = await startBot(t)
  const sandbox = await startSandbox(t)
  const graph = createGraph({
    origin: sandbox.origin,
    version: 'v25.0',
    appId: APP_ID,
    appSecret: APP_SECRET,
  })
  t.teardown(() => graph.close())
  const clock = createFakeClock()
  const troubles: (Trouble | null)[] = []
  const lines: string[] = []
  const watch = createAppWebhookWatch({
    graph,
    webhook: { url: bot.url, verifyToken: VERIFY_TOKEN, ...over },
    clock,
    log: { warn: (_facts, message) => lines.push(message) },
    onTrouble: (trouble) => troubles.push(trouble),
  })
  t.teardown(() => watch.stop())
  watch.start()
  const looked = async (ms: number) => {
    await clock.advance(ms)
    // The next look is planned when this one is over.
    await until(() => clock.pending() > 0)
  }
  const subscription = () => sandbox.world.apps.get(APP_ID)?.subscription
  return { bot, sandbox, clock, watch, troubles, lines, looked, subscription }
}

t.test(
  'an address that is missing, or has lost fields, is set soon after the start and every few hours',
  async (t) => {
    const { bot, sandbox, troubles, lines, looked, subscription } = await build(t)
    t.equal(subscription(), null)
    await looked(30_000)
    t.equal(subscription()?.callbackUrl, bot.url)
    t.equal(lines.length, 1)

    await looked(6 * HOUR_MS)
    t.equal(lines.length, 1, 'nothing to say when all is in order')
    subscription()?.fields.delete('messages')
    await looked(6 * HOUR_MS)
    t.ok(subscription()?.fields.has('messages'))
    sandbox.setWebhook(null)
    await looked(6 * HOUR_MS)
    t.equal(subscription()?.callbackUrl, bot.url)
    t.strictSame(troubles, [null, null, null, null])
  },
)

t.test('an address that was pointed elsewhere is left alone, and told', async (t) => {
  const { bot, sandbox, troubles, looked, subscription } = await build(t)
  sandbox.setWebhook({ url: 'http://127.0.0.1:9/other' })
  await looked(30_000)
  t.equal(subscription()?.callbackUrl, 'http://127.0.0.1:9/other')
  t.match(troubles, [
    { what: /to http:\/\/127\.0\.0\.1:9\/other, not to/, remedy: /bootstrap-token.*unset PUBLIC_URL/ },
  ])

  sandbox.setWebhook({ url: bot.url, verifyToken: VERIFY_TOKEN })
  await looked(6 * HOUR_MS)
  t.equal(troubles.at(-1), null)
})

t.test('an address that does not answer is told when it did not get better by itself', async (t) => {
  const { troubles, lines, looked } = await build(t, { url: 'http://127.0.0.1:9/webhook' })
  await looked(30_000)
  await looked(2 * MINUTE_MS)
  t.strictSame(troubles, [])
  await looked(10 * MINUTE_MS)
  t.match(troubles, [
    { what: /right answer from http:\/\/127\.0\.0\.1:9\/webhook/, remedy: /npm run doctor/ },
  ])
  t.equal(lines.length, 3)
  t.notMatch(JSON.stringify([troubles, lines]), VERIFY_TOKEN)
})

t.test('an outage of Graph raises no need', async (t) => {
  const { sandbox, troubles, looked, subscription } = await build(t)
  sandbox.trouble('graph-down')
  for (const ms of [30_000, 2 * MINUTE_MS, 10 * MINUTE_MS, 6 * HOUR_MS]) await looked(ms)
  t.strictSame(troubles, [])
  sandbox.trouble('graph-up')
  await looked(6 * HOUR_MS)
  t.strictSame(troubles, [null])
  t.ok(subscription())
})

t.test('once stopped it looks no more', async (t) => {
  const { clock, watch, lines } = await build(t)
  watch.stop()
  await clock.advance(24 * HOUR_MS)
  t.strictSame(lines, [])
})
