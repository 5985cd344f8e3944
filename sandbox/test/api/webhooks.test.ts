import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHmac } from 'node:crypto'
import t from 'tap'
import { tellProblems } from '../../src/tell-problems.ts'
import { adviceOn } from '../../src/webhooks/advice.ts'
import { APP_SECRET, graph, HOUR_MS, startBot, startConnected, startSandbox, VERIFY_TOKEN } from '../lab.ts'

t.test('a callback is signed over its bytes as sent, with everything outside ASCII escaped', async (t) => {
  const { bot, sandbox, say } = await startConnected(t)
  say('é@/<%😊')
  await sandbox.courier.idle()

  const call = bot.calls.at(-1)
  const sha256 = createHmac('sha256', APP_SECRET)
    .update(call?.raw ?? '')
    .digest('hex')
  t.match(call, {
    headers: { 'x-hub-signature-256': `sha256=${sha256}`, 'content-type': 'application/json' },
  })
  t.match(call?.raw.toString(), String.raw`"text":"\u00e9@\/<%\ud83d\ude0a"`)
  t.match(bot.items(), [{ message: { text: 'é@/<%😊' } }])
})

t.test('every kind of event has the documented shape', async (t) => {
  const { bot, sandbox, pageId, psid, pageToken, say, send } = await startConnected(t)
  await graph(sandbox, '/v25.0/me/messenger_profile', {
    token: pageToken,
    body: { get_started: { payload: 'welcome' } },
  })

  sandbox.act(pageId, psid, { type: 'referral', ref: 'poster' })
  sandbox.act(pageId, psid, { type: 'get_started' })
  const mid = say('hello')
  sandbox.act(pageId, psid, { type: 'quick_reply', title: 'Red', payload: 'RED' })
  sandbox.act(pageId, psid, { type: 'postback', title: 'Hours', payload: 'hours' })
  sandbox.act(pageId, psid, {
    type: 'attachment',
    attachment: { type: 'image', url: 'https://a.example/1.png' },
  })
  sandbox.act(pageId, psid, { type: 'sticker', stickerId: '369239263222822' })
  sandbox.act(pageId, psid, { type: 'reaction', mid, emoji: '❤️', action: 'react' })
  sandbox.act(pageId, psid, { type: 'referral', ref: 'flyer' })
  const sent = await send({ text: 'hi', metadata: 'out-42' })
  await sandbox.courier.idle()

  const from = { sender: { id: psid }, recipient: { id: pageId }, timestamp: Number }
  const back = { sender: { id: pageId }, recipient: { id: psid }, timestamp: Number }
  t.match(bot.items(), [
    {
      ...from,
      postback: {
        mid: /^m_/,
        title: 'Get Started',
        payload: 'welcome',
        referral: { ref: 'poster', source: 'SHORTLINK', type: 'OPEN_THREAD' },
      },
    },
    { ...from, message: { mid, text: 'hello' } },
    { ...from, message: { mid: /^m_/, text: 'Red', quick_reply: { payload: 'RED' } } },
    { ...from, postback: { mid: /^m_/, title: 'Hours', payload: 'hours' } },
    { ...from, message: { attachments: [{ type: 'image', payload: { url: 'https://a.example/1.png' } }] } },
    {
      ...from,
      message: {
        attachments: [{ type: 'sticker', payload: { url: /^http/, sticker_id: 369239263222822 } }],
      },
    },
    { ...from, reaction: { reaction: 'love', emoji: '❤️', action: 'react', mid } },
    { ...from, referral: { ref: 'flyer', source: 'SHORTLINK', type: 'OPEN_THREAD' } },
    {
      ...back,
      message: {
        is_echo: true,
        app_id: 600000000000001,
        metadata: 'out-42',
        mid: sent.body['message_id'],
        text: 'hi',
      },
    },
    { sender: { id: psid }, delivery: { mids: [sent.body['message_id']], watermark: Number } },
    { ...from, read: { watermark: Number } },
  ])
  t.notOk('text' in (bot.items()[4]?.['message'] ?? {}), 'an attachment alone has no text')
})

