import t from 'tap'
import {
  firstPage,
  graph,
  pageTokenOf,
  readAnswer,
  startConnected,
  startSandbox,
  textOf,
  type Json,
} from '../lab.ts'

interface Part {
  code: number
  body: string
}

/** The items of a list that came as JSON. */
const itemsOf = (list: unknown): Json[] => {
  if (Array.isArray(list)) return list as Json[]
  throw new TypeError(`Expected a list, got ${JSON.stringify(list)}`)
}

t.test('a POST without a content type is a form', async (t) => {
  const { sandbox, pageToken, pageId, psid, say } = await startConnected(t)
  say('hi')
  const form = new URLSearchParams({
    access_token: pageToken,
    recipient: JSON.stringify({ id: psid }),
    message: '{"text":"plain"}',
  })
  // Bytes, so that fetch adds no content type by itself.
  const body = new TextEncoder().encode(form.toString())
  const response = await fetch(`${sandbox.origin}/v25.0/me/messages`, { method: 'POST', body })
  t.match(await response.json(), { message_id: /^m_/ })
  t.match(sandbox.conversation(pageId, psid)?.messages.at(-1), { text: 'plain' })
})

t.test("parameters are read as the curl commands of Meta's Send API reference spell them", async (t) => {
  const { sandbox, pageToken, pageId, psid, say } = await startConnected(t)
  say('hi')
  const send = async (recipient: string, message: string) => {
    const body = new URLSearchParams({
      access_token: pageToken,
      messaging_type: 'RESPONSE',
      recipient,
      message,
    })
    return readAnswer(await fetch(`${sandbox.origin}/v25.0/${pageId}/messages`, { method: 'POST', body }))
  }
  for (const [recipient, message, text] of [
    [`{'id':'${psid}'}`, "{'text':'hello, world'}", 'hello, world'],
    [`{id:${psid}}`, "{text:'You did it!'}", 'You did it!'],
    [
      `{ id : "${psid}" }`,
      String.raw`{ 'text' : 'it\'s "so": {fine}, [1] \u00e9' }`,
      'it\'s "so": {fine}, [1] é',
    ],
    [`{"id":"${psid}"}`, "{text:'Pick',quick_replies:[{content_type:'text',title:'A',payload:'1'}]}", 'Pick'],
  ] as const) {
    t.match(await send(recipient, message), { status: 200 }, message)
    t.equal(sandbox.conversation(pageId, psid)?.messages.at(-1)?.text, text)
  }
  t.match(await send('{id:12345678901234567890}', "{text:'x'}"), {
    body: { error: { error_subcode: 2018001 } },
  })
  for (const message of ['{text:hello}', "{text:'a'", "{'text':'a';}", "{text:'a'}}", '{<TEXT>}'])
    t.match(await send(`{id:${psid}}`, message), { body: { error: { code: 100 } } }, message)
})

t.test('fields come as text, as a JSON list, and in brackets', async (t) => {
  const { sandbox, pageToken: token, pageId } = await startConnected(t)
  const expected = { id: pageId, name: 'Corner Bakery' }
  const list = encodeURIComponent('["id","name"]')
  for (const query of ['fields=id,name', `fields=${list}`, 'fields[0]=id&fields[1]=name']) {
    t.strictSame((await graph(sandbox, `/v25.0/me?${query}`, { token })).body, expected, query)
  }
  t.match(await graph(sandbox, '/v25.0/me?fields=name.as(title)', { token }), {
    body: { title: 'Corner Bakery' },
  })
})

t.test('a nested list has its own limit, and pages of its own', async (t) => {
  const pages = ['1001', '1002', '1003'].map((id) => ({ id, name: `Page ${id}` }))
  const { sandbox, pageToken, pageId, say } = await startConnected(t, { pages })
  for (const text of ['one', 'two', 'three']) say(text)
  const walk = async (first: Json, read: (item: Json) => unknown): Promise<unknown[]> => {
    const found: unknown[] = []
    for (let list = first; ;) {
      found.push(...itemsOf(list['data']).map(read))
      const next = list['paging']?.['next']
      if (next === undefined) return found
      list = (await readAnswer(await fetch(textOf(next)))).body
    }
  }
  const token = sandbox.userToken()
  const accounts = await graph(sandbox, '/v25.0/me?fields=accounts.limit(2){name}', { token })
  t.equal(itemsOf(accounts.body['accounts']?.['data']).length, 2)
  t.match(accounts.body['accounts']?.['paging']?.['next'], /\/accounts\?.*fields=name.*limit=2/)
  t.strictSame(await walk(accounts.body['accounts'] as Json, ({ name }) => name), [
    'Page 1001',
    'Page 1002',
    'Page 1003',
  ])
  const path = `/v25.0/${pageId}?fields=conversations.limit(1){messages.limit(2){message}}`
  const { body } = await graph(sandbox, path, { token: pageToken })
  const [thread] = itemsOf(body['conversations']?.['data'])
  t.strictSame(await walk(thread?.['messages'] as Json, ({ message }) => message), ['three', 'two', 'one'])
  const list = await graph(sandbox, `/v25.0/me/conversations?fields=messages.limit(1){message}`, {
    token: pageToken,
  })
  t.match(list.body['data'], [{ messages: { data: [{ message: 'three' }] } }])
  for (const fields of [
    'messages{message}.limit(1)',
    'messages{message}.limit(1).as(last)',
    'id,messages{message}.limit(1),link',
  ]) {
    const { body } = await graph(sandbox, `/v25.0/me/conversations?fields=${fields}`, { token: pageToken })
    const [thread] = itemsOf(body['data'])
    t.match((thread?.['last'] ?? thread?.['messages'])?.['data'], [{ message: 'three' }], fields)
    t.equal(itemsOf((thread?.['last'] ?? thread?.['messages'])?.['data']).length, 1, fields)
  }
})

