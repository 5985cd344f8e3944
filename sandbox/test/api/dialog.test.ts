import t from 'tap'
import type { Sandbox, SandboxOptions } from '../../src/server.ts'
import { APP_ID, APP_SECRET, DAY_MS, graph, inspect, startSandbox, textOf } from '../lab.ts'

const REDIRECT = 'http://bot.example/back'
const SCOPES = 'pages_show_list,pages_messaging'

const address = (more: Record<string, string> = {}) =>
  `/v25.0/dialog/oauth?${new URLSearchParams({ client_id: APP_ID, redirect_uri: REDIRECT, state: 's', scope: SCOPES, ...more }).toString()}`

const look = async (sandbox: Sandbox, more?: Record<string, string>) => {
  const response = await fetch(sandbox.origin + address(more), { redirect: 'manual' })
  return { status: response.status, text: await response.text() }
}

/** Where the person is led who ticks this. */
const agree = async (
  sandbox: Sandbox,
  more: Record<string, string> = {},
  { scopes = SCOPES, pageIds, user }: { scopes?: string; pageIds?: string[]; user?: string } = {},
) => {
  const form = new URLSearchParams({
    decision: 'continue',
    user: user ?? [...sandbox.world.users.keys()][0] ?? '',
  })
  for (const scope of scopes.split(',')) form.append('scope', scope)
  for (const id of pageIds ?? sandbox.world.pages.keys()) form.append('page', id)
  const response = await fetch(sandbox.origin + address(more), {
    method: 'POST',
    body: form,
    redirect: 'manual',
  })
  return { status: response.status, back: URL.parse(response.headers.get('location') ?? '') }
}

/** Where the person is led who presses another button. */
const press = async (sandbox: Sandbox, decision: string) => {
  const body = new URLSearchParams({ decision })
  const response = await fetch(sandbox.origin + address(), { method: 'POST', body, redirect: 'manual' })
  return URL.parse(response.headers.get('location') ?? '')
}

const redeem = async (sandbox: Sandbox, code: string) => {
  const query = new URLSearchParams({
    client_id: APP_ID,
    client_secret: APP_SECRET,
    redirect_uri: REDIRECT,
    code,
  })
  const { body } = await graph(sandbox, `/v25.0/oauth/access_token?${query.toString()}`)
  return textOf(body['access_token'])
}

const TWO: Partial<SandboxOptions> = {
  users: [
    { id: '11', name: 'Olivia Operator' },
    { id: '12', name: 'Otto <Other>' },
    { id: '13', name: 'Sam System', system: true },
  ],
}

t.test('several people are offered to choose from, one goes straight to the consent', async (t) => {
  const sandbox = await startSandbox(t, TWO)
  const first = await look(sandbox)
  t.match(first.text, 'Choose an account')
  t.match(first.text, 'Otto &#60;Other&#62;')
  t.notMatch(first.text, 'Sam System', 'a system user does not log in')
  const second = await look(sandbox, { user: '12' })
  t.match(second.text, 'Continue as Otto')
  t.match(second.text, 'Log in to another account')
  const alone = await look(await startSandbox(t))
  t.match(alone.text, 'Continue as Olivia')
  t.match(alone.text, 'Manage and access Page conversations in Messenger')
})

t.test('what was declined is not asked again, unless the bot asks for just that', async (t) => {
  const sandbox = await startSandbox(t)
  await agree(sandbox, {}, { scopes: 'pages_show_list' })
  const again = await look(sandbox)
  t.match(again.text, /You declined before: pages_messaging/)
  t.notMatch(again.text, 'value="pages_messaging"')
  const sneaky = await agree(sandbox)
  const token = await redeem(sandbox, sneaky.back?.searchParams.get('code') ?? '')
  t.strictSame((await inspect(sandbox, token))['scopes'], ['public_profile', 'pages_show_list'])

  t.match((await look(sandbox, { auth_type: 'rerequest' })).text, 'value="pages_messaging"')
  const { back } = await agree(sandbox, { auth_type: 'rerequest' })
  const whole = await redeem(sandbox, back?.searchParams.get('code') ?? '')
  const facts = await inspect(sandbox, whole)
  t.strictSame(facts['scopes'], ['public_profile', 'pages_show_list', 'pages_messaging'])
  t.match(facts['metadata'], { auth_type: 'rerequest' })
  t.match((await graph(sandbox, '/v25.0/me/permissions', { token: whole })).body['data'], [
    { permission: 'public_profile', status: 'granted' },
    { permission: 'pages_show_list', status: 'granted' },
    { permission: 'pages_messaging', status: 'granted' },
  ])
})

t.test('reauthorize renews the access to data', async (t) => {
  const sandbox = await startSandbox(t)
  const before = await inspect(sandbox, sandbox.userToken())
  sandbox.clock.advance(30 * DAY_MS)
  const { back } = await agree(sandbox, { auth_type: 'reauthorize' })
  const after = await inspect(sandbox, await redeem(sandbox, back?.searchParams.get('code') ?? ''))
  t.equal(
    Number(after['data_access_expires_at']) - Number(before['data_access_expires_at']),
    (30 * DAY_MS) / 1000,
  )
})

