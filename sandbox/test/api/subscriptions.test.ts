import t from 'tap'
import {
  APP_ID,
  appToken,
  firstPage,
  graph,
  pageTokenOf,
  startBot,
  startConnected,
  startSandbox,
  VERIFY_TOKEN,
  textOf,
} from '../lab.ts'

t.test('a Page is subscribed, read and unsubscribed', async (t) => {
  const sandbox = await startSandbox(t)
  const token = await pageTokenOf(sandbox)
  const path = `/v25.0/${firstPage(sandbox)}/subscribed_apps`

  t.match(await graph(sandbox, path, { token }), { body: { data: [] } })
  t.match(
    await graph(sandbox, `${path}?subscribed_fields=messages,messaging_postbacks`, { token, method: 'POST' }),
    {
      status: 200,
      body: { success: true },
    },
  )
  t.match(await graph(sandbox, path, { token }), {
    body: {
      data: [
        {
          id: APP_ID,
          name: 'Sandbox app',
          category: 'Business',
          subscribed_fields: ['messages', 'messaging_postbacks'],
        },
      ],
    },
  })
  t.equal(sandbox.state().pages[0]?.subscribed, true)
  t.match(await graph(sandbox, path, { token, method: 'DELETE' }), { body: { success: true } })
  t.match(await graph(sandbox, path, { token }), { body: { data: [] } })
})

