import t from 'tap'
import {
  APP_ID,
  appToken,
  graph,
  HOUR_MS,
  inspect,
  pageTokenOf,
  startConnected,
  startSandbox,
} from '../lab.ts'

const MINUTE_MS = 60_000

t.test('the next events come in one callback, of several visitors too', async (t) => {
  const { bot, sandbox, pageId, psid, say } = await startConnected(t, {}, 'messages')
  const [, other = ''] = sandbox.world.visitors.keys()
  sandbox.trouble('webhook-batch', { times: 3 })
  say('one')
  sandbox.act(pageId, other, { type: 'text', text: 'two' })
  say('three')
  say('four')
  await sandbox.courier.idle()
  const bodies = bot.calls
    .filter(({ method }) => method === 'POST')
    .map(({ raw }) => JSON.parse(raw.toString()) as { entry: { id: string; messaging: unknown[] }[] })
  const batch = bodies.find(({ entry }) => entry.length > 1)
  t.match(batch?.entry, [
    { id: pageId, messaging: [{ message: { text: 'one' } }] },
    { id: pageId, messaging: [{ message: { text: 'two' } }] },
    { id: pageId, messaging: [{ message: { text: 'three' } }] },
  ])
  t.equal(bodies.length, 2)
  t.match(
    sandbox.conversation(pageId, psid)?.messages.map(({ webhook }) => webhook),
    ['delivered', 'delivered', 'delivered'],
  )
})

t.test('a batch that never fills up goes out with calm', async (t) => {
  const { bot, sandbox, say } = await startConnected(t, {}, 'messages')
  sandbox.trouble('webhook-batch', { times: 5 })
  say('one')
  say('two')
  t.match(sandbox.state().webhook, { pending: 2 })
  sandbox.trouble('calm')
  await sandbox.courier.idle()
  t.match(bot.items(), [{ message: { text: 'one' } }, { message: { text: 'two' } }])
})

t.test('a failed batch comes again as it was', async (t) => {
  const { bot, sandbox, say } = await startConnected(t, {}, 'messages')
  bot.answers.push(500)
  sandbox.trouble('webhook-batch')
  say('one')
  say('two')
  await sandbox.until(() => sandbox.courier.backingOff() === 1)
  sandbox.clock.advance(MINUTE_MS)
  await sandbox.courier.idle()
  t.equal(bot.calls.filter(({ method }) => method === 'POST').length, 2)
  t.match(bot.items(), [{ message: { text: 'one' } }, { message: { text: 'two' } }])
})

t.test('what waits goes out several at a time where the sandbox is told so', async (t) => {
  const { bot, sandbox, say } = await startConnected(t, { webhookBatch: 10 }, 'messages')
  bot.answers.push(500)
  for (const text of ['one', 'two', 'three']) say(text)
  await sandbox.until(() => sandbox.courier.backingOff() === 1)
  sandbox.clock.advance(MINUTE_MS)
  await sandbox.courier.idle()
  t.match(bot.items(), [
    { message: { text: 'one' } },
    { message: { text: 'two' } },
    { message: { text: 'three' } },
  ])
  t.ok(bot.calls.filter(({ method, status }) => method === 'POST' && status === 200).length < 3)
})

t.test('order is lost after a failure where the sandbox is told so, and kept again after calm', async (t) => {
  const { bot, sandbox, say } = await startConnected(t, {}, 'messages')
  sandbox.trouble('webhook-unordered')
  t.match(sandbox.state().trouble, { webhookUnordered: true })
  bot.answers.push(500)
  say('one')
  say('two')
  say('three')
  await sandbox.until(() => bot.items().length === 2)
  await sandbox.until(() => sandbox.courier.backingOff() === 1)
  sandbox.clock.advance(MINUTE_MS)
  await sandbox.courier.idle()
  const texts = () => bot.items().map((item) => item['message']?.['text'])
  t.strictSame(texts(), ['two', 'three', 'one'])

  sandbox.trouble('calm')
  bot.answers.push(500)
  say('four')
  say('five')
  await sandbox.until(() => sandbox.courier.backingOff() === 1)
  sandbox.clock.advance(MINUTE_MS)
  await sandbox.courier.idle()
  t.strictSame(texts().slice(3), ['four', 'five'])
})