t.test('Pages ticked last time are ticked again, the others are not', async (t) => {
  const sandbox = await startSandbox(t, {
    pages: [
      { id: '101', name: 'One' },
      { id: '102', name: 'Two' },
    ],
  })
  await agree(sandbox, {}, { pageIds: ['102', 'none'] })
  const { text } = await look(sandbox)
  t.match(text, /value="102" checked/)
  t.notMatch(text, /value="101" checked/)
})

t.test(
  'a token comes in the fragment, alone or beside a code, and scopes where they are wanted',
  async (t) => {
    const sandbox = await startSandbox(t)
    const token = await agree(
      sandbox,
      { response_type: 'token granted_scopes' },
      { scopes: 'pages_messaging' },
    )
    t.equal(token.back?.search, '')
    const fragment = new URLSearchParams(token.back?.hash.slice(1))
    t.match(Object.fromEntries(fragment), {
      access_token: /^EAA/,
      expires_in: '5400',
      granted_scopes: 'public_profile,pages_messaging',
      denied_scopes: 'pages_show_list',
      state: 's',
    })
    const both = await agree(sandbox, { response_type: 'code token' })
    t.match(both.back?.hash, /code=.*access_token=|access_token=.*code=/)
    const code = await agree(sandbox, { response_type: 'code,granted_scopes' })
    t.ok(code.back?.searchParams.get('granted_scopes'))
    t.equal((await look(sandbox, { response_type: 'granted_scopes' })).status, 400)
  },
)

t.test('a permission that Facebook has removed is told in its words, before anybody agrees', async (t) => {
  const sandbox = await startSandbox(t)
  const told = await look(sandbox, { scope: 'pages_show_list,manage_pages,read_page_mailboxes' })
  t.equal(told.status, 400)
  t.match(
    told.text,
    'Invalid Scopes: manage_pages, read_page_mailboxes. This message is only shown to developers.',
  )
  t.equal((await look(sandbox, { scope: 'pages_show_list,pages_made_tomorrow' })).status, 200)
})

t.test(
  'Login for Business: a configuration brings its permissions, and a token of a system user',
  async (t) => {
    const sandbox = await startSandbox(t, {
      loginConfigs: {
        '501': { scopes: ['pages_messaging', 'pages_show_list'], token: 'user' },
        '502': { scopes: ['pages_messaging', 'pages_show_list'], token: 'system_user' },
      },
    })
    t.match((await look(sandbox, { config_id: '501', scope: '' })).text, 'value="pages_messaging"')
    t.equal((await look(sandbox, { config_id: '999' })).status, 400)
    t.equal((await look(sandbox, { config_id: '502' })).status, 400, 'the response type must be overridden')

    const more = { config_id: '502', override_default_response_type: 'true', scope: '' }
    const { back } = await agree(sandbox, more)
    const token = await redeem(sandbox, back?.searchParams.get('code') ?? '')
    t.match(await inspect(sandbox, token), {
      type: 'SYSTEM_USER',
      expires_at: 0,
      data_access_expires_at: 0,
      is_valid: true,
    })
    t.match(await graph(sandbox, '/v25.0/me/accounts', { token }), {
      body: { data: [{ access_token: /^EAA/ }] },
    })
    sandbox.trouble('password-changed')
    t.match(await graph(sandbox, '/v25.0/me', { token }), { status: 200 }, 'it knows no password')
    await agree(sandbox, more)
    t.equal(
      [...sandbox.world.users.values()].filter(({ system }) => system).length,
      1,
      'one for app and person',
    )
  },
)

t.test('a window that is closed tells it without an error', async (t) => {
  const sandbox = await startSandbox(t)
  t.match((await look(sandbox)).text, 'value="close"')
  const back = await press(sandbox, 'close')
  t.strictSame(Object.fromEntries(back?.searchParams ?? []), {
    error_code: '4201',
    error_message: 'User canceled the Dialog flow',
    state: 's',
  })
})

t.test('an app in development lets in those with a role on it', async (t) => {
  const sandbox = await startSandbox(t, {
    mode: 'development',
    users: [
      { id: '11', name: 'Olivia' },
      { id: '12', name: 'Otto', appRole: null },
    ],
    loginConfigs: { '501': { scopes: ['pages_messaging'], token: 'user' } },
  })
  t.ok((await agree(sandbox, {}, { user: '11' })).back?.searchParams.get('code'))
  const shutOut = await agree(sandbox, {}, { user: '12' })
  t.equal(shutOut.status, 400)
  const back = await press(sandbox, 'back')
  t.match(Object.fromEntries(back?.searchParams ?? []), {
    error_code: '1349126',
    error_message: /^App not active/,
    state: 's',
  })
  t.notOk(back?.searchParams.has('error'))
  const denied = await agree(sandbox, { config_id: '501' }, { user: '12' })
  t.equal(denied.back?.searchParams.get('error_description'), 'Permissions error')
})
