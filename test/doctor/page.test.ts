import { PAGE_ID } from './lab.ts'
import { pageOf, changeToken, RENEW, nameEach } from './rows.ts'

nameEach([
  {
    what: 'a token that died with a password',
    arrange: ({ sandbox }) => sandbox.trouble('password-changed'),
    expected: { [`token ${PAGE_ID}`]: ['failure', /dead: the password was changed/, RENEW] },
    skipped: { [`permissions ${PAGE_ID}`]: /"Token" failed/, [`profile ${PAGE_ID}`]: /"Token" failed/ },
  },
  {
    what: 'a token of an app that was removed',
    arrange: ({ sandbox }) => sandbox.trouble('app-removed'),
    expected: { [`token ${PAGE_ID}`]: ['failure', /dead: the app was removed/, RENEW] },
  },
  {
    what: 'a token whose person lost the role',
    arrange: ({ sandbox }) => sandbox.trouble('role-lost'),
    expected: {
      [`token ${PAGE_ID}`]: [
        'failure',
        /no longer has a suitable role/,
        /^Give the person the task.*; then run/,
      ],
    },
  },
  {
    what: 'a token that would expire',
    arrange: async (world) => {
      const { sandbox } = world
      const [app] = sandbox.world.apps.values()
      const token = sandbox.world.tokens.get(sandbox.userToken())
      if (!app || !token) throw new TypeError('The sandbox has no such token.')
      const hour = { ...token, value: 'hush-page-token', type: 'PAGE' as const, pageId: PAGE_ID }
      sandbox.world.tokens.set(hour.value, hour)
      await changeToken(world, (page) => (page['token'] = hour.value))
    },
    expected: { [`token ${PAGE_ID}`]: ['failure', /expires on 20/, RENEW] },
  },
  {
    what: 'a token of another app',
    arrange: async (world) => {
      const { sandbox } = world
      const [app] = sandbox.world.apps.values()
      if (!app) throw new TypeError('The sandbox has no app.')
      sandbox.world.apps.set('600000000000002', { ...app, id: '600000000000002', subscription: null })
      for (const token of sandbox.world.tokens.values()) token.session.appId = '600000000000002'
      await changeToken(world, (page) => (page['appId'] = '600000000000002'))
    },
    expected: {
      [`token ${PAGE_ID}`]: [
        'failure',
        /made for app 600000000000002, but FB_APP_ID is 600000000000001/,
        /FB_APP_SECRET/,
      ],
    },
  },
  {
    what: 'a permission that was taken away',
    arrange: ({ sandbox, env }) => {
      for (const { grants } of sandbox.world.users.values()) {
        grants.get(env['FB_APP_ID'] ?? '')?.scopes.delete('pages_messaging')
      }
    },
    expected: {
      [`permissions ${PAGE_ID}`]: ['failure', /pages_messaging was taken/, RENEW],
      [`subscription ${PAGE_ID}`]: ['failure', /permission/, RENEW],
    },
    skipped: { [`profile ${PAGE_ID}`]: /"Permissions" failed/ },
  },
  {
    what: 'a person who may no longer answer messages',
    arrange: (world) => {
      for (const user of pageOf(world).roles.keys()) pageOf(world).roles.set(user, ['MODERATE'])
    },
    expected: {
      [`tasks ${PAGE_ID}`]: ['failure', /may not answer messages/, /full access/],
    },
  },
  {
    what: 'a Page that was unsubscribed',
    arrange: async (world) => {
      // Otherwise the running bot subscribes it again.
      await changeToken(world, (page) => (page['subscribe'] = false))
      pageOf(world).subscriptions.clear()
    },
    expected: { [`subscription ${PAGE_ID}`]: ['failure', /sends its webhooks to this app no longer/, RENEW] },
  },
  {
    what: 'a Page that sends too little',
    arrange: async (world) => {
      await changeToken(world, (page) => (page['subscribe'] = false))
      pageOf(world).subscriptions.set(world.env['FB_APP_ID'] ?? '', new Set(['messages', 'standby']))
    },
    expected: {
      [`subscription ${PAGE_ID}`]: ['warning', /without messaging_postbacks, message_echoes/, RENEW],
    },
  },
  {
    what: 'a profile that was changed at Facebook',
    arrange: (world) =>
      (pageOf(world).profile['greeting'] = [{ locale: 'default', text: 'Hello from elsewhere' }]),
    expected: { [`profile ${PAGE_ID}`]: ['warning', /^greeting differs from/, /sets it within minutes/] },
  },
  {
    what: 'a mail server that is not there',
    arrange: ({ env }) =>
      Object.assign(env, { ALERT_MAIL_TO: 'me@example.com', SMTP_URL: 'smtp://me:hush@127.0.0.1:1' }),
    expected: { alerts: ['failure', /mail server 127\.0\.0\.1:1 does not let us in/, /Check SMTP_URL/] },
  },
  {
    what: 'a channel that takes no alert',
    arrange: ({ env }) => (env['ALERT_NTFY_URL'] = 'http://:hush@127.0.0.1:1/hush-topic'),
    expected: {
      alerts: ['failure', /ntfy would take no alert \(ECONNREFUSED\)/, /Check ALERT_NTFY_URL: the topic/],
    },
  },
  {
    what: 'mail without a mail server',
    arrange: ({ env }) => (env['ALERT_MAIL_TO'] = 'me@example.com'),
    expected: { configuration: ['failure', /SMTP_URL is missing/, /\.env/] },
  },
  {
    what: 'no channel for alerts',
    arrange: ({ env }) => delete env['ALERT_URL'],
    expected: { alerts: ['warning', /no alert is sent/, /ALERT_URL.*ALERT_NTFY_URL.*SMTP_URL/] },
  },
])
