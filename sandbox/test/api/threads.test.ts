import t, { type Test } from 'tap'
import { INBOX_APP_ID } from '../../src/chat/facts.ts'
import type { SandboxOptions } from '../../src/server.ts'
import { APP_ID, control, DAY_MS, FIELDS, graph, HOUR_MS, startBot, startConnected, textOf } from '../lab.ts'

const OTHER = { id: '700000000000002', name: 'Other bot', secret: 'secret-of-the-other-app' }

/** Two apps on one Page; the second one brings its own webhook and token. */
const startTwo = async (t: Test, options: Partial<SandboxOptions> = {}) => {
  const otherBot = await startBot(t)
  const first = await startConnected(t, {
    otherApps: [{ ...OTHER, webhook: { url: otherBot.url } }],
    ...options,
  })
  const { sandbox, pageId, psid } = first
  const otherApp = sandbox.world.apps.get(OTHER.id)
  const [user] = sandbox.world.users.values()
  if (!otherApp || !user) throw new TypeError('no other app')
  user.grants.set(OTHER.id, {
    scopes: new Set(['pages_messaging', 'pages_manage_metadata']),
    declined: new Set(),
    pageIds: null,
  })
  const session = {
    userId: user.id,
    appId: OTHER.id,
    revoked: null,
    dataAccessExpiresAtMs: 0,
    authType: null,
  }
  const scopes = ['pages_messaging', 'pages_manage_metadata']
  sandbox.world.tokens.set('other-page-token', {
    value: 'other-page-token',
    type: 'PAGE',
    session,
    pageId,
    scopes,
    issuedAtMs: 0,
    expiresAtMs: null,
    longLived: true,
  })
  await graph(sandbox, `/v25.0/${pageId}/subscribed_apps`, {
    token: 'other-page-token',
    body: { subscribed_fields: FIELDS },
  })
  const as = (token: string) => ({
    send: (more: object = {}) =>
      graph(sandbox, '/v25.0/me/messages', {
        token,
        body: { recipient: { id: psid }, message: { text: 'hello' }, ...more },
      }),
    thread: (edge: string, more: object = {}) =>
      graph(sandbox, `/v25.0/me/${edge}`, { token, body: { recipient: { id: psid }, ...more } }),
    owner: async () =>
      (await graph(sandbox, `/v25.0/me/thread_owner?recipient=${psid}`, { token })).body[
        'data'
      ] as unknown as {
        thread_owner: { app_id: string; expiration: number }
      }[],
  })
  return { ...first, otherBot, one: as(first.pageToken), two: as('other-page-token') }
}

const taken = { status: 400, body: { error: { code: 10, error_subcode: 2018300 } } }
const notOwner = { status: 400, body: { error: { code: 100, error_subcode: 2534037 } } }

t.test(
  'without a default app every app hears and may answer an idle thread, and none may take it',
  async (t) => {
    const { sandbox, bot, otherBot, one, two, say } = await startTwo(t)
    say('hi')
    await sandbox.courier.idle()
    t.match([bot.items(), otherBot.items()], [[{ message: { text: 'hi' } }], [{ message: { text: 'hi' } }]])
    t.match(await one.send(), { status: 200 })
    t.match(await two.send(), { status: 200 })
    t.match(await one.thread('take_thread_control'), notOwner)
    t.strictSame(await one.owner(), [])
  },
)

t.test('a passed thread belongs to one app, the other stands by without payloads', async (t) => {
  const { sandbox, bot, otherBot, one, two, say, pageId, psid } = await startTwo(t)
  say('hi')
  t.match(await one.thread('pass_thread_control', { target_app_id: OTHER.id, metadata: 'yours' }), {
    status: 200,
  })
  sandbox.act(pageId, psid, { type: 'postback', title: 'Hours', payload: 'hours' })
  await two.send()
  await sandbox.courier.idle()
  t.match(
    otherBot.items().filter((item) => item['pass_thread_control']),
    [
      {
        pass_thread_control: { previous_owner_app_id: APP_ID, new_owner_app_id: OTHER.id, metadata: 'yours' },
      },
    ],
  )
  t.match(otherBot.items().at(-4), { postback: { title: 'Hours', payload: 'hours' } })
  const standby = bot.items('standby')
  t.match(standby, [
    { postback: { title: 'Hours' } },
    { message: { is_echo: true, app_id: Number(OTHER.id) } },
    { delivery: {} },
    { read: {} },
  ])
  t.notOk('payload' in (standby[0]?.['postback'] ?? {}), 'the payload reaches the owner alone')
  t.match(await one.send(), taken)
  t.match(
    await graph(sandbox, '/v25.0/me/messages', {
      token: 'other-page-token',
      body: { recipient: { id: psid }, sender_action: 'typing_on' },
    }),
    { status: 200 },
  )
  t.match(await one.thread('pass_thread_control', { target_app_id: INBOX_APP_ID }), notOwner)
  t.match(await one.thread('request_thread_control', { metadata: 'please' }), { body: { success: true } })
  await sandbox.courier.idle()
  t.match(otherBot.items().at(-1), {
    request_thread_control: { requested_owner_app_id: APP_ID, metadata: 'please' },
  })
  t.match(await two.thread('release_thread_control'), { status: 200 })
  t.match(await one.send(), { status: 200 })
})

