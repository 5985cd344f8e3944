import t from 'tap'
import type { Limits } from '../../src/graph/usage.ts'
import {
  appToken,
  control,
  DAY_MS,
  graph,
  HOUR_MS,
  pageTokenOf,
  startConnected,
  startSandbox,
} from '../lab.ts'

interface Level {
  type: string
  call_count: number
  total_time: number
  estimated_time_to_regain_access: number
}

const pageUsage = (headers: Headers, pageId: string): Level | undefined => {
  const text = headers.get('x-business-use-case-usage')
  return text === null ? undefined : (JSON.parse(text) as Record<string, Level[]>)[pageId]?.[0]
}

t.test('without limits nothing is counted and no usage header comes', async (t) => {
  const { send, say } = await startConnected(t)
  say('hi')
  const answer = await send({ text: 'a' })
  t.equal(answer.headers.get('x-business-use-case-usage'), null)
  t.equal(answer.headers.get('x-app-usage'), null)
})

t.test("a Page's messages are counted against 200 for each person, over a rolling day", async (t) => {
  const { send, say, sandbox, pageId } = await startConnected(t, { limits: { messengerCallsPerPerson: 4 } })
  say('hi')
  const counts = []
  for (let call = 1; call <= 4; call += 1) {
    const { status, headers } = await send({ text: 'a' })
    t.equal(status, 200)
    counts.push(pageUsage(headers, pageId)?.call_count)
    sandbox.clock.advance(HOUR_MS)
  }
  t.strictSame(counts, [25, 50, 75, 100])

  const refused = await send({ text: 'one too many' })
  t.match(refused, {
    status: 400,
    body: { error: { code: 80006, type: 'OAuthException', message: /^\(#80006\)/ } },
  })
  const level = pageUsage(refused.headers, pageId)
  t.match(level, { type: 'messenger', call_count: 125 })
  const minutes = level?.estimated_time_to_regain_access ?? 0
  // Two must fall out of the window: the first went 4 h ago, the second 3 h ago.
  t.ok(minutes > 20 * 60 && minutes <= 21 * 60 + 24, `${minutes} minutes`)

  sandbox.clock.advance(minutes * 60_000)
  say('the window is open')
  t.match(await send({ text: 'again' }), { status: 200 })
})

t.test('calls made while throttled push the recovery further out', async (t) => {
  const { send, say, pageId } = await startConnected(t, { limits: { messengerCallsPerPerson: 2 } })
  say('hi')
  for (let call = 0; call < 3; call += 1) await send({ text: 'a' })
  const first = pageUsage((await send({ text: 'a' })).headers, pageId)
  t.match(first, { call_count: 200 })
  t.ok((first?.estimated_time_to_regain_access ?? 0) > 60)
})

t.test('two people give a Page twice the allowance', async (t) => {
  const { send, say, sandbox, pageId } = await startConnected(t, { limits: { messengerCallsPerPerson: 2 } })
  const [, other = ''] = sandbox.world.visitors.keys()
  say('hi')
  sandbox.act(pageId, other, { type: 'text', text: 'hi too' })
  for (let call = 0; call < 4; call += 1) t.match(await send({ text: 'a' }), { status: 200 })
  t.match(await send({ text: 'a' }), { body: { error: { code: 80006 } } })
})

const refusals: [
  string,
  Limits,
  (sandbox: Awaited<ReturnType<typeof startSandbox>>) => Promise<string>,
  number,
][] = [
  ['an app token', { appCallsPerHour: 2 }, async () => `/v25.0/600000000000001?access_token=${appToken}`, 4],
  ['a user token', { appCallsPerHour: 2 }, async (s) => `/v25.0/me?access_token=${s.userToken()}`, 4],
  [
    "a Page's matters with a user token",
    { appCallsPerHour: 2 },
    async (s) => `/v25.0/${[...s.world.pages.keys()][0]}/conversations?access_token=${s.userToken()}`,
    32,
  ],
]
for (const [name, limits, address, code] of refusals) {
  t.test(`${name}: the calls of an hour are limited, with error ${code}`, async (t) => {
    const sandbox = await startSandbox(t, { limits })
    const path = await address(sandbox)
    await graph(sandbox, path)
    const second = await graph(sandbox, path)
    t.match(second.headers.get('x-app-usage') ?? '{"call_count":100', '"call_count":100')
    const third = await graph(sandbox, path)
    t.match(third, { status: 400, body: { error: { code } } })
    t.match(JSON.parse(third.headers.get('x-app-usage') ?? '{}'), { call_count: 150, total_time: Number })
    sandbox.clock.advance(HOUR_MS + 60_000)
    t.notMatch(await graph(sandbox, path), { body: { error: { code } } })
  })
}

t.test('what else a Page asks has its own allowance and error 80001', async (t) => {
  const { sandbox, pageToken, pageId, send, say } = await startConnected(t, {
    limits: { pageCallsPerPerson: 2 },
  })
  say('hi')
  // The subscription of the Page was the first call.
  await graph(sandbox, '/v25.0/me', { token: pageToken })
  const refused = await graph(sandbox, '/v25.0/me', { token: pageToken })
  t.match(refused, { status: 400, body: { error: { code: 80001 } } })
  t.match(pageUsage(refused.headers, pageId), { type: 'pages' })
  t.match(await send({ text: 'messages are counted apart' }), { status: 200 })
})

t.test('too many of a kind within a moment get 613', async (t) => {
  const { sandbox, pageToken, send, say, psid } = await startConnected(t, {
    limits: { sendsPerSecond: 60, conversationReadsPerSecond: 2, profileCallsPerTenMinutes: 2 },
  })
  say('hi')
  const sound = { attachment: { type: 'audio', payload: { url: 'https://a.example/1.mp3' } } }
  t.match(await send(sound), { status: 200 })
  t.match(await send(sound), { status: 200 })
  t.match(await send(sound), { body: { error: { code: 613 } } }, 'a thirtieth for sound and video')
  t.match(await send({ text: 'text is not slowed' }), { status: 200 })

  const conversations = () => graph(sandbox, '/v25.0/me/conversations', { token: pageToken })
  await conversations()
  await conversations()
  t.match(await conversations(), { body: { error: { code: 613 } } })
  sandbox.clock.advance(1100)
  t.match(await conversations(), { status: 200 })

  const profile = () => graph(sandbox, '/v25.0/me/messenger_profile?fields=greeting', { token: pageToken })
  await profile()
  await profile()
  t.match(await profile(), { body: { error: { code: 613 } } })
  const menu = (who: string) =>
    graph(sandbox, `/v25.0/me/custom_user_settings?psid=${who}`, { token: pageToken })
  t.match(await menu(psid), { status: 200 }, "a person's menu is counted apart")
  sandbox.clock.advance(10 * 60_000 + 11_000)
  t.match(await profile(), { status: 200 })
})

t.test('Facebook’s own numbers are there to be asked for', async (t) => {
  const { send, say, pageId } = await startConnected(t, { limits: 'facebook' })
  say('hi')
  await send({ text: 'a' })
  t.match(pageUsage((await send({ text: 'b' })).headers, pageId), { call_count: 1 })
})

t.test('each part of a batch and each of many ids is a call', async (t) => {
  const { sandbox, pageToken, pageId, say, psid } = await startConnected(t, {
    limits: { messengerCallsPerPerson: 3, pageCallsPerPerson: 3 },
  })
  say('hi')
  const part = {
    method: 'POST',
    relative_url: 'me/messages',
    body: `recipient={"id":"${psid}"}&message={"text":"a"}`,
  }
  const { body } = await graph(sandbox, '/v25.0/', {
    token: pageToken,
    body: { batch: JSON.stringify([part, part, part, part]) },
  })
  t.strictSame(
    (body as unknown as { code: number }[]).map(({ code }) => code).toSorted((a, b) => a - b),
    [200, 200, 200, 400],
  )
  // The subscription of the Page was the first call.
  t.match(
    await graph(sandbox, `/v25.0/subscribed_apps?ids=${pageId},${pageId},${pageId}`, { token: pageToken }),
    {
      body: { error: { code: 80001 } },
    },
  )
})

t.test('a throttle on demand refuses with the minutes that are left, and ends', async (t) => {
  const { sandbox, send, say, pageId } = await startConnected(t)
  say('hi')
  sandbox.trouble('throttle', { pageId, minutes: 10 })
  const refused = await send({ text: 'a' })
  t.match(refused, { body: { error: { code: 80006 } } })
  t.match(pageUsage(refused.headers, pageId), { call_count: 100, estimated_time_to_regain_access: 10 })
  t.match((await control(sandbox, 'state')).body, { trouble: { throttledUntilMs: { [pageId]: Number } } })
  sandbox.clock.advance(4 * 60_000)
  t.match(pageUsage((await send({ text: 'a' })).headers, pageId), { estimated_time_to_regain_access: 6 })
  sandbox.clock.advance(6 * 60_000)
  t.match(await send({ text: 'a' }), { status: 200 })
  t.strictSame(sandbox.state().trouble.throttledUntilMs, {})

  sandbox.trouble('throttle')
  t.match(await graph(sandbox, '/v25.0/me', { token: sandbox.userToken() }), { body: { error: { code: 4 } } })
  sandbox.trouble('calm')
  t.match(await send({ text: 'a' }), { status: 200 })
})

t.test('a day of calls takes no more memory than a quiet one, and is forgotten', async (t) => {
  const { sandbox, send, say } = await startConnected(t, { limits: { messengerCallsPerPerson: 1000 } })
  say('hi')
  for (let call = 0; call < 20; call += 1) await send({ text: 'a' })
  sandbox.clock.advance(DAY_MS + HOUR_MS)
  say('back')
  const { headers } = await send({ text: 'a' })
  t.equal(headers.get('x-business-use-case-usage'), null, 'less than one percent is not told')
  t.ok(await pageTokenOf(sandbox))
})

t.test(
  'more than 40 messages a second: nothing is sent, and conversations are not listed, until it calms down',
  async (t) => {
    const { sandbox, pageToken, send, say } = await startConnected(t, {
      limits: { highVolumePerSecond: 40 },
    })
    say('hi')
    const answers = await Promise.all(Array.from({ length: 42 }, (_, index) => send({ text: `${index}` })))
    t.equal(answers.filter(({ status }) => status === 200).length, 40)
    t.match(answers.at(-1)?.body, { error: { code: 613 } })
    const list = () => graph(sandbox, '/v25.0/me/conversations', { token: pageToken })
    t.match(await list(), { body: { error: { code: 613 } } })
    const [conversation] = sandbox.world.conversations.values()
    t.match(
      await graph(sandbox, `/v25.0/${conversation?.id}`, { token: pageToken }),
      { status: 200 },
      'a single one is read',
    )
    const withOne = `/v25.0/me/conversations?user_id=${conversation?.psid}&fields=messages{message}`
    t.match(await graph(sandbox, withOne, { token: pageToken }), {
      status: 200,
      body: { data: [{ messages: { data: Array } }] },
    })
    sandbox.clock.advance(1001)
    t.match(await send({ text: 'slowly now' }), { status: 200 })
    t.match(await list(), { status: 200 })
  },
)
