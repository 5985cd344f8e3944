import t from 'tap'
import { WEBHOOK_FIELDS } from '../../src/channel/messenger.ts'
import { json, refusing, type FakeGraph } from '../helpers/graph-server.ts'
import { build } from './bootstrap-world.ts'

const ADDRESS = 'https://bot.example.com/webhook'

/** What the app's webhook is listed as, before and after it was set. */
const lists = (fake: FakeGraph, listed: object | null): void => {
  fake.answers.set('subscriptions', (request, response) =>
    json(
      response,
      200,
      request.method === 'GET' ? { data: listed === null ? [] : [listed] } : { success: true },
    ),
  )
}

const webhook = (fields: readonly string[], over: object = {}): object => ({
  object: 'page',
  callback_url: ADDRESS,
  active: true,
  fields: fields.map((name) => ({ name, version: 'v25.0' })),
  ...over,
})

t.test("what Facebook lists about the app's webhook decides, not that it answers success", async (t) => {
  const cases: [object | null, string, RegExp][] = [
    [null, 'warned', /but it lists no address for the webhooks of this app/],
    [webhook(WEBHOOK_FIELDS, { active: false }), 'warned', /but it lists the subscription as switched off/],
    [webhook(['feed']), 'warned', /but it lists only feed$/],
    [webhook([]), 'warned', /but it lists only no field$/],
    [
      webhook(WEBHOOK_FIELDS, { callback_url: 'https://other.example.com/' }),
      'warned',
      /but it lists https:\/\/other/,
    ],
    [webhook(WEBHOOK_FIELDS), 'skipped', /go to https:\/\/bot\.example\.com\/webhook already$/],
  ]
  for (const [listed, status, text] of cases) {
    const { fake, run, steps } = await build(t)
    lists(fake, listed)
    t.match(
      await run({ webhook: { url: ADDRESS, verifyToken: 'verify' } }),
      [{ subscribed: true }],
      'the token is kept',
    )
    t.match(
      steps.findLast(({ name }) => name === 'webhook'),
      { status, text },
    )
  }
})

t.test(
  'a subscription that may not be read back is told, and the Page counts as not subscribed',
  async (t) => {
    const { fake, run, steps } = await build(t)
    fake.answers.set('subscribed_apps', (request, response) =>
      request.method === 'GET'
        ? refusing(200, 'Requires pages_manage_metadata permission')(request, response)
        : json(response, 200, { success: true }),
    )
    t.match(await run(), [{ subscribed: false }])
    t.match(
      steps.find(({ status }) => status === 'warned'),
      { name: 'subscribe', text: /does not let that be read back: .*pages_manage_metadata/ },
    )
  },
)