t.test('?ids= stands for the node of an edge too', async (t) => {
  const { sandbox, pageToken: token, pageId, say } = await startConnected(t)
  say('hi')
  t.match((await graph(sandbox, `/v25.0/conversations?ids=me,${pageId}&fields=id`, { token })).body, {
    me: { data: [{ id: /^t_/ }] },
    [pageId]: { data: [{ id: /^t_/ }] },
  })
  t.match(await graph(sandbox, '/v25.0/conversations', { token }), { status: 400 })
  t.match(await graph(sandbox, `/v25.0/conversations?ids=${pageId},nobody`, { token }), {
    body: { error: { code: 803, message: '(#803) Some of the aliases you requested do not exist: nobody' } },
  })
  const many = Array.from({ length: 51 }, (_, index) => index).join(',')
  t.match(await graph(sandbox, `/v25.0/conversations?ids=${many}`, { token }), {
    body: { error: { code: 100 } },
  })
})

t.test('?method= changes what a GET does, and a HEAD is a GET without a body', async (t) => {
  const { sandbox, pageToken: token, pageId } = await startConnected(t)
  const page = sandbox.world.pages.get(pageId)
  t.equal(page?.subscriptions.size, 1)
  t.match(await graph(sandbox, '/v25.0/me/subscribed_apps?method=delete', { token }), {
    body: { success: true },
  })
  t.equal(page?.subscriptions.size, 0)
  const path = '/v25.0/me/subscribed_apps?method=post&subscribed_fields=messages'
  t.match(await graph(sandbox, path, { token }), { body: { success: true } })
  const head = await graph(sandbox, '/v25.0/me?fields=name', { token, method: 'HEAD' })
  t.match(head, { status: 200, body: '' })
})

t.test('metadata and summary add what they are for', async (t) => {
  const { sandbox, pageToken: token, say } = await startConnected(t)
  say('hi')
  const { metadata } = (await graph(sandbox, '/v25.0/me?metadata=1', { token })).body
  t.match(metadata, { type: 'page', connections: { conversations: /\/me\/conversations$/ } })
  t.ok(itemsOf(metadata?.['fields']).some(({ name }) => textOf(name) === 'fan_count'))
  t.match((await graph(sandbox, '/v25.0/me/conversations?summary=true', { token })).body, {
    summary: { total_count: 1 },
  })
  t.notOk('summary' in (await graph(sandbox, '/v25.0/me/conversations', { token })).body)
  const alone = { data: [], summary: { total_count: 1 } }
  t.strictSame((await graph(sandbox, '/v25.0/me/conversations?summary=true&limit=0', { token })).body, alone)
  const nested = '/v25.0/me?fields=conversations.limit(0).summary(true)'
  t.strictSame((await graph(sandbox, nested, { token })).body['conversations'], alone, 'a count alone')
  t.match((await graph(sandbox, '/v25.0/me/conversations?platform=instagram', { token })).body, { data: [] })
  t.match(await graph(sandbox, '/v25.0/nonsense?suppress_http_code=1', { token }), {
    status: 200,
    body: { error: { code: 803 } },
  })
})

t.test(
  'what v26.0 took away from every version is gone: ids at the root, date_format, debug, ETags',
  async (t) => {
    const { sandbox, pageToken: token, pageId, psid, say } = await startConnected(t)
    say('hi')
    const retired = (name: string) => ({
      status: 500,
      body: {
        error: {
          message: `The ${name} query parameter is deprecated in v26.0+.`,
          type: 'FacebookApiException',
          code: 100,
        },
      },
    })
    for (const version of ['v21.0', 'v25.0', 'v27.0']) {
      t.match(
        await graph(sandbox, `/${version}/?ids=${pageId},${psid}&fields=name`, { token }),
        retired('ids'),
      )
    }
    t.match(await graph(sandbox, '/v25.0/me/conversations?date_format=U', { token }), retired('date_format'))
    const part = { method: 'GET', relative_url: `?ids=${pageId}` }
    const { body } = await graph(sandbox, '/v25.0/', { token, body: { batch: [part] } })
    t.match(body, [{ code: 500, body: /FacebookApiException/ }])

    const plain = await graph(sandbox, '/v25.0/me', { token })
    t.strictSame((await graph(sandbox, '/v25.0/me?debug=all&pretty=1', { token })).body, plain.body)
    t.equal(plain.headers.get('etag'), null)
  },
)

