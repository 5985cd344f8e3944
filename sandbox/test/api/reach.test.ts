import t from 'tap'
import { control, EVERY_FIELD, graph, startConnected, textOf } from '../lab.ts'

t.test('in development the app reaches people with a role on it alone, and hears of no others', async (t) => {
  const { sandbox, pageToken, pageId, psid, bot, send, say } = await startConnected(t, {
    mode: 'development',
    visitors: [{ name: 'Vera Visitor' }, { name: 'Tina Tester', appRole: true }],
  })
  const [, tester = ''] = sandbox.world.visitors.keys()
  say('I am nobody')
  sandbox.act(pageId, tester, { type: 'text', text: 'I test' })
  await sandbox.courier.idle()
  t.match(bot.items(), [{ message: { text: 'I test' } }])
  t.equal(bot.items().length, 1)
  t.match(await send({ text: 'no' }), {
    status: 403,
    body: { error: { code: 200, error_subcode: 2018028, type: 'OAuthException' } },
  })
  t.match(
    await graph(sandbox, '/v25.0/me/messages', {
      token: pageToken,
      body: { recipient: { id: tester }, message: { text: 'yes' } },
    }),
    { status: 200 },
  )

  sandbox.trouble('live-mode')
  t.match(await send({ text: 'now' }), { status: 200 })
  t.match(sandbox.state().app, { mode: 'live' })
  sandbox.trouble('calm')
  t.match(sandbox.state().app, { mode: 'development' }, 'calm is what it was started with')
  t.ok(psid)
})

t.test('a visitor who blocked the Page is not reached, cannot write, and may come back', async (t) => {
  const { sandbox, pageId, psid, send, say } = await startConnected(t)
  say('hi')
  t.match(await control(sandbox, `trouble/block`, { psid, pageId }), { status: 200 })
  t.match(sandbox.conversation(pageId, psid), { blocked: true })
  t.match(await send({ text: 'hello?' }), {
    status: 400,
    body: { error: { code: 551, error_subcode: 1545041, message: /isn't available right now/ } },
  })
  t.throws(() => say('I blocked them'), /blocked/)
  sandbox.act(pageId, psid, { type: 'block', blocked: false })
  say('back again')
  t.match(await send({ text: 'welcome back' }), { status: 200 })

  sandbox.trouble('block')
  sandbox.trouble('calm')
  t.match(await send({ text: 'welcome back' }), { status: 200 })
  t.match(await control(sandbox, 'trouble/block', { psid: 'nobody' }), { status: 404 })
})

t.test('a Page that broke a policy is barred from sending, and the app is told', async (t) => {
  const { sandbox, pageId, send, say, bot } = await startConnected(t, {}, EVERY_FIELD)
  say('hi')
  sandbox.trouble('policy-block', { pageId })
  t.match(await send({ text: 'a' }), { body: { error: { code: 10, error_subcode: 1893063 } } })
  t.match(sandbox.state().pages[0], { restricted: true })
  sandbox.trouble('calm')
  t.match(await send({ text: 'a' }), { status: 200 })
  await sandbox.courier.idle()
  const told = bot.items().filter((item) => item['policy_enforcement'])
  t.match(told, [
    { recipient: { id: pageId }, policy_enforcement: { action: 'block', reason: String } },
    { policy_enforcement: { action: 'unblock' } },
  ])
  t.notOk('sender' in (told[0] ?? {}), 'it has no sender')
})

t.test('who opted in is reached by their token without an open window, until they stop it', async (t) => {
  const { sandbox, pageToken, pageId, psid, bot, send, say } = await startConnected(t, {}, EVERY_FIELD)
  say('hi')
  sandbox.act(pageId, psid, { type: 'optin', payload: 'news', title: 'News' })
  await sandbox.courier.idle()
  const optin = bot.items().find((item) => item['optin'])?.['optin']
  t.match(optin, {
    type: 'notification_messages',
    payload: 'news',
    title: 'News',
    user_token_status: 'NOT_REFRESHED',
  })
  const token = textOf(optin?.['notification_messages_token'])
  const tell = () =>
    graph(sandbox, '/v25.0/me/messages', {
      token: pageToken,
      body: { recipient: { notification_messages_token: token }, message: { text: 'news!' } },
    })
  sandbox.clock.advance(3 * 24 * 3600_000)
  t.match(await send({ text: 'closed' }), { body: { error: { error_subcode: 2018278 } } })
  t.match(await tell(), { status: 200, body: { recipient_id: psid } })
  sandbox.act(pageId, psid, { type: 'optin', payload: 'news', title: 'News', status: 'stop' })
  await sandbox.courier.idle()
  t.match(bot.items().at(-1), { optin: { notification_messages_status: 'STOP NOTIFICATIONS' } })
  t.match(await tell(), { body: { error: { code: 10, error_subcode: 1893015 } } })
})

const recipients: [string, object, object][] = [
  ['two ways at once', { id: '1', user_ref: 'x' }, { code: 100 }],
  ['nothing', {}, { code: 100, message: '(#100) param recipient must be non-empty.' }],
  ['a checkbox that was not ticked', { user_ref: 'ref-1' }, { code: 100, error_subcode: 2018001 }],
  ['a comment that is not there', { comment_id: '1_2' }, { code: 100, error_subcode: 33 }],
  ['a post that is not there', { post_id: '1_2' }, { code: 100, error_subcode: 33 }],
  ['an opt-in that was not given', { notification_messages_token: '5' }, { code: 100 }],
  ['a phone number', { phone_number: '+15551234567' }, { code: 200, error_subcode: 2018027 }],
]

t.test('a message to a recipient that is none is refused', async (t) => {
  const { send, say } = await startConnected(t)
  say('hi')
  for (const [name, recipient, error] of recipients)
    t.match(await send({ text: 'a' }, { recipient }), { body: { error } }, name)
})

t.test(
  'a token that was revoked is 190/467; one of an unpublished Page is 190 without subcode',
  async (t) => {
    const { sandbox, pageToken, send, say } = await startConnected(t, {
      users: [{ name: 'Olivia Operator' }, { name: 'Sam System', system: true }],
    })
    say('hi')
    sandbox.trouble('page-unpublished')
    const gone = await send({ text: 'a' })
    t.match(gone, { body: { error: { code: 190, message: /belongs to a Page that is not accessible/ } } })
    t.notOk('error_subcode' in (gone.body['error'] ?? {}))
    t.match(sandbox.state().pages[0]?.token, { alive: false, reason: 'page-unpublished' })
    sandbox.trouble('calm')
    t.match(await send({ text: 'a' }), { status: 200 })
    sandbox.trouble('logged-out')
    t.match(await graph(sandbox, '/v25.0/me', { token: pageToken }), {
      body: { error: { code: 190, error_subcode: 467 } },
    })
  },
)
