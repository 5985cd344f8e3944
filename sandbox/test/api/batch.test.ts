import t from 'tap'
import { createHmac } from 'node:crypto'
import { APP_SECRET, graph, startConnected, startSandbox, type Json } from '../lab.ts'

interface Part {
  code: number
  body: string
  headers?: { name: string; value: string }[]
}

const partsOf = (body: Json) => body as unknown as (Part | null)[]

t.test(
  'a batch runs its parts and answers in their order, each with code, headers and body as text',
  async (t) => {
    const { sandbox, pageToken, psid, pageId, say } = await startConnected(t)
    say('hi')
    const batch = [
      { method: 'GET', relative_url: 'me?fields=name' },
      {
        method: 'POST',
        relative_url: 'me/messages',
        body: `recipient[id]=${psid}&message[text]=from a batch`,
      },
      { method: 'GET', relative_url: 'v24.0/nowhere' },
      { method: 'DELETE', relative_url: `/${pageId}/subscribed_apps` },
    ]
    const answer = await graph(sandbox, '/v25.0/', { token: pageToken, body: { batch } })
    t.equal(answer.status, 200)
    const [me, sent, nowhere, gone] = partsOf(answer.body)
    t.match(JSON.parse(me?.body ?? ''), { name: 'Corner Bakery', id: pageId })
    t.match(me?.headers, [{ name: 'Content-Type', value: 'application/json; charset=UTF-8' }])
    t.ok(me?.headers?.some(({ name, value }) => name === 'facebook-api-version' && value === 'v25.0'))
    t.match(JSON.parse(sent?.body ?? ''), { recipient_id: psid, message_id: /^m_/ })
    t.equal(nowhere?.code, 400)
    t.match(JSON.parse(nowhere?.body ?? ''), { error: { code: 803, fbtrace_id: String } })
    t.ok(nowhere?.headers?.some(({ name, value }) => name === 'facebook-api-version' && value === 'v24.0'))
    t.match(gone, { code: 200, body: '{"success":true}' })
    t.match(sandbox.conversation(pageId, psid)?.messages.at(-1), { text: 'from a batch' })
  },
)

t.test(
  'a batch comes as a form too, without headers when asked, each part with a token of its own',
  async (t) => {
    const { sandbox, pageToken } = await startConnected(t)
    const user = sandbox.userToken()
    const proof = createHmac('sha256', APP_SECRET).update(user).digest('hex')
    const response = await fetch(`${sandbox.origin}/`, {
      method: 'POST',
      body: new URLSearchParams({
        include_headers: 'false',
        batch: JSON.stringify([
          { method: 'GET', relative_url: `me?access_token=${pageToken}` },
          { relative_url: `me?access_token=${user}&appsecret_proof=${proof}` },
        ]),
      }),
    })
    const [page, person] = (await response.json()) as Part[]
    t.match(JSON.parse(page?.body ?? ''), { name: 'Corner Bakery' })
    t.match(JSON.parse(person?.body ?? ''), { name: 'Olivia Operator' })
    t.notOk('headers' in (page ?? {}))
  },
)

t.test('a part that was not answered in time is null, though it was carried out', async (t) => {
  const { sandbox, pageToken, psid, pageId, say } = await startConnected(t)
  say('hi')
  sandbox.trouble('lose-answer', { edge: 'messages' })
  const send = { method: 'POST', relative_url: 'me/messages', body: `recipient[id]=${psid}&message[text]=x` }
  const { body } = await graph(sandbox, '/v25.0/', {
    token: pageToken,
    body: { batch: [send, { method: 'GET', relative_url: 'me' }] },
  })
  t.match(partsOf(body), [null, { code: 200 }])
  t.match(sandbox.conversation(pageId, psid)?.messages.at(-1), { text: 'x' })
})

t.test('a bad batch is refused as a whole, a bad part by itself', async (t) => {
  const sandbox = await startSandbox(t)
  const token = sandbox.userToken()
  const many = Array.from({ length: 51 }, () => ({ method: 'GET', relative_url: 'me' }))
  const ask = (batch: unknown, withToken = true) =>
    graph(sandbox, '/v25.0/', { ...(withToken && { token }), body: { batch } })
  t.match(await ask(many), { status: 400, body: { error: { type: 'GraphBatchException' } } })
  t.match(await ask('not a list'), { status: 400, body: { error: { code: 100 } } })
  t.match(await ask([{ method: 'GET', relative_url: 'me' }], false), { body: { error: { code: 2500 } } })
  const { body } = await ask([
    5,
    {},
    { method: 'PATCH', relative_url: 'me' },
    { method: 'GET', relative_url: 'me' },
  ])
  t.strictSame(
    partsOf(body).map((part) => part?.code),
    [400, 400, 400, 200],
  )
  t.strictSame((await ask([])).body, [])
})

t.test('no token in a batch is seen in the traffic', async (t) => {
  const sandbox = await startSandbox(t)
  await graph(sandbox, '/v25.0/', {
    body: { batch: [{ method: 'GET', relative_url: 'me?access_token=a-foreign-token&fields=id' }] },
  })
  const response = await fetch(`${sandbox.origin}/sandbox/traffic`)
  const text = await response.text()
  t.notMatch(text, 'a-foreign-token')
  t.match(text, 'fields=id')
})
