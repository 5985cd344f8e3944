import t from 'tap'
import { APP_ID, control, EVERY_FIELD, graph, startConnected, textOf } from '../lab.ts'

t.test('a visitor quotes a message, theirs or the Page’s, and the Page quotes one', async (t) => {
  const { sandbox, pageId, psid, bot, say, send } = await startConnected(t)
  const mine = say('one')
  const theirs = textOf((await send({ text: 'two' })).body['message_id'])
  sandbox.act(pageId, psid, { type: 'text', text: 'about mine', replyTo: mine })
  sandbox.act(pageId, psid, { type: 'text', text: 'about yours', replyTo: theirs })
  await sandbox.courier.idle()
  t.match(bot.items().slice(-2), [
    { message: { text: 'about mine', reply_to: { mid: mine, is_self_reply: true } } },
    { message: { text: 'about yours', reply_to: { mid: theirs, is_self_reply: false } } },
  ])
  t.match(await send({ text: 'to that' }, { reply_to: { mid: mine } }), { status: 200 })
  t.match(sandbox.conversation(pageId, psid)?.messages.at(-1), { text: 'to that', replyTo: mine })
  t.throws(() => sandbox.act(pageId, psid, { type: 'text', text: 'x', replyTo: 'm_none' }), /no such message/)
})

t.test('a visitor changes a message five times and no more', async (t) => {
  const { sandbox, pageId, psid, bot, say, send } = await startConnected(t, {}, EVERY_FIELD)
  const mid = say('helo')
  for (let edit = 1; edit <= 5; edit += 1)
    sandbox.act(pageId, psid, { type: 'edit', mid, text: `hello ${edit}` })
  t.throws(() => sandbox.act(pageId, psid, { type: 'edit', mid, text: 'once more' }), /5 times/)
  await sandbox.courier.idle()
  t.match(
    bot
      .items()
      .map((item) => item['message_edit'])
      .filter(Boolean),
    [1, 2, 3, 4, 5].map((edit) => ({ mid, text: `hello ${edit}`, num_edit: edit })),
  )
  t.match(sandbox.conversation(pageId, psid)?.messages[0], { text: 'hello 5', edits: 5 })
  const theirs = textOf((await send({ text: 'two' })).body['message_id'])
  t.throws(() => sandbox.act(pageId, psid, { type: 'edit', mid: theirs, text: 'x' }), /no such message/)
})

t.test('who is offline gets nothing, who is elsewhere does not read; both catch up', async (t) => {
  const { sandbox, pageId, psid, bot, say, send } = await startConnected(t)
  say('hi')
  sandbox.act(pageId, psid, { type: 'presence', presence: 'offline' })
  const mids = [await send({ text: 'one' }), await send({ text: 'two' })].map(
    ({ body }) => body['message_id'],
  )
  await sandbox.courier.idle()
  const receipts = () => bot.items().filter((item) => item['delivery'] ?? item['read'])
  t.equal(receipts().length, 0)
  t.match(sandbox.state().visitors[0], { presence: 'offline' })

  sandbox.act(pageId, psid, { type: 'presence', presence: 'elsewhere' })
  await sandbox.courier.idle()
  t.match(receipts(), [{ delivery: { mids, watermark: Number } }])
  t.ok((sandbox.conversation(pageId, psid)?.readMs ?? 0) === 0)

  sandbox.act(pageId, psid, { type: 'presence', presence: 'here' })
  await sandbox.courier.idle()
  t.match(receipts().slice(1), [{ read: { watermark: Number } }])
  t.equal(receipts().length, 2, 'nothing is told twice')

  sandbox.act(pageId, psid, { type: 'presence', presence: 'offline' })
  say('I am back')
  t.match(sandbox.state().visitors[0], { presence: 'here' }, 'a visitor who writes is there')
})

