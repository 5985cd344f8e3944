import t from 'tap'
import { WEBHOOK_FIELDS } from '../../src/channel/messenger.ts'
import { facebookChecks } from '../../src/doctor/checks/facebook.ts'
import type { DoctorContext } from '../../src/doctor/context.ts'
import { runChecks } from '../../src/doctor/run.ts'
import { readSettings } from '../../src/doctor/settings.ts'
import { systemClock } from '../../src/base/clock.ts'
import { APP_ID, PAGE_ID, SECRETS, startProxy } from './lab.ts'
import { nameEach } from './rows.ts'

nameEach([
  {
    what: 'a Graph that is not there',
    arrange: ({ env }) => (env['FB_GRAPH_URL'] = 'http://127.0.0.1:1'),
    expected: {
      graph: ['failure', /127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED\)/, /firewall|FB_GRAPH_URL/],
    },
    skipped: {
      app: /"Graph API" failed/,
      clock: /"Graph API" failed/,
      [`token ${PAGE_ID}`]: /"Graph API" failed/,
    },
  },
  {
    what: 'a Graph that is down',
    arrange: ({ sandbox }) => sandbox.trouble('graph-down'),
    expected: {
      graph: ['failure', /answers with HTTP 503/, /outage.*metastatus/],
    },
    perhaps: 'bot',
  },
  {
    what: 'something else where Graph should be',
    arrange: async ({ env }, test) => {
      const port = await startProxy(test, (_request, response) => response.end('<html>Please log in</html>'))
      env['FB_GRAPH_URL'] = `http://127.0.0.1:${port}`
    },
    expected: { graph: ['failure', /\(HTTP 200\), but not like the Graph API/, /FB_GRAPH_URL/] },
  },
  {
    what: 'a clock that is a little wrong',
    arrange: ({ seen }) => (seen.clock = { now: () => Date.now() + 120_000 }),
    expected: { clock: ['warning', /^(1 minute|2 minutes) ahead of Facebook/, /timedatectl/] },
  },
  {
    what: 'a clock that is quite wrong',
    arrange: ({ seen }) => (seen.clock = { now: () => Date.now() - 3 * 3600_000 }),
    expected: { clock: ['failure', /[23] hours behind Facebook’s: 24-hour windows/, /timedatectl/] },
  },
  {
    what: 'a wrong app secret',
    arrange: ({ env }) => (env['FB_APP_SECRET'] = 'hush-another-secret'),
    expected: {
      app: ['failure', /app id or app secret is wrong/, /FB_APP_SECRET/],
      callback: ['failure', /another app secret than FB_APP_SECRET/, /Restart the bot/],
    },
    skipped: { [`token ${PAGE_ID}`]: /"App" failed/ },
  },
  {
    what: 'a Graph version that has expired',
    arrange: ({ env }) => (env['FB_GRAPH_VERSION'] = 'v19.0'),
    expected: { version: ['warning', /Graph runs v21\.0 instead of v19\.0/, /FB_GRAPH_VERSION=v27\.0/] },
  },
  {
    what: 'an app without a webhook',
    arrange: ({ sandbox }) => sandbox.setWebhook(null),
    expected: { 'app-subscription': ['failure', /no address/, /npm run bootstrap-token.*callback URL http/] },
  },
  {
    what: 'an app whose webhooks go elsewhere',
    arrange: ({ sandbox }) => sandbox.setWebhook({ url: 'http://127.0.0.1:9/old' }),
    expected: {
      'app-subscription': ['failure', /webhooks to http:\/\/127\.0\.0\.1:9\/old, not to/, /callback URL/],
    },
  },
  {
    what: 'an app that is not told of messages',
    arrange: ({ sandbox, env }) =>
      sandbox.world.apps.get(env['FB_APP_ID'] ?? '')?.subscription?.fields.delete('messages'),
    expected: { 'app-subscription': ['failure', /sends no messages/, /all fields/] },
  },
])

t.test('the doctor names webhooks that Facebook has switched off, and ways to switch them on', async (t) => {
  const url = 'https://bot.example.com/webhook'
  const listed = { object: 'page', url, isActive: false, fields: [...WEBHOOK_FIELDS] }
  const context = { clock: systemClock, appSubscriptions: async () => [listed] } as unknown as DoctorContext
  for (const PUBLIC_URL of ['https://bot.example.com', undefined]) {
    const settings = readSettings({ ...SECRETS, FB_APP_ID: APP_ID, ...(PUBLIC_URL && { PUBLIC_URL }) })
    const checks = facebookChecks(context).filter(({ id }) => id === 'app-subscription')
    const [found] = await runChecks({ checks, settings, clock: systemClock, clean: (text) => text })
    t.match(found, {
      status: 'failure',
      what: `Facebook has switched off the webhooks to ${url}`,
      next:
        PUBLIC_URL === undefined ? /^Set PUBLIC_URL and run npm run bootstrap-token/ : /^Run npm run boot/,
    })
  }
})
