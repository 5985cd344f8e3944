import t, { type Test } from 'tap'
import { WEBHOOK_FIELDS } from '../../src/channel/messenger.ts'
import { systemClock } from '../../src/base/clock.ts'
import { createGraph } from '../../src/graph/client.ts'
import { createTokenStore } from '../../src/store/tokens/token-store.ts'
import { bootstrap, type BootstrapOptions } from '../../src/token/bootstrap.ts'
import type { BootstrapStep } from '../../src/token/steps.ts'
import { APP_ID, APP_SECRET, startBot, startSandbox, VERIFY_TOKEN } from '../../sandbox/test/lab.ts'

/** A bootstrap against the real sandbox, whose verification calls the bot. */
const build = async (t: Test) => {
  const bot = await startBot(t)
  const sandbox = await startSandbox(t)
  const graph = createGraph({
    origin: sandbox.origin,
    version: 'v25.0',
    appId: APP_ID,
    appSecret: APP_SECRET,
  })
  const store = await createTokenStore({ dir: t.testdir(), key: null })
  t.teardown(() => Promise.all([graph.close(), store.close()]))
  const run = async (over: Partial<BootstrapOptions> = {}) => {
    const steps: BootstrapStep[] = []
    await bootstrap({
      graph,
      store,
      appId: APP_ID,
      clock: systemClock,
      userToken: sandbox.userToken(),
      subscribe: true,
      webhook: { url: bot.url, verifyToken: VERIFY_TOKEN },
      report: (step) => steps.push(step),
      ...over,
    })
    return steps.find(({ name, status }) => name === 'webhook' && status !== 'started')
  }
  const subscription = () => sandbox.world.apps.get(APP_ID)?.subscription
  return { bot, sandbox, store, run, subscription }
}

t.test('a bootstrap points the webhooks of the app to this bot, with every field it needs', async (t) => {
  const { bot, run, subscription } = await build(t)
  t.match(await run(), { status: 'done', text: `This app's webhooks go to ${bot.url}` })
  t.match(subscription(), { callbackUrl: bot.url, verifyToken: VERIFY_TOKEN, verified: true })
  t.strictSame([...(subscription()?.fields ?? [])].toSorted(), [...WEBHOOK_FIELDS].toSorted())
})

t.test('what is right already is left alone, what is not is put right', async (t) => {
  const { bot, sandbox, run, subscription } = await build(t)
  await run()
  const calls = bot.calls.length
  t.match(await run(), { status: 'skipped', text: /already$/ })
  t.equal(bot.calls.length, calls, 'no verification')

  subscription()?.fields.delete('messages')
  t.match(await run(), { status: 'done' })
  t.ok(subscription()?.fields.has('messages'))

  sandbox.setWebhook({ url: 'http://127.0.0.1:9/old' })
  t.match(await run(), { status: 'done' })
  t.equal(subscription()?.callbackUrl, bot.url)
})

t.test('an address that does not answer is told with what to do, and the token stays saved', async (t) => {
  const { bot, run, store, subscription } = await build(t)
  for (const webhook of [
    { url: 'http://127.0.0.1:9/webhook', verifyToken: VERIFY_TOKEN },
    { url: bot.url, verifyToken: 'another-verify-token' },
  ]) {
    const step = await run({ webhook })
    t.match(step, {
      status: 'warned',
      text: /does not send this app's webhooks to http.*Start the bot.*npm run doctor/,
    })
    t.notMatch(step?.text, webhook.verifyToken)
    t.equal(subscription(), null)
    t.match(store.pages(), [{ subscribedFields: WEBHOOK_FIELDS }])
  }
})

t.test(
  'without a public address, or when nothing is to be subscribed, the webhook is not looked at',
  async (t) => {
    const { run, subscription } = await build(t)
    t.equal(await run({ webhook: undefined }), undefined)
    t.equal(await run({ subscribe: false }), undefined)
    t.equal(subscription(), null)
  },
)
