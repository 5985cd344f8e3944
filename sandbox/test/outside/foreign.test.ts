import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Test } from 'tap'
import { FOREIGN_FOLDER, foreignRequire, foreignTest } from '../foreign-clients.ts'
import { APP_ID, APP_SECRET, graph, startConnected, textOf, VERIFY_TOKEN } from '../lab.ts'
import type { BusinessSdk, MessengerLibrary, SdkApi } from '../foreign-types.ts'

const ALL =
  'messages,messaging_postbacks,message_echoes,message_deliveries,message_reads,messaging_handovers,standby'

/**
 * The SDK fixes its origin in a getter; what it offers for another one is the last parameter of `call`, through which
 * everything goes. A subclass of one's own hands it in.
 */
const sdkAt = (origin: string, token: string) => {
  const sdk = foreignRequire('facebook-nodejs-business-sdk') as BusinessSdk
  class SandboxApi extends sdk.FacebookAdsApi {
    override call(...args: Parameters<SdkApi['call']>) {
      const [method, path, params = {}, files = {}, multipart = false] = args
      return super.call(method, path, params, files, multipart, origin)
    }
  }
  return { ...sdk, api: new SandboxApi(token, 'en_US', false) }
}

foreignTest("Meta's business SDK lists Pages page by page and gets a Page token", async (t) => {
  const { sandbox } = await startConnected(t, {
    pages: [
      { id: '1001', name: 'One' },
      { id: '1002', name: 'Two' },
      { id: '1003', name: 'Three' },
    ],
  })
  const { User, Page, api } = sdkAt(sandbox.origin, sandbox.userToken())
  const me = new User('me', {}, null, api)
  const cursor = await me.getAccounts(['id', 'name', 'access_token', 'tasks'], { limit: 2 })
  t.match([...cursor], [{ _data: { id: '1001', name: 'One', access_token: /^EAA/ } }, { id: '1002' }])
  t.equal(cursor.hasNext(), true)
  const rest = await cursor.next()
  t.match([...rest], [{ id: '1003', name: 'Three', tasks: /MESSAGING/ }])
  t.equal(rest.hasNext(), false)
  t.match(await new Page('1001', {}, null, api).read(['name', 'access_token']), { access_token: /^EAA/ })
})

foreignTest("Meta's business SDK subscribes a Page, sends, and reads the conversation back", async (t) => {
  const { sandbox, pageId, pageToken, psid, say } = await startConnected(t)
  const { Page, FacebookAdsApiBatch, api } = sdkAt(sandbox.origin, pageToken)
  const page = new Page(pageId, {}, null, api)
  t.match(await page.createSubscribedApp([], { subscribed_fields: ['messages'] }), {
    _data: { success: true },
  })
  t.match([...(await page.getSubscribedApps([]))], [{ id: APP_ID, subscribed_fields: ['messages'] }])

  say('hello?')
  const message = { recipient: { id: psid }, messaging_type: 'RESPONSE', message: { text: 'from the SDK' } }
  t.match(await page.createMessage([], message), { _data: { recipient_id: psid, message_id: /^m_/ } })
  t.match(await page.createPersona([], { name: 'John', profile_picture_url: 'https://a.example/1' }), {
    id: /^90/,
  })
  t.match([...(await page.getPersonas(['name']))], [{ name: 'John' }])
  t.match(await page.createMessengerProfile([], { get_started: { payload: 'start' } }), {
    _data: { result: 'success' },
  })
  t.match(
    [...(await page.getConversations(['participants', 'messages{message}']))],
    [{ messages: { data: [{ message: 'from the SDK' }, { message: 'hello?' }] } }],
  )

  const answers: unknown[] = []
  const batch = new FacebookAdsApiBatch(api)
  const keep = ({ body }: { body: unknown }) => answers.push(body)
  batch.add('GET', [pageId], { fields: 'name' }, undefined, keep, keep)
  batch.add(
    'POST',
    ['me', 'messages'],
    { ...message, message: { text: 'in a batch' } },
    undefined,
    keep,
    keep,
  )
  await batch.execute()
  t.match(answers, [{ name: 'Corner Bakery' }, { recipient_id: psid }])
  t.equal(sandbox.conversation(pageId, psid)?.messages.at(-1)?.text, 'in a batch')

  sandbox.trouble('password-changed')
  const error = await page.createMessage([], message).catch((thrown: unknown) => thrown)
  t.match(error, { name: 'FacebookRequestError', status: 400, response: { code: 190, error_subcode: 460 } })
})

