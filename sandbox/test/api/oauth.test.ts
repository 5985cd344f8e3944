import t from 'tap'
import { APP_ID, APP_SECRET, graph, inspect, readAnswer, startSandbox, textOf } from '../lab.ts'

const REDIRECT = 'http://127.0.0.1:9/callback'

const exchange = (params: Record<string, string>) =>
  `/v25.0/oauth/access_token?${new URLSearchParams({ client_id: APP_ID, client_secret: APP_SECRET, ...params }).toString()}`

const wrong: [string, Record<string, string>, object][] = [
  [
    'a wrong client_secret',
    { client_secret: 'wrong' },
    { code: 1, message: 'Error validating client secret.' },
  ],
  [
    'a wrong client_id, which is not a dead token',
    { client_id: '1' },
    { code: 190, error_subcode: undefined, message: /^Error validating application\./ },
  ],
  [
    'garbage for a token',
    { grant_type: 'fb_exchange_token', fb_exchange_token: 'garbage' },
    { code: 190, message: 'Invalid OAuth access token - Cannot parse access token' },
  ],
  ['no token', { grant_type: 'fb_exchange_token' }, { code: 100 }],
  ['no redirect_uri', { code: 'x' }, { code: 191 }],
  [
    'a made-up code',
    { code: 'x', redirect_uri: REDIRECT },
    { code: 100, message: 'Invalid verification code format.' },
  ],
  ['an unknown grant_type', { grant_type: 'password' }, { code: 1 }],
]

t.test('/oauth/access_token refuses what Facebook refuses, with its codes', async (t) => {
  const sandbox = await startSandbox(t)
  for (const [name, params, error] of wrong) {
    t.match(
      await graph(sandbox, exchange(params)),
      { status: 400, body: { error: { type: 'OAuthException', ...error } } },
      name,
    )
  }
})

t.test('client_credentials give the app token', async (t) => {
  const sandbox = await startSandbox(t)
  t.match(await graph(sandbox, exchange({ grant_type: 'client_credentials' })), {
    status: 200,
    body: { access_token: `${APP_ID}|${APP_SECRET}`, token_type: 'bearer' },
  })
})

const dialog = (more: Record<string, string> = {}) =>
  `/v25.0/dialog/oauth?${new URLSearchParams({ client_id: APP_ID, redirect_uri: REDIRECT, state: 'st<>', scope: 'pages_show_list,pages_messaging', ...more }).toString()}`

t.test('the login dialog shows people, Pages and permissions, with nothing executable', async (t) => {
  const sandbox = await startSandbox(t, { pages: [{ name: '<script>alert(1)</script>' }] })
  const response = await fetch(sandbox.origin + dialog())
  const page = await response.text()
  t.match(response.headers.get('content-security-policy'), /default-src 'none'/)
  t.match(page, 'Olivia Operator')
  t.match(page, 'pages_messaging')
  t.notMatch(page, /<script/)
})

t.test('consent leads back with a code that is good for one exchange', async (t) => {
  const sandbox = await startSandbox(t, {
    pages: [
      { id: '101', name: 'One' },
      { id: '102', name: 'Two' },
    ],
  })
  const [user = ''] = sandbox.world.users.keys()
  const answer = await fetch(sandbox.origin + dialog(), {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams([
      ['decision', 'continue'],
      ['user', user],
      ['page', '102'],
      ['scope', 'pages_show_list'],
    ]),
  })
  t.equal(answer.status, 302)
  const back = new URL(answer.headers.get('location') ?? '')
  t.equal(`${back.origin}${back.pathname}`, REDIRECT)
  t.equal(back.searchParams.get('state'), 'st<>')
  const code = back.searchParams.get('code') ?? ''

  t.match(await graph(sandbox, exchange({ code, redirect_uri: `${REDIRECT}?other` })), {
    body: { error: { code: 100, error_subcode: 36_008, message: /redirect_uri is identical/ } },
  })
  const { body } = await graph(sandbox, exchange({ code, redirect_uri: REDIRECT }))
  t.match(body, { token_type: 'bearer', expires_in: Number })
  const facts = await inspect(sandbox, textOf(body['access_token']))
  t.strictSame(facts['scopes'], ['public_profile', 'pages_show_list'], 'the declined permission is not in it')
  t.match(facts['granular_scopes'], [{ scope: 'pages_show_list', target_ids: ['102'] }])

  const again = await graph(sandbox, exchange({ code, redirect_uri: REDIRECT }))
  t.match(again, {
    status: 400,
    body: { error: { code: 100, error_subcode: 36_009, message: 'This authorization code has been used.' } },
  })
  t.match(again.headers.get('www-authenticate'), '"invalid_code"')
})