t.test('an ad brings its referral inside the next message, to those who want referrals', async (t) => {
  const ad = { type: 'ad', adId: '9001', title: 'Bread', ref: 'spring' } as const
  const referral = {
    ref: 'spring',
    ad_id: '9001',
    source: 'ADS',
    type: 'OPEN_THREAD',
    ads_context_data: { ad_title: 'Bread' },
  }
  const { sandbox, pageId, psid, bot, say } = await startConnected(t)
  sandbox.act(pageId, psid, ad)
  say('I saw your ad')
  say('and now?')
  await sandbox.courier.idle()
  t.match(bot.items()[0], { message: { text: 'I saw your ad', referral } })
  t.notOk('referral' in (bot.items()[1]?.['message'] ?? {}), 'once')

  const plain = await startConnected(t, {}, 'messages')
  plain.sandbox.act(plain.pageId, plain.psid, ad)
  plain.say('I saw your ad')
  await plain.sandbox.courier.idle()
  t.notOk('referral' in (plain.bot.items()[0]?.['message'] ?? {}), 'both fields are needed')

  const fresh = await startConnected(t)
  await graph(fresh.sandbox, '/v25.0/me/messenger_profile', {
    token: fresh.pageToken,
    body: { get_started: { payload: 'start' } },
  })
  fresh.sandbox.act(fresh.pageId, fresh.psid, ad)
  fresh.sandbox.act(fresh.pageId, fresh.psid, { type: 'get_started' })
  await fresh.sandbox.courier.idle()
  t.match(fresh.bot.items()[0], { postback: { payload: 'start', referral } })
})

t.test('links, reels and posts are shared with their own attachment', async (t) => {
  const { sandbox, pageId, psid, bot } = await startConnected(t)
  const url = 'https://a.example/x'
  for (const kind of ['fallback', 'reel', 'ig_reel', 'post', 'ig_post'] as const) {
    sandbox.act(pageId, psid, {
      type: 'share',
      kind,
      url,
      title: 'X',
      ...(kind === 'fallback' && { text: `see ${url}` }),
    })
  }
  await sandbox.courier.idle()
  t.match(
    bot.items().map((item) => item['message']),
    [
      { text: `see ${url}`, attachments: [{ type: 'fallback', payload: { url, title: 'X' } }] },
      { attachments: [{ type: 'reel', payload: { url, reel_video_id: Number } }] },
      { attachments: [{ type: 'ig_reel', payload: { reel_video_id: Number } }] },
      { attachments: [{ type: 'post', payload: { id: Number } }] },
      { attachments: [{ type: 'ig_post', payload: { id: Number } }] },
    ],
  )
})

t.test('a command of the Page says its name beside the text', async (t) => {
  const { sandbox, pageToken, bot, say } = await startConnected(t)
  const commands = [{ locale: 'default', commands: [{ name: 'flights', description: 'Find flights' }] }]
  const set = (value: unknown) =>
    graph(sandbox, '/v25.0/me/messenger_profile', { token: pageToken, body: { commands: value } })
  t.match(await set(commands), { status: 200 })
  say('/flights to LAX')
  say('/hotels in LAX')
  await sandbox.courier.idle()
  t.match(bot.items(), [
    { message: { text: 'flights to LAX', commands: [{ name: 'flights' }] } },
    { message: { text: '/hotels in LAX', commands: undefined } },
  ])
  for (const bad of [
    [],
    [{ locale: 'default', commands: [] }],
    [{ locale: 'default', commands: [{ name: '/x', description: 'a' }] }],
    [{ locale: 'default', commands: [{ name: 'x'.repeat(33), description: 'a' }] }],
    [{ locale: 'default', commands: [{ name: 'x', description: 'a'.repeat(65) }] }],
  ]) {
    t.match(await set(bad), { status: 400, body: { error: { code: 100 } } }, JSON.stringify(bad).slice(0, 80))
  }
})

t.test('a quick reply offers the address or number of the profile, where there is one', async (t) => {
  const { sandbox, pageToken, pageId, send, say } = await startConnected(t)
  const { body } = await control(sandbox, 'visitors', {
    name: 'Mia Mail',
    email: 'mia@example.com',
    phone: '+15551',
  })
  const mia = textOf(body['psid'])
  const quick = [{ content_type: 'user_email' }, { content_type: 'user_phone_number' }]
  sandbox.act(pageId, mia, { type: 'text', text: 'hi' })
  await graph(sandbox, '/v25.0/me/messages', {
    token: pageToken,
    body: { recipient: { id: mia }, message: { text: 'Which?', quick_replies: quick } },
  })
  t.match(sandbox.conversation(pageId, mia)?.messages.at(-1)?.quickReplies, [
    { title: 'mia@example.com', payload: 'mia@example.com' },
    { title: '+15551', payload: '+15551' },
  ])
  say('hi')
  await send({ text: 'Which?', quick_replies: quick })
  const [, vera] = [...sandbox.world.conversations.values()]
  t.strictSame(vera?.messages.at(-1)?.quickReplies, [])
})