t.test('only subscribed fields arrive, and nothing before the Page is subscribed', async (t) => {
  const bot = await startBot(t)
  const sandbox = await startSandbox(t, { webhookUrl: bot.url, verifyToken: VERIFY_TOKEN })
  const [pageId = ''] = sandbox.world.pages.keys()
  const [psid = ''] = sandbox.world.visitors.keys()
  sandbox.act(pageId, psid, { type: 'text', text: 'anybody there?' })
  await sandbox.courier.idle()
  t.equal(bot.calls.length, 0)
  t.match(sandbox.conversation(pageId, psid)?.messages, [{ webhook: null }])

  const connected = await startConnected(t, {}, 'messages')
  connected.say('hi')
  await connected.send({ text: 'hello' })
  await connected.sandbox.courier.idle()
  t.match(connected.bot.items(), [{ message: { text: 'hi' } }])
  t.equal(connected.bot.items().length, 1, 'no echo, no receipts')
})

t.test('a webhook answered with anything but 200 comes again, in order, until it is taken', async (t) => {
  const { bot, sandbox, pageId, psid, say } = await startConnected(t)
  // 101 ends the request without a response.
  bot.answers.push(500, 403, 204, 101)
  say('one')
  say('two')
  t.match(sandbox.conversation(pageId, psid)?.messages, [{ webhook: 'pending' }, { webhook: 'pending' }])
  for (const refusals of [1, 2, 3, 4]) {
    await sandbox.until(() => sandbox.courier.backingOff() === 1)
    t.equal(bot.calls.filter(({ method }) => method === 'POST').length, refusals)
    sandbox.clock.advance(60_000)
  }
  await sandbox.courier.idle()

  t.match(bot.items(), [{ message: { text: 'one' } }, { message: { text: 'two' } }])
  t.match(sandbox.conversation(pageId, psid)?.messages, [{ webhook: 'delivered' }, { webhook: 'delivered' }])
})

t.test('what is wrong with the answers of a bot is told with what to do, until it is right', async (t) => {
  const { bot, sandbox, say } = await startConnected(t)
  say('verified')
  await sandbox.courier.idle()
  const cases = [
    [204, /Facebook takes 200 alone/],
    [301, /does not follow redirects/],
    [403, /app secret of this sandbox .FB_APP_SECRET.*as they came/],
    [405, /has no route/],
    [413, /no body of this size/],
    [415, /application\/json/],
    [429, /leave the webhook out of that limit/],
    [500, /its own log says why/],
    [101, /ended without an answer/],
  ] as const
  bot.answers.push(...cases.map(([status]) => status))
  say('hello')
  for (const [status, words] of cases) {
    await sandbox.until(() => bot.calls.at(-1)?.status === status && sandbox.courier.backingOff() === 1)
    t.match(sandbox.state().webhook.problem, words)
    t.match(sandbox.state().webhook.problem, `POST ${bot.url}`)
    sandbox.clock.advance(HOUR_MS / 12)
  }
  await sandbox.courier.idle()
  t.equal(sandbox.state().webhook.problem, null)

  sandbox.trouble('webhook-lost')
  say('cut')
  await sandbox.until(() => sandbox.courier.backingOff() === 1)
  t.equal(sandbox.state().webhook.problem, null, 'trouble is no fault of the bot')
  sandbox.trouble('calm')
  await sandbox.courier.idle()

  sandbox.setWebhook({ url: 'http://127.0.0.1:1/webhook?key=secret' })
  say('anybody there?')
  const told = await sandbox.until(() => sandbox.state().webhook.problem)
  t.match(told, /nothing listens at 127\.0\.0\.1:1\. Start your bot/)
  t.notMatch(told, 'secret')
})

t.test('the reason why a bot gave no answer has its own advice', async (t) => {
  const advice = (reason: string, url = 'https://bot.test/webhook') =>
    adviceOn({ method: 'POST', url, status: null, reason })
  t.match(advice('TimeoutError'), /Facebook waits 5 seconds/)
  t.match(advice('ENOTFOUND'), /there is no host bot\.test/)
  t.match(
    advice('DEPTH_ZERO_SELF_SIGNED_CERT'),
    /not trusted.*Facebook would refuse it, too.*NODE_EXTRA_CA_CERTS/,
  )
  t.match(advice('EPROTO'), /speaks http, not https/)
  t.match(advice('ECONNRESET', 'http://bot.test/webhook'), /or does it speak https\?/)
  const unverified = adviceOn({ method: 'GET', url: 'http://bot.test/', status: 200, reason: '' })
  t.match(unverified, /hub\.challenge alone, as plain text/)
})