t.test('declining leads back with access_denied', async (t) => {
  const sandbox = await startSandbox(t)
  const answer = await fetch(sandbox.origin + dialog(), {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ decision: 'cancel' }),
  })
  const back = new URL(answer.headers.get('location') ?? '')
  t.match(Object.fromEntries(back.searchParams), {
    error: 'access_denied',
    error_reason: 'user_denied',
    error_code: '200',
    state: 'st<>',
  })
})

t.test('the dialog leads nowhere it should not', async (t) => {
  const sandbox = await startSandbox(t, { redirectUris: [REDIRECT] })
  for (const more of [
    { redirect_uri: 'http://evil.example/' },
    { client_id: '1' },
    { response_type: 'magic' },
  ]) {
    t.equal((await fetch(sandbox.origin + dialog(more), { redirect: 'manual' })).status, 400)
  }
  const open = await startSandbox(t)
  const script = await fetch(open.origin + dialog({ redirect_uri: 'javascript:alert(1)' }), {
    method: 'POST',
    body: new URLSearchParams(),
    redirect: 'manual',
  })
  t.equal(script.status, 400)
})

t.test(
  'versions: alive ones run, expired ones run on the oldest alive, unknown ones are no path',
  async (t) => {
    const sandbox = await startSandbox(t)
    const token = sandbox.userToken()
    const ran = async (prefix: string) => {
      const { status, headers } = await graph(sandbox, `${prefix}/me`, { token })
      return [status, headers.get('facebook-api-version')]
    }
    for (const version of ['v21.0', 'v22.0', 'v23.0', 'v24.0', 'v25.0', 'v26.0', 'v27.0'])
      t.strictSame(await ran(`/${version}`), [200, version])
    t.strictSame(await ran('/v2.6'), [200, 'v21.0'])
    t.strictSame(await ran('/v20.0'), [200, 'v21.0'])
    t.strictSame(await ran(''), [200, 'v25.0'])
    t.match(await graph(sandbox, '/v99.0/me', { token }), {
      status: 400,
      body: { error: { code: 2500, message: 'Unknown path components: /me' } },
    })
  },
)

t.test('unknown paths, fields, methods and ids get the documented refusals', async (t) => {
  const sandbox = await startSandbox(t)
  const token = sandbox.userToken()
  t.match(await graph(sandbox, '/v25.0/me/nonsense', { token }), {
    body: {
      error: {
        code: 100,
        message: '(#100) Tried accessing nonexisting field (nonsense) on node type (User)',
      },
    },
  })
  t.match(await graph(sandbox, '/v25.0/me/nonsense', { token, body: {} }), {
    body: { error: { code: 2500, message: 'Unknown path components: /nonsense' } },
  })
  t.match(await graph(sandbox, '/v25.0/me/accounts/nonsense', { token }), {
    body: { error: { code: 2500, message: 'Unknown path components: /nonsense' } },
  })
  t.match(await graph(sandbox, '/v25.0/me/apprequests', { token }), {
    body: { error: { code: 3, message: /does not model the edge apprequests of node type User/ } },
  })
  t.match(await graph(sandbox, '/v25.0/me?fields=nonsense', { token }), {
    body: {
      error: {
        code: 100,
        message: '(#100) Tried accessing nonexisting field (nonsense) on node type (User)',
      },
    },
  })
  t.match(await graph(sandbox, '/v25.0/me?fields=id{', { token }), {
    body: { error: { code: 2500, message: 'Syntax error "Expected name." at character 3: id{' } },
  })
  t.match(await graph(sandbox, '/v25.0/12345', { token }), {
    body: {
      error: {
        code: 100,
        error_subcode: 33,
        type: 'GraphMethodException',
        message: /Object with ID '12345' does not exist/,
      },
    },
  })
  t.match(await graph(sandbox, '/v25.0/me/accounts', { token, body: {} }), {
    body: { error: { code: 100, error_subcode: 33, message: /^Unsupported post request/ } },
  })
  t.match(await graph(sandbox, '/v25.0/me'), {
    status: 400,
    body: { error: { code: 2500, message: /^An active access token must be used/ } },
  })
  t.match(await graph(sandbox, '/v25.0/12345'), {
    status: 400,
    body: { error: { code: 104, message: 'An access token is required to request this resource.' } },
  })
  t.match(await graph(sandbox, '/v25.0/me', { token: `${APP_ID}|${APP_SECRET}` }), {
    body: { error: { code: 2500 } },
  })
  t.match(await graph(sandbox, '/v25.0/me', { token: `${APP_ID}|wrong` }), { body: { error: { code: 190 } } })
  t.match(await readAnswer(await fetch(`${sandbox.origin}/v25.0/%E0%A4%A/me`)), {
    status: 400,
    body: { error: { code: 100 } },
  })
  t.match(await readAnswer(await fetch(`${sandbox.origin}/v25.0/me`, { method: 'PATCH' })), {
    status: 400,
    body: { error: { code: 100 } },
  })
})