foreignTest(
  'the messenger client of messaging-apis speaks to the sandbox by its `origin` alone',
  async (t) => {
    const { sandbox, pageId, pageToken, psid, say, bot } = await startConnected(
      t,
      { requireProof: false },
      ALL,
    )
    const { MessengerClient } = foreignRequire('messaging-api-messenger') as MessengerLibrary
    const client = new MessengerClient({
      accessToken: pageToken,
      appId: APP_ID,
      appSecret: APP_SECRET,
      version: '25.0',
      origin: sandbox.origin,
    })
    say('hi')
    t.match(await client.getPageInfo(), { id: pageId, name: 'Corner Bakery' })
    t.match(await client.debugToken(), { appId: APP_ID, isValid: true, expiresAt: 0 })
    t.match(await client.getUserProfile(psid), { firstName: 'Vera', lastName: 'Visitor' })
    t.match(
      await client.createSubscription({
        accessToken: `${APP_ID}|${APP_SECRET}`,
        callbackUrl: bot.url,
        verifyToken: VERIFY_TOKEN,
      }),
      {
        success: true,
      },
    )
    t.match(await client.setGetStarted('start'), { result: 'success' })
    t.match(await client.setPersistentMenu([{ type: 'postback', title: 'Hours', payload: 'hours' }]), {
      result: 'success',
    })
    t.match(
      await client.setUserPersistentMenu(psid, [{ type: 'postback', title: 'Order', payload: 'order' }]),
      {
        result: 'success',
      },
    )

    t.match(
      await client.sendText(psid, 'hello', {
        quickReplies: [{ contentType: 'text', title: 'A', payload: 'a' }],
      }),
      {
        recipientId: psid,
        messageId: /^m_/,
      },
    )
    const uploaded = await client.uploadImage(Buffer.from('picture'), { isReusable: true, filename: 'a.png' })
    t.match(await client.sendImage(psid, { attachmentId: uploaded.attachmentId }), { messageId: /^m_/ })
    t.match(await client.sendImage(psid, Buffer.from('picture'), { filename: 'b.png' }), { messageId: /^m_/ })
    await client.sendButtonTemplate(psid, 'Choose', [{ type: 'postback', title: 'A', payload: 'a' }])
    const persona = await client.createPersona({ name: 'John', profilePictureUrl: 'https://a.example/1' })
    await client.sendText(psid, 'John here', { personaId: persona.id })
    t.match(
      await client.sendBatch([
        {
          method: 'POST',
          relativeUrl: 'me/messages',
          body: { recipient: { id: psid }, message: { text: 'batched' } },
        },
      ]),
      [{ code: 200, body: { recipientId: psid } }],
    )
    t.match(
      sandbox
        .conversation(pageId, psid)
        ?.messages.slice(1)
        .map(({ text, attachment }) => text ?? attachment?.type),
      ['hello', 'image', 'image', 'template', 'John here', 'batched'],
    )
    t.match(await client.passThreadControlToPageInbox(psid), { success: true })
    t.match(await client.getThreadOwner(psid), { appId: '263902037430900' })
    await t.rejects(client.sendText(psid, 'taken'), /another app is controlling/)
  },
)

/** The framework as a process of its own, with its own server; its address. */
const startBottender = async (t: Test, env: Record<string, string>): Promise<string> => {
  const { NODE_OPTIONS: _loaders, ...outside } = process.env
  const folder = join(FOREIGN_FOLDER, 'bot')
  const child = spawn(process.execPath, ['server.js'], { cwd: folder, env: { ...outside, ...env } })
  t.teardown(async () => {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text))
  while (!/listening on \d+/.test(output)) {
    if (child.exitCode !== null) throw new Error(`Bottender ended: ${output}`)
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
  }
  return `http://127.0.0.1:${/listening on (\d+)/.exec(output)?.[1]}/webhooks/messenger`
}

foreignTest('a Bottender bot, a process of its own, holds a conversation with a visitor', async (t) => {
  const { sandbox, pageId, pageToken, psid, say } = await startConnected(t, {}, ALL)
  const url = await startBottender(t, {
    MESSENGER_ORIGIN: sandbox.origin,
    MESSENGER_PAGE_ID: pageId,
    MESSENGER_ACCESS_TOKEN: pageToken,
    MESSENGER_APP_ID: APP_ID,
    MESSENGER_APP_SECRET: APP_SECRET,
    MESSENGER_VERIFY_TOKEN: VERIFY_TOKEN,
  })
  const answer = await graph(sandbox, `/v25.0/${APP_ID}/subscriptions`, {
    token: `${APP_ID}|${APP_SECRET}`,
    body: { object: 'page', callback_url: url, verify_token: VERIFY_TOKEN, fields: ALL },
  })
  t.match(answer, { status: 200 }, 'it answered the verification with the challenge')
  await graph(sandbox, '/v25.0/me/messenger_profile', {
    token: pageToken,
    body: { get_started: { payload: 'start' } },
  })
  const heard = (count: number) => sandbox.replies(pageId, psid, count)

  sandbox.act(pageId, psid, { type: 'get_started' })
  const [hello] = await heard(1)
  t.match(hello, {
    text: 'Hello Vera! I am a Bottender bot.',
    quickReplies: [{ title: 'Hours', payload: 'hours' }],
  })
  sandbox.act(pageId, psid, { type: 'quick_reply', title: 'Hours', payload: 'hours' })
  const [, open] = await heard(2)
  t.match(open?.attachment?.payload, { template_type: 'button', text: 'We are open from 9 to 18.' })
  t.ok(sandbox.conversation(pageId, psid)?.seenMs)
  sandbox.act(pageId, psid, { type: 'postback', title: 'Where?', payload: 'where' })
  t.match((await heard(3)).at(-1)?.attachment?.payload, { elements: [{ title: 'Main Street 1' }] })
  say('é@/<%😊')
  say('and again')
  t.match(
    (await heard(5)).slice(3).map(({ text }) => text),
    ['é@/<%😊? You said 1 such things.', 'and again? You said 2 such things.'],
    'its own signature check took the escaped bytes, and its session counted',
  )
  say('human')
  await sandbox.until(() => sandbox.conversation(pageId, psid)?.owner?.name === 'Page inbox')
  t.equal((await heard(6)).at(-1)?.text, 'A person will answer you.')
  await sandbox.courier.idle()
  t.equal(
    sandbox.conversation(pageId, psid)?.messages.filter(({ from }) => from === 'page').length,
    6,
    'it did not answer its own echoes',
  )
  t.notMatch(sandbox.state().webhook.lastStatus, /5\d\d/)
  t.ok(textOf(url))
})