t.test('a bot that answers too late is told so, before and in the middle of its answer', async (t) => {
  for (const begin of [false, true]) {
    const server = http.createServer((_request, response) => {
      if (begin) response.writeHead(200, { 'content-length': '20' }).write('EVENT_')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    t.teardown(() => server.close().closeAllConnections())
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook`
    const { sandbox, say } = await startConnected(t, { webhookUrl: url, webhookTimeoutMs: 200 })
    say('hello')
    const told = await sandbox.until(() => sandbox.state().webhook.problem)
    t.match(told, /no answer in time\. Facebook waits 5 seconds/, begin ? 'in the middle' : 'before')
  }
})

t.test('a bot that answers its own echoes is told so, until it stops', async (t) => {
  const { sandbox, pageId, say, send } = await startConnected(t)
  const problem = () => sandbox.state().webhook.problem
  say('hello')
  for (let sent = 1; sent < 40; sent += 1) await send({ text: `answer ${sent}` })
  t.equal(problem(), null)
  await send({ text: 'answer 40' })
  t.match(problem(), /answer its own echoes\? Leave out events whose message has is_echo/)
  say('stop it')
  t.equal(problem(), null, 'the visitor wrote')

  for (let sent = 0; sent < 40; sent += 1) await send({ text: 'again' })
  t.match(problem(), /own echoes/)
  sandbox.clock.advance(11_000)
  t.equal(problem(), null, 'it is a while ago')

  for (let sent = 0; sent < 40; sent += 1) await send({ text: 'without echoes' })
  sandbox.world.pages.get(pageId)?.subscriptions.clear()
  t.equal(problem(), null, 'it hears no echoes')
})

t.test('a problem of the second bot is told as well, with its address', async (t) => {
  const second = await startBot(t)
  const { sandbox } = await startConnected(t, {
    otherApps: [
      { id: '700', name: 'Other', secret: 'secret-of-the-other-app', webhook: { url: second.url } },
    ],
  })
  const other = sandbox.world.apps.get('700')
  const verified = (verifyToken: string) =>
    other && sandbox.courier.verify(other, { url: second.url, verifyToken })
  t.equal(sandbox.state().webhook.problem, null)
  await verified('not the token of that bot')
  t.match(sandbox.state().webhook.problem, `GET ${second.url} was answered with 403`)
  await verified(VERIFY_TOKEN)
  t.equal(sandbox.state().webhook.problem, null)
})

t.test('the terminal is told of each problem once, and of its end', async (t) => {
  const { bot, sandbox, say } = await startConnected(t)
  const lines: string[] = []
  tellProblems(sandbox, (line) => lines.push(line))
  bot.answers.push(500, 500, 404)
  say('hello')
  while (sandbox.courier.pending() > 0) {
    await sandbox.until(() => sandbox.courier.backingOff() === 1 || sandbox.courier.pending() === 0)
    sandbox.clock.advance(HOUR_MS / 60)
  }
  await sandbox.until(() => lines.length === 3)
  t.match(lines, [/answered with 500/, /answered with 404/, /^Webhook: all is well again/])
})

t.test('one visitor whose events fail does not hold up another', async (t) => {
  const { bot, sandbox, pageId, say } = await startConnected(t)
  const [, other = ''] = sandbox.world.visitors.keys()
  bot.answers.push(500)
  say('stuck')
  await sandbox.until(() => bot.calls.some(({ status }) => status === 500))
  sandbox.act(pageId, other, { type: 'text', text: 'through' })
  await sandbox.until(() => bot.items().length === 1)
  t.match(bot.items(), [{ message: { text: 'through' } }])
})

t.test('a webhook that is not answered in time comes again', async (t) => {
  const { bot, sandbox, say } = await startConnected(t, { webhookTimeoutMs: 200 })
  bot.answers.push(null)
  say('slow?')
  await sandbox.until(() => sandbox.courier.backingOff() === 1)
  t.equal(bot.calls.at(-1)?.status, null)
  // On a busy machine the next one may not be answered in time either.
  while (sandbox.courier.pending() > 0) {
    await sandbox.until(() => sandbox.courier.backingOff() === 1 || sandbox.courier.pending() === 0)
    sandbox.clock.advance(HOUR_MS / 60)
  }
  t.match(bot.items().at(-1), { message: { text: 'slow?' } })
})

t.test('after an hour of failure the app is unsubscribed from the Page', async (t) => {
  const { bot, sandbox, pageId, pageToken, psid, say } = await startConnected(t)
  bot.answers.push(...Array.from({ length: 50 }, () => 500))
  say('lost')
  for (let minutes = 0; minutes < 60; minutes += 6) {
    await sandbox.until(() => sandbox.courier.backingOff() === 1)
    t.match(sandbox.state().pages[0], { subscribed: true })
    sandbox.clock.advance(HOUR_MS / 10)
  }
  await sandbox.courier.idle()
  t.match(sandbox.conversation(pageId, psid)?.messages, [{ webhook: 'failed' }])
  t.match(await graph(sandbox, `/v25.0/${pageId}/subscribed_apps`, { token: pageToken }), {
    body: { data: [] },
  })
})

t.test('while the line is cut nothing arrives, and everything does when it is back', async (t) => {
  const { bot, sandbox, say } = await startConnected(t)
  sandbox.trouble('webhook-lost')
  say('one')
  say('two')
  await sandbox.until(() => sandbox.courier.backingOff() === 1)
  t.equal(bot.items().length, 0)
  t.match(sandbox.state(), { webhook: { pending: 2 }, trouble: { webhookLost: true } })
  sandbox.trouble('webhook-back')
  await sandbox.courier.idle()
  t.match(bot.items(), [{ message: { text: 'one' } }, { message: { text: 'two' } }])
})

t.test('events are dropped, doubled and reordered on demand', async (t) => {
  const { bot, sandbox, pageId, psid, say } = await startConnected(t, {}, 'messages')
  sandbox.trouble('webhook-drop')
  say('dropped')
  sandbox.trouble('webhook-duplicate')
  say('doubled')
  sandbox.trouble('webhook-reorder')
  say('second')
  say('first')
  await sandbox.courier.idle()
  const texts = bot.items().map((item) => item['message']?.['text'])
  t.strictSame(texts, ['doubled', 'doubled', 'first', 'second'])
  t.match(sandbox.conversation(pageId, psid)?.messages[0], { webhook: 'failed' })
})

t.test('subscription and token are apart: webhooks go on when the token is dead', async (t) => {
  const { bot, sandbox, say, send } = await startConnected(t, {}, 'messages')
  sandbox.trouble('password-changed')
  say('still there?')
  await sandbox.courier.idle()
  t.match(bot.items(), [{ message: { text: 'still there?' } }])
  t.match(await send({ text: 'no' }), { body: { error: { code: 190, error_subcode: 460 } } })
})

t.test('a wrong verify token keeps every event away', async (t) => {
  const { bot, sandbox, say } = await startConnected(t, { verifyToken: 'not what the bot expects' })
  say('hi')
  await sandbox.until(() => sandbox.state().webhook.problem)
  t.match(sandbox.state(), {
    webhook: { verified: false, pending: 1, lastStatus: 403, problem: /verify token of this sandbox/ },
  })
  t.equal(bot.items().length, 0)
})

t.test('that a person removed the app is told to the deauthorize callback, signed', async (t) => {
  const bot = await startBot(t)
  const sandbox = await startSandbox(t, { deauthorizeUrl: bot.url })
  sandbox.userToken()
  sandbox.trouble('app-removed')
  await sandbox.until(() => bot.calls.length === 1)

  const form = new URLSearchParams(bot.calls[0]?.raw.toString())
  const [signature = '', payload = ''] = (form.get('signed_request') ?? '').split('.')
  t.equal(signature, createHmac('sha256', APP_SECRET).update(payload).digest('base64url'))
  t.match(JSON.parse(Buffer.from(payload, 'base64url').toString()), {
    algorithm: 'HMAC-SHA256',
    user_id: [...sandbox.world.users.keys()][0],
  })
})