t.test('control runs out after a day of silence, unless it is extended', async (t) => {
  const { sandbox, one, two, say } = await startTwo(t)
  say('hi')
  await one.thread('pass_thread_control', { target_app_id: OTHER.id })
  const [before] = await two.owner()
  t.match(before, { thread_owner: { app_id: OTHER.id } })
  sandbox.clock.advance(20 * HOUR_MS)
  say('still here')
  sandbox.clock.advance(10 * HOUR_MS)
  t.match(await one.owner(), [{ thread_owner: { app_id: OTHER.id } }], 'the visitor wrote in between')

  t.match(await two.thread('extend_thread_control', { duration: 3 * 24 * 3600 }), { status: 200 })
  sandbox.clock.advance(2 * DAY_MS)
  t.match(await one.owner(), [{ thread_owner: { app_id: OTHER.id } }])
  sandbox.clock.advance(DAY_MS + HOUR_MS)
  t.strictSame(await one.owner(), [])
  t.match(await two.thread('extend_thread_control', { duration: 3600 }), notOwner)
  for (const duration of [0, -1, 7 * 24 * 3600 + 1, 'long']) {
    t.match(await two.thread('extend_thread_control', { duration }), { body: { error: { code: 100 } } })
  }
})

t.test('with a default app it alone hears and answers an idle thread, and may take any', async (t) => {
  const { sandbox, bot, otherBot, one, two, say, pageId } = await startTwo(t, {
    pages: [{ id: '1001', name: 'Routed', defaultAppId: APP_ID }],
  })
  say('hi')
  await sandbox.courier.idle()
  t.match(bot.items(), [{ message: { text: 'hi' } }])
  t.match(otherBot.items('standby'), [{ message: { text: 'hi' } }])
  t.equal(otherBot.items().length, 0)
  t.match(await two.send(), taken)
  t.match(await one.send(), { status: 200 })

  t.match(await two.thread('take_thread_control'), { status: 200 }, 'an idle thread may be taken')
  await sandbox.courier.idle()
  t.match(bot.items().at(-1), {
    take_thread_control: { previous_owner_app_id: null, new_owner_app_id: OTHER.id },
  })
  t.match(await one.send(), taken)
  t.match(
    await one.thread('take_thread_control', { metadata: 'mine' }),
    { status: 200 },
    'the default app always may',
  )
  t.match(await two.thread('take_thread_control'), notOwner)

  t.match(await control(sandbox, `pages/${pageId}`, { defaultAppId: OTHER.id }), {
    body: { pages: [{ defaultAppId: OTHER.id }] },
  })
  await sandbox.courier.idle()
  t.match(otherBot.items().at(-1), {
    recipient: { id: pageId },
    app_roles: { [OTHER.id]: ['primary_receiver'] },
  })
  t.match(await control(sandbox, `pages/${pageId}`, { defaultAppId: '1' }), { status: 404 })
  t.match(await control(sandbox, `pages/${pageId}`, { defaultAppId: 5 }), { status: 400 })
  t.match(await control(sandbox, `pages/${pageId}`, { defaultAppId: null }), {
    body: { pages: [{ defaultAppId: null }] },
  })
})

t.test('a human who answers takes the thread from a default app, and gives it back', async (t) => {
  const { sandbox, bot, one, say, pageId, psid } = await startTwo(t, {
    pages: [{ id: '1001', name: 'Routed', defaultAppId: APP_ID }],
  })
  say('hi')
  await control(sandbox, `inbox/${pageId}/${psid}`, { type: 'text', text: 'A person here.' })
  await sandbox.courier.idle()
  t.match(bot.items().at(-1), { take_thread_control: { new_owner_app_id: INBOX_APP_ID } })
  t.match(sandbox.conversation(pageId, psid)?.owner, { appId: INBOX_APP_ID, name: 'Page inbox' })
  t.match(await one.send(), taken)
  await control(sandbox, `inbox/${pageId}/${psid}`, { type: 'hand_back' })
  t.match(await one.send(), { status: 200 })
})

t.test('a message passes or releases the thread behind it', async (t) => {
  const { one, two, say, sandbox } = await startTwo(t)
  say('hi')
  t.match(await one.send({ thread_control: { control_type: 'pass', app_id: OTHER.id } }), { status: 200 })
  t.match(await one.owner(), [{ thread_owner: { app_id: OTHER.id } }])
  t.match(await two.send({ thread_control: JSON.stringify({ control_type: 'release' }) }), { status: 200 })
  t.strictSame(await one.owner(), [])
  for (const control_type of ['keep', undefined]) {
    t.match(await one.send({ thread_control: { control_type } }), { body: { error: { code: 100 } } })
  }
  t.match(
    await one.send({ thread_control: { control_type: 'pass' } }),
    { body: { error: { code: 100 } } },
    'to whom?',
  )
  t.match(await one.send({ thread_control: { control_type: 'pass', app_id: '1' } }), {
    body: { error: { error_subcode: 2018164 } },
  })
  t.ok(textOf(sandbox.appId))
})