t.test('parts of a batch wait for each other, use results, and leave answers out', async (t) => {
  const { sandbox, pageToken: token, pageId, psid, say } = await startConnected(t)
  say('hi')
  const run = async (batch: object[]) => {
    const { body } = await graph(sandbox, '/v25.0/', { token, body: { batch } })
    return (body as unknown as (Part | null)[]).map(
      (part) => part && { ...part, body: JSON.parse(part.body) as Json },
    )
  }
  const send = (text: string, more: object = {}) => ({
    method: 'POST',
    relative_url: 'me/messages',
    body: new URLSearchParams({
      recipient: JSON.stringify({ id: psid }),
      message: JSON.stringify({ text }),
    }).toString(),
    ...more,
  })
  const said = () => sandbox.conversation(pageId, psid)?.messages.map(({ text }) => text)
  t.match(
    await run([
      send('one', { name: 'first', omit_response_on_success: true }),
      send('two', { depends_on: 'first' }),
    ]),
    [null, { code: 200 }],
  )
  t.strictSame(said(), ['hi', 'one', 'two'])

  const failing = {
    method: 'POST',
    relative_url: 'me/messages',
    name: 'first',
    omit_response_on_success: true,
  }
  t.match(
    await run([
      failing,
      send('never', { name: 'second', depends_on: 'first' }),
      send('nor', { depends_on: 'second' }),
    ]),
    [{ code: 400 }, null, null],
  )
  t.strictSame(said(), ['hi', 'one', 'two'], 'what depends on a failure is not carried out')
  t.match(await run([send('alone', { depends_on: 'nobody' })]), [
    { code: 400, body: { error: { code: 100 } } },
  ])

  const list = { method: 'GET', relative_url: 'me/conversations?fields=id', name: 'list' }
  const use = { method: 'GET', relative_url: 'messages?ids={result=list:$.data.*.id}&limit=1' }
  const [id = ''] = [...sandbox.world.conversations.values()].map((one) => one.id)
  t.match(await run([list, use]), [null, { code: 200, body: { [id]: { data: [{ id: /^m_/ }] } } }])
  t.match(await run([{ ...list, omit_response_on_success: false }, use]), [{ code: 200 }, { code: 200 }])
  const first = { method: 'GET', relative_url: '{result=list:$.data[0].id}/messages?limit=1' }
  t.match(await run([list, first]), [null, { body: { data: [{ id: /^m_/ }] } }])
})

t.test('a part of a batch uploads a file of the whole', async (t) => {
  const { sandbox, pageToken } = await startConnected(t)
  const form = new FormData()
  form.set('access_token', pageToken)
  form.set('photo', new Blob(['x'], { type: 'image/png' }), 'a.png')
  const body = new URLSearchParams({ message: '{"attachment":{"type":"image","payload":{}}}' }).toString()
  const part = { method: 'POST', relative_url: 'me/message_attachments', body, attached_files: 'photo' }
  form.set('batch', JSON.stringify([part]))
  const [done] = (await (await fetch(`${sandbox.origin}/`, { method: 'POST', body: form })).json()) as Part[]
  t.match(JSON.parse(done?.body ?? ''), { attachment_id: /^\d+$/ })
})

t.test('every answer has the headers of Facebook, and browsers may call from anywhere', async (t) => {
  const sandbox = await startSandbox(t)
  const token = await pageTokenOf(sandbox)
  for (const path of [`/v25.0/${firstPage(sandbox)}`, '/v25.0/nowhere']) {
    const { headers } = await graph(sandbox, path, { token })
    t.match(headers.get('x-fb-rev'), /^\d+$/)
    t.match(headers.get('x-fb-debug'), /==$/)
    t.equal(headers.get('access-control-allow-origin'), '*')
  }
  const asked = await fetch(`${sandbox.origin}/v25.0/me/messages`, {
    method: 'OPTIONS',
    headers: { origin: 'https://a.example', 'access-control-request-headers': 'content-type' },
  })
  t.equal(asked.status, 200)
  t.match(asked.headers.get('access-control-allow-methods'), /POST/)
  t.equal(asked.headers.get('access-control-allow-headers'), 'content-type')
  const control = await fetch(`${sandbox.origin}/sandbox/state`, { headers: { origin: 'https://a.example' } })
  t.notOk(control.headers.get('access-control-allow-origin'), 'the control API stays its own')
})

t.test('trouble can speak to a person', async (t) => {
  const { sandbox, send, say } = await startConnected(t)
  say('hi')
  const told = { error_user_title: 'Not now', error_user_msg: 'Try again in an hour.' }
  sandbox.trouble('fail', { edge: 'messages', error: { code: 368, ...told } })
  t.match(await send({ text: 'a' }), { body: { error: { code: 368, ...told } } })
})
