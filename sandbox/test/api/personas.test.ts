import t from 'tap'
import { graph, startConnected, textOf } from '../lab.ts'

t.test('a persona is made, listed, read, speaks, and stays on what it said after it is gone', async (t) => {
  const { sandbox, pageToken, pageId, psid, say, send } = await startConnected(t)
  say('hi')
  const make = (name: string) =>
    graph(sandbox, `/v25.0/${pageId}/personas`, {
      token: pageToken,
      body: { name, profile_picture_url: 'https://a.example/john.png' },
    })
  const id = textOf((await make('John from the bakery')).body['id'])
  await make('Second')
  const list = await graph(sandbox, '/v25.0/me/personas?limit=1', { token: pageToken })
  t.match(list.body, { data: [{ id, name: 'John from the bakery' }], paging: { next: /after=/ } })
  t.strictSame((await graph(sandbox, `/v25.0/${id}`, { token: pageToken })).body, {
    name: 'John from the bakery',
    profile_picture_url: 'https://a.example/john.png',
    id,
  })

  await graph(sandbox, '/v25.0/me/messages', {
    token: pageToken,
    body: { recipient: { id: psid }, sender_action: 'typing_on', persona_id: id },
  })
  t.match(sandbox.conversation(pageId, psid), { typing: true, typingAs: { name: 'John from the bakery' } })
  t.match(await send({ text: 'John here' }, { persona_id: id }), { status: 200 })
  t.match(sandbox.conversation(pageId, psid), { typing: false, typingAs: null })

  t.match(await graph(sandbox, `/v25.0/${id}`, { token: pageToken, method: 'DELETE' }), {
    body: { success: true },
  })
  t.match(await send({ text: 'John again' }, { persona_id: id }), { body: { error: { code: 100 } } })
  t.match(await graph(sandbox, `/v25.0/${id}`, { token: pageToken }), {
    body: { error: { error_subcode: 33 } },
  })
  t.match((await graph(sandbox, '/v25.0/me/personas', { token: pageToken })).body['data'], [
    { name: 'Second' },
  ])
  t.match(sandbox.conversation(pageId, psid)?.messages.at(-1), {
    text: 'John here',
    persona: { name: 'John from the bakery', pictureUrl: 'https://a.example/john.png' },
  })
})

const bad: [string, object][] = [
  ['without a name', { profile_picture_url: 'https://a.example/1.png' }],
  ['with a name of 51 characters', { name: 'x'.repeat(51), profile_picture_url: 'https://a.example/1.png' }],
  ['without a picture', { name: 'John' }],
  ['with a picture that is no address', { name: 'John', profile_picture_url: 'john.png' }],
]

t.test('a persona that lacks something is refused, and not kept', async (t) => {
  const { sandbox, pageToken } = await startConnected(t)
  for (const [name, body] of bad) {
    t.match(
      await graph(sandbox, '/v25.0/me/personas', { token: pageToken, body }),
      { status: 400, body: { error: { code: 100 } } },
      name,
    )
    t.equal(sandbox.world.personas.size, 0, name)
  }
})

t.test("another Page's persona is none of ours", async (t) => {
  const two = [
    { id: '1001', name: 'One' },
    { id: '1002', name: 'Two' },
  ]
  const { sandbox, send, say, pageToken } = await startConnected(t, { pages: two })
  say('hi')
  sandbox.world.personas.set('99', { id: '99', pageId: '1002', name: 'Them', pictureUrl: '', deleted: false })
  t.match(await send({ text: 'a' }, { persona_id: '99' }), { body: { error: { code: 100 } } })
  t.match(await send({ text: 'a' }, { persona_id: {} }), { body: { error: { code: 100 } } })
  t.match(await graph(sandbox, '/v25.0/99', { token: pageToken, method: 'DELETE' }), {
    body: { error: { error_subcode: 33 } },
  })
})

t.test('a menu for one visitor alone is written, read and taken away', async (t) => {
  const { sandbox, pageToken, pageId, psid, say } = await startConnected(t)
  say('hi')
  const path = '/v25.0/me/custom_user_settings'
  const menu = [
    {
      locale: 'default',
      composer_input_disabled: false,
      call_to_actions: [{ type: 'postback', title: 'Your order', payload: 'order' }],
    },
  ]
  const write = (body: object) => graph(sandbox, path, { token: pageToken, body })
  t.match(await write({ psid, persistent_menu: menu }), {
    body: { error: { code: 100, message: /Get Started/ } },
  })
  await graph(sandbox, '/v25.0/me/messenger_profile', {
    token: pageToken,
    body: { get_started: { payload: 'start' } },
  })
  t.match(await write({ psid, persistent_menu: menu }), { status: 200, body: { result: 'success' } })
  t.strictSame((await graph(sandbox, `${path}?psid=${psid}`, { token: pageToken })).body, {
    data: [{ user_level_persistent_menu: menu }],
  })
  t.match(sandbox.conversation(pageId, psid)?.menu, [{ title: 'Your order', payload: 'order' }])

  t.match(await write({ psid: 'nobody', persistent_menu: menu }), {
    body: { error: { error_subcode: 2018001 } },
  })
  t.match(await write({ psid, persistent_menu: 'x' }), { body: { error: { code: 100 } } })
  t.match(await write({ psid }), { body: { error: { code: 100 } } })
  const remove = (params: string) =>
    graph(sandbox, `${path}?psid=${psid}&params=${params}`, { token: pageToken, method: 'DELETE' })
  t.match(await remove('["greeting"]'), { body: { error: { code: 100 } } })
  t.match(await remove('["persistent_menu"]'), { body: { result: 'success' } })
  t.equal(sandbox.conversation(pageId, psid)?.menu, null)
  t.strictSame((await graph(sandbox, `${path}?psid=${psid}`, { token: pageToken })).body, { data: [] })
})