t.test('the other things a visitor does have the documented shapes', async (t) => {
  const { sandbox, pageId, psid, bot, say, send } = await startConnected(t, {}, EVERY_FIELD)
  say('hi')
  const mid = textOf((await send({ text: 'good?' })).body['message_id'])
  sandbox.act(pageId, psid, { type: 'feedback', mid, good: false })
  sandbox.act(pageId, psid, { type: 'account_linking', authorizationCode: 'abc' })
  sandbox.act(pageId, psid, { type: 'account_linking', authorizationCode: null })
  sandbox.act(pageId, psid, { type: 'reaction', mid, emoji: '🎉', action: 'react' })
  sandbox.act(pageId, psid, { type: 'reaction', mid, emoji: '🎉', action: 'unreact' })
  await sandbox.courier.idle()
  const ends = { sender: { id: psid }, recipient: { id: pageId }, timestamp: Number }
  t.match(bot.items().slice(-5), [
    { ...ends, response_feedback: { feedback: 'Bad response', mid } },
    { ...ends, account_linking: { status: 'linked', authorization_code: 'abc' } },
    { ...ends, account_linking: { status: 'unlinked' } },
    { ...ends, reaction: { reaction: 'other', emoji: '🎉', action: 'react', mid } },
    { ...ends, reaction: { action: 'unreact', mid } },
  ])
  t.throws(
    () => sandbox.act(pageId, psid, { type: 'feedback', mid: 'm_none', good: true }),
    /no such message/,
  )
})

t.test('any other event of the platform can be told as it stands', async (t) => {
  const { sandbox, pageId, psid, bot } = await startConnected(t, {}, EVERY_FIELD)
  sandbox.act(pageId, psid, {
    type: 'event',
    field: 'messaging_game_plays',
    content: { game_play: { game_id: '1', score: 10 } },
  })
  sandbox.act(pageId, psid, {
    type: 'event',
    field: 'inbox_labels',
    content: { user: { id: psid }, action: 'add', label: { id: '1', page_label_name: 'VIP' } },
  })
  sandbox.act(pageId, psid, {
    type: 'event',
    field: 'messages',
    content: { template: { type: 'coupon', payload: 'x', coupon_code: 'TEN' } },
  })
  await sandbox.courier.idle()
  t.match(bot.items(), [
    { sender: { id: psid }, game_play: { score: 10 } },
    { template: { coupon_code: 'TEN' } },
  ])
  const changes = bot.calls
    .filter(({ method }) => method === 'POST')
    .flatMap(
      ({ raw }) => (JSON.parse(raw.toString()) as { entry: { time: number; changes?: unknown[] }[] }).entry,
    )
    .filter((entry) => entry.changes)
  t.match(changes, [
    {
      changes: [{ field: 'inbox_labels', value: { action: 'add', label: { page_label_name: 'VIP' } } }],
    },
  ])
  t.ok((changes[0]?.time ?? 0) < 1e10, 'in seconds')
  t.throws(
    () => sandbox.act(pageId, psid, { type: 'event', field: 'nonsense', content: {} }),
    /"field" must be one of/,
  )
})

t.test('a sticker goes out by its id and comes back as a number', async (t) => {
  const { sandbox, bot, say, send, pageId, psid } = await startConnected(t)
  say('hi')
  t.match(await send({ sticker_id: '369239263222822' }), { status: 200 })
  for (const sticker_id of ['thumb', {}, 1.5, -1]) {
    t.match(await send({ sticker_id }), { body: { error: { code: 100 } } }, JSON.stringify(sticker_id))
  }
  t.match(await send({ sticker_id: 1, text: 'a' }), { body: { error: { code: 100 } } })
  await sandbox.courier.idle()
  t.match(bot.items()[1], {
    message: {
      is_echo: true,
      app_id: Number(APP_ID),
      attachments: [{ type: 'sticker', payload: { url: /^http/, sticker_id: 369239263222822 } }],
    },
  })
  t.match(sandbox.conversation(pageId, psid)?.messages.at(-1)?.attachment, { type: 'sticker' })
})