t.test('the state tells since when callbacks fail, until one gets through', async (t) => {
  const { bot, sandbox, say } = await startConnected(t, {}, 'messages')
  t.equal(sandbox.state().webhook.failingSinceMs, null)
  bot.answers.push(500)
  const beganMs = sandbox.clock.nowMs()
  say('one')
  await sandbox.until(() => sandbox.courier.backingOff() === 1)
  t.equal(sandbox.state().webhook.failingSinceMs, beganMs)
  sandbox.clock.advance(MINUTE_MS)
  await sandbox.courier.idle()
  t.equal(sandbox.state().webhook.failingSinceMs, null)
})

t.test('a failed batch of an hour is lost with the subscription', async (t) => {
  const { bot, sandbox, say, pageId, psid } = await startConnected(t, {}, 'messages')
  bot.answers.push(...Array.from({ length: 50 }, () => 500))
  sandbox.trouble('webhook-batch')
  say('one')
  say('two')
  for (let minutes = 0; minutes < 66; minutes += 6) {
    await sandbox.until(() => sandbox.courier.backingOff() === 1 || sandbox.courier.pending() === 0)
    sandbox.clock.advance(HOUR_MS / 10)
  }
  await sandbox.courier.idle()
  t.match(sandbox.state().pages[0], { subscribed: false })
  t.match(
    sandbox.conversation(pageId, psid)?.messages.map(({ webhook }) => webhook),
    ['failed', 'failed'],
  )
})

t.test('a Page left out at a later login takes its tokens along, until it is ticked again', async (t) => {
  const { sandbox, pageId, pageToken, send, say } = await startConnected(t)
  say('hi')
  sandbox.trouble('page-unticked', { pageId })
  t.match(await send({ text: 'hello' }), {
    status: 400,
    body: { error: { code: 190, message: /must be granted before impersonating a user's page\.$/ } },
  })
  t.match(await inspect(sandbox, pageToken), { is_valid: false, error: { code: 190 } })
  t.match(sandbox.state().pages, [{ token: { alive: false, reason: 'page-unticked' } }])
  sandbox.userToken()
  t.match(await send({ text: 'hello' }), { status: 200 }, 'the new login ticks all of them')
})

t.test('a login without the Page kills the tokens of an earlier one', async (t) => {
  const sandbox = await startSandbox(t, {
    pages: [
      { id: '101', name: 'One' },
      { id: '102', name: 'Two' },
    ],
  })
  const token = await pageTokenOf(sandbox, undefined, '101')
  sandbox.userToken({ pageIds: ['102'] })
  t.match(await graph(sandbox, '/v25.0/me', { token }), { body: { error: { code: 190 } } })
})

t.test('an address that is not allowed, and an app that was deactivated, bar every call', async (t) => {
  const { sandbox, pageToken } = await startConnected(t, {
    otherApps: [{ id: '700', name: 'Other', secret: 'secret-of-the-other-app' }],
  })
  const other = sandbox.userToken({ appId: '700' })
  const exchange = `/v25.0/oauth/access_token?grant_type=client_credentials&client_id=${APP_ID}&client_secret=x`
  for (const [kind, code, words] of [
    ['ip-blocked', 5, '(#5) Unauthorized source IP address'],
    ['app-deactivated', 200, '(#200) API access deactivated. To reactivate, go to the app dashboard.'],
  ] as const) {
    sandbox.trouble(kind)
    const refused = { status: 400, body: { error: { code, message: words } } }
    for (const call of [
      `/v25.0/me?access_token=${pageToken}`,
      `/v25.0/${APP_ID}?access_token=${appToken}`,
      exchange,
    ]) {
      t.match(await graph(sandbox, call), refused, call)
    }
    t.match(await graph(sandbox, '/v25.0/me', { token: other }), { status: 200 }, 'other apps go on')
    sandbox.trouble('calm')
    t.match(await graph(sandbox, '/v25.0/me', { token: pageToken }), { status: 200 })
  }
})

t.test('a subscription succeeds and subscribes nothing', async (t) => {
  const { sandbox, pageId, pageToken } = await startConnected(t)
  const path = `/v25.0/${pageId}/subscribed_apps`
  await graph(sandbox, path, { token: pageToken, method: 'DELETE' })
  sandbox.trouble('subscribe-nothing')
  const subscribe = () => graph(sandbox, path, { token: pageToken, body: { subscribed_fields: 'messages' } })
  t.match(await subscribe(), { status: 200, body: { success: true } })
  t.strictSame((await graph(sandbox, path, { token: pageToken })).body, { data: [] })
  await subscribe()
  t.match((await graph(sandbox, path, { token: pageToken })).body, { data: [{ id: APP_ID }] })
})