t.test('subscribing takes fields, both permissions and the MODERATE task', async (t) => {
  const sandbox = await startSandbox(t)
  const token = await pageTokenOf(sandbox)
  const path = `/v25.0/${firstPage(sandbox)}/subscribed_apps`
  t.match(await graph(sandbox, path, { token, body: {} }), {
    body: { error: { code: 100, message: /subscribed_fields is required/ } },
  })
  t.match(await graph(sandbox, path, { token, body: { subscribed_fields: 'message' } }), {
    body: { error: { code: 100, message: /^\(#100\) Param subscribed_fields\[0\] must be one of/ } },
  })
  for (const [scope, code] of [
    ['pages_messaging', 200],
    ['pages_manage_metadata', 230],
  ] as const) {
    const narrow = await pageTokenOf(sandbox, sandbox.userToken({ scopes: [scope] }))
    t.match(await graph(sandbox, path, { token: narrow, body: { subscribed_fields: ['messages'] } }), {
      status: 403,
      body: { error: { code } },
    })
  }
  const weak = await startSandbox(t, { pages: [{ id: '9', name: 'Weak', tasks: ['MESSAGING'] }] })
  t.match(
    await graph(weak, '/v25.0/9/subscribed_apps', {
      token: await pageTokenOf(weak),
      body: { subscribed_fields: 'messages' },
    }),
    { body: { error: { code: 200, message: /sufficient administrative permission.*Two Factor/ } } },
  )
})

t.test('the app subscribes with a real verification, and events then go there', async (t) => {
  const bot = await startBot(t)
  const sandbox = await startSandbox(t)
  const token = await pageTokenOf(sandbox)
  const path = `/v25.0/${APP_ID}/subscriptions?access_token=${appToken}`
  const body = {
    object: 'page',
    callback_url: bot.url,
    verify_token: VERIFY_TOKEN,
    fields: 'messages',
    include_values: true,
  }

  t.match(await graph(sandbox, path, { body: { ...body, verify_token: 'wrong' } }), {
    status: 400,
    body: { error: { code: 2200, message: /HTTP Status Code = 403/ } },
  })
  t.match(await graph(sandbox, path), { body: { data: [] } }, 'a failed verification changes nothing')
  t.match(await graph(sandbox, path, { body }), { status: 200, body: { success: true } })
  t.match(bot.calls.at(-1), { method: 'GET', status: 200 })
  t.match(Object.fromEntries(bot.calls.at(-1)?.url.searchParams ?? []), {
    'hub.mode': 'subscribe',
    'hub.verify_token': VERIFY_TOKEN,
    'hub.challenge': /^\d+$/,
  })
  t.match(await graph(sandbox, path), {
    body: {
      data: [
        {
          object: 'page',
          callback_url: bot.url,
          active: true,
          fields: [{ name: 'messages', version: 'v25.0' }],
        },
      ],
    },
  })
  await graph(sandbox, path, { body: { ...body, fields: 'message_echoes' } })
  t.match(
    await graph(sandbox, path),
    { body: { data: [{ fields: [{ name: 'messages' }, { name: 'message_echoes' }] }] } },
    'fields are added',
  )

  const [pageId = ''] = sandbox.world.pages.keys()
  const [psid = ''] = sandbox.world.visitors.keys()
  await graph(sandbox, `/v25.0/${pageId}/subscribed_apps`, { token, body: { subscribed_fields: 'messages' } })
  sandbox.act(pageId, psid, { type: 'text', text: 'hello' })
  await sandbox.courier.idle()
  t.match(bot.items(), [{ message: { text: 'hello' } }])

  t.match(await graph(sandbox, path, { method: 'DELETE', body: { object: 'page' } }), {
    body: { success: true },
  })
  t.match(await graph(sandbox, path), { body: { data: [] } })
})

t.test('the app level takes an app token, a known object and an address that answers', async (t) => {
  const sandbox = await startSandbox(t)
  const path = `/v25.0/${APP_ID}/subscriptions`
  const body = {
    object: 'page',
    callback_url: 'http://127.0.0.1:1/webhook',
    verify_token: 'x',
    fields: 'messages',
  }
  t.match(await graph(sandbox, path, { token: sandbox.userToken(), body }), { body: { error: { code: 15 } } })
  const asApp = (more: object) =>
    graph(sandbox, `${path}?access_token=${appToken}`, { body: { ...body, ...more } })
  t.match(await asApp({}), { body: { error: { code: 2200, message: /ECONNREFUSED/ } } })
  t.match(await asApp({ object: 'planet' }), { body: { error: { code: 100 } } })
  t.match(await asApp({ callback_url: 'nonsense' }), { body: { error: { code: 2201 } } })
  t.match(await asApp({ fields: 'nonsense' }), { body: { error: { code: 100 } } })
})

t.test('the Messenger Profile is written, read and deleted property by property', async (t) => {
  const { sandbox, pageToken } = await startConnected(t)
  const path = '/v25.0/me/messenger_profile'
  const profile = {
    get_started: { payload: 'welcome' },
    greeting: [{ locale: 'default', text: 'Hi {{user_first_name}}' }],
    ice_breakers: [{ locale: 'default', call_to_actions: [{ question: 'Hours?', payload: 'hours' }] }],
    persistent_menu: [
      {
        locale: 'default',
        composer_input_disabled: false,
        call_to_actions: [
          { type: 'postback', title: 'Hours', payload: 'hours' },
          { type: 'web_url', title: 'Site', url: 'https://a.example/' },
        ],
      },
    ],
  }
  t.match(await graph(sandbox, path, { token: pageToken, body: profile }), {
    status: 200,
    body: { result: 'success' },
  })
  t.strictSame((await graph(sandbox, `${path}?fields=get_started,greeting`, { token: pageToken })).body, {
    data: [{ get_started: profile.get_started, greeting: profile.greeting }],
  })
  t.match(sandbox.state().pages[0], {
    greeting: 'Hi {{user_first_name}}',
    getStarted: 'welcome',
    iceBreakers: [{ question: 'Hours?', payload: 'hours' }],
    menu: [
      { title: 'Hours', payload: 'hours' },
      { title: 'Site', url: 'https://a.example/' },
    ],
  })
  t.match(
    await graph(sandbox, path, { token: pageToken, method: 'DELETE', body: { fields: ['get_started'] } }),
    {
      body: { error: { code: 100, message: /You must set a Get Started button/ } },
    },
  )
  await graph(sandbox, path, {
    token: pageToken,
    method: 'DELETE',
    body: { fields: ['persistent_menu', 'ice_breakers'] },
  })
  t.match(sandbox.state().pages[0], { menu: [], iceBreakers: [], getStarted: 'welcome' })
})

t.test(
  'a profile whose texts are numbers and whose switches are those of a form is shown like any other',
  async (t) => {
    const { sandbox, pageToken } = await startConnected(t)
    const body = {
      get_started: { payload: 1 },
      greeting: [{ locale: 'default', text: 2 }],
      ice_breakers: [{ locale: 'default', call_to_actions: [{ question: 3, payload: 4 }] }],
      persistent_menu: [
        {
          locale: 'default',
          composer_input_disabled: '1',
          call_to_actions: [{ type: 'postback', title: 5, payload: 6 }],
        },
      ],
    }
    t.match(await graph(sandbox, '/v25.0/me/messenger_profile', { token: pageToken, body }), { status: 200 })
    t.match(sandbox.state().pages[0], {
      greeting: '2',
      getStarted: '1',
      iceBreakers: [{ question: '3', payload: '4' }],
      menu: [{ title: '5', payload: '6' }],
      composerDisabled: true,
    })
  },
)

const badProfiles: [string, object, object?][] = [
  ['nothing', {}],
  ['a greeting of 261 characters', { greeting: [{ locale: 'default', text: 'x'.repeat(261) }] }],
  ['a greeting without default locale', { greeting: [{ locale: 'de_DE', text: 'x' }] }],
  [
    'five ice breakers',
    {
      ice_breakers: [
        {
          locale: 'default',
          call_to_actions: Array.from({ length: 5 }, () => ({ question: 'a', payload: 'b' })),
        },
      ],
    },
    { code: 105 },
  ],
  ['a menu without Get Started', { persistent_menu: [{ locale: 'default', call_to_actions: [] }] }],
  [
    'a nested menu',
    {
      get_started: { payload: 'a' },
      persistent_menu: [{ locale: 'default', call_to_actions: [{ type: 'nested', title: 'a' }] }],
    },
    { code: 11, message: /^\(#11\) Setting of Nested Persistent Menu/ },
  ],
  ['a get_started that is a text', { get_started: 'welcome' }],
]

t.test('the Messenger Profile refuses settings that break a rule, and keeps none of them', async (t) => {
  const { sandbox, pageToken } = await startConnected(t)
  for (const [name, body, error] of badProfiles) {
    t.match(
      await graph(sandbox, '/v25.0/me/messenger_profile', { token: pageToken, body }),
      { status: 400, body: { error: { code: 100, ...error } } },
      name,
    )
    t.match(
      await graph(sandbox, '/v25.0/me/messenger_profile?fields=get_started,greeting', { token: pageToken }),
      { body: { data: [] } },
      name,
    )
  }
})

t.test('conversations and messages can be read back, newest first, by their Page alone', async (t) => {
  const { sandbox, pageToken, pageId, psid, say, send } = await startConnected(t)
  const first = say('one')
  await send({ text: 'two' })
  const { body } = await graph(
    sandbox,
    `/v25.0/${pageId}/conversations?fields=participants,messages{id,message,from,created_time}`,
    { token: pageToken },
  )
  t.match(body, {
    data: [
      {
        id: /^t_/,
        participants: { data: [{ id: psid, name: 'Vera Visitor' }, { id: pageId }] },
        messages: {
          data: [
            { message: 'two', from: { id: pageId } },
            { id: first, message: 'one', from: { id: psid }, created_time: /^2026-11-21T12:00:00\+0000$/ },
          ],
        },
      },
    ],
  })
  const id = textOf((body['data'] as unknown as { id: string }[])[0]?.id)
  t.match(await graph(sandbox, `/v25.0/${id}/messages?fields=message&limit=1`, { token: pageToken }), {
    body: { data: [{ message: 'two' }], paging: { next: /after=/ } },
  })
  t.match(
    await graph(sandbox, `/v25.0/${id}?fields=messages.limit(1){message},updated_time`, { token: pageToken }),
    {
      body: { messages: { data: [{ message: 'two' }] }, updated_time: String },
    },
  )
  t.match(await graph(sandbox, `/v25.0/${first}?fields=message,to`, { token: pageToken }), {
    body: { id: first, message: 'one', to: { data: [{ id: pageId }] } },
  })
  t.match(await graph(sandbox, `/v25.0/me/conversations?user_id=${psid}`, { token: pageToken }), {
    body: { data: [{ id }] },
  })
  t.match(await graph(sandbox, '/v25.0/me/conversations?user_id=1', { token: pageToken }), {
    body: { data: [] },
  })
  t.match(await graph(sandbox, `/v25.0/${first}`, { token: sandbox.userToken() }), {
    body: { error: { code: 190 } },
  })
})

t.test("a visitor's name is read with their PSID, and is empty without the feature", async (t) => {
  const { sandbox, pageToken, psid, say } = await startConnected(t)
  say('hi')
  t.match(
    await graph(sandbox, `/v25.0/${psid}?fields=first_name,last_name,profile_pic,locale`, {
      token: pageToken,
    }),
    {
      body: { first_name: 'Vera', last_name: 'Visitor', profile_pic: /^http/, id: psid, locale: undefined },
    },
  )
  const shy = await startConnected(t, { profileAccess: false })
  shy.say('hi')
  t.strictSame(
    (await graph(shy.sandbox, `/v25.0/${shy.psid}?fields=name`, { token: shy.pageToken })).body,
    {},
  )
})

t.test('a thread passed to the inbox silences the bot until a human hands it back', async (t) => {
  const { bot, sandbox, pageToken, pageId, psid, say, send } = await startConnected(t)
  say('a human, please')
  const thread = (edge: string, more: object = {}) =>
    graph(sandbox, `/v25.0/me/${edge}`, { token: pageToken, body: { recipient: { id: psid }, ...more } })
  t.match(await thread('pass_thread_control', { target_app_id: '1' }), {
    body: { error: { code: 100, error_subcode: 2018164 } },
  })
  t.match(await thread('pass_thread_control', { target_app_id: 263902037430900, metadata: 'why' }), {
    status: 200,
    body: { success: true },
  })
  t.match(await graph(sandbox, `/v25.0/me/thread_owner?recipient=${psid}`, { token: pageToken }), {
    body: { data: [{ thread_owner: { app_id: '263902037430900' } }] },
  })
  t.match(await send({ text: 'me again' }), { body: { error: { code: 10, error_subcode: 2018300 } } })
  t.match(await thread('take_thread_control'), { body: { error: { code: 100, error_subcode: 2534037 } } })

  say('are you there?')
  const inbox = (body: object) =>
    fetch(`${sandbox.origin}/sandbox/inbox/${pageId}/${psid}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  await inbox({ type: 'text', text: 'a human here' })
  await inbox({ type: 'hand_back' })
  await sandbox.courier.idle()
  t.match(bot.items('standby'), [
    { message: { text: 'are you there?' } },
    { message: { is_echo: true, app_id: 263902037430900, text: 'a human here' } },
    { delivery: {} },
    { read: {} },
  ])
  t.match(bot.items().at(-1), {
    pass_thread_control: { previous_owner_app_id: '263902037430900', new_owner_app_id: APP_ID },
  })
  t.match(await send({ text: 'me again' }), { status: 200 })
  t.match(await thread('release_thread_control'), { body: { success: true } })
  t.match(await graph(sandbox, `/v25.0/me/thread_owner?recipient=${psid}`, { token: pageToken }), {
    body: { data: [] },
  })
})
