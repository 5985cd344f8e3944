import { createHmac } from 'node:crypto'
import t from 'tap'
import {
  appToken,
  APP_SECRET,
  DAY_MS,
  firstPage,
  graph,
  HOUR_MS,
  inspect,
  longLived,
  pageTokenOf,
  startSandbox,
  textOf,
} from '../lab.ts'

t.test('a user token dies within two hours, a long-lived one after about sixty days', async (t) => {
  const sandbox = await startSandbox(t)
  const short = sandbox.userToken()
  const long = await longLived(sandbox, short)
  t.not(long, short)

  sandbox.clock.advance(2 * HOUR_MS)
  t.match(await graph(sandbox, '/v25.0/me', { token: short }), {
    status: 400,
    body: {
      error: {
        code: 190,
        error_subcode: 463,
        type: 'OAuthException',
        message: /Session has expired on Saturday, 21-Nov-26/,
      },
    },
  })
  t.match(await graph(sandbox, '/v25.0/me', { token: long }), { status: 200 })

  sandbox.clock.advance(60 * DAY_MS)
  t.match(await graph(sandbox, '/v25.0/me', { token: long }), { body: { error: { error_subcode: 463 } } })
})

t.test(
  'a Page token from a long-lived user token outlives it, one from a short-lived token dies with it',
  async (t) => {
    const sandbox = await startSandbox(t)
    const short = sandbox.userToken()
    const pageId = firstPage(sandbox)
    const brief = textOf(
      (await graph(sandbox, `/v25.0/${pageId}?fields=access_token`, { token: short })).body['access_token'],
    )
    const lasting = await pageTokenOf(sandbox, short)

    t.match(await inspect(sandbox, lasting), {
      expires_at: 0,
      type: 'PAGE',
      profile_id: pageId,
      is_valid: true,
    })
    const briefFacts = await inspect(sandbox, brief)
    t.equal(briefFacts['expires_at'], (await inspect(sandbox, short))['expires_at'])
    t.notOk('issued_at' in briefFacts, 'only long-lived tokens tell when they were issued')

    sandbox.clock.advance(400 * DAY_MS)
    t.match(await inspect(sandbox, lasting), { is_valid: true })
    t.match(await inspect(sandbox, brief), { is_valid: false, error: { code: 190, subcode: 463 } })
  },
)

t.test('a new Page token leaves the earlier one working', async (t) => {
  const sandbox = await startSandbox(t)
  const first = await pageTokenOf(sandbox)
  const second = await pageTokenOf(sandbox)

  t.not(first, second)
  t.match(await graph(sandbox, '/v25.0/me', { token: first }), { status: 200 })
  t.match(await graph(sandbox, '/v25.0/me', { token: second }), { status: 200 })
})

const deaths = [
  { kind: 'password-changed', subcode: 460, message: /changed their password/ },
  { kind: 'app-removed', subcode: 458, message: /has not authorized application 600000000000001/ },
  { kind: 'checkpoint', subcode: 459, message: /log in to www.facebook.com/ },
  { kind: 'role-lost', subcode: 492, message: /must be an administrator/ },
] as const

for (const { kind, subcode, message } of deaths) {
  t.test(
    `after ${kind} a Page token fails with 190/${subcode}, and debug_token says so with HTTP 200`,
    async (t) => {
      const sandbox = await startSandbox(t)
      const token = await pageTokenOf(sandbox)
      sandbox.trouble(kind)

      const refused = await graph(sandbox, '/v25.0/me', { token })
      t.match(refused, { status: 400, body: { error: { code: 190, error_subcode: subcode, message } } })
      t.match(
        refused.headers.get('www-authenticate'),
        /^OAuth "Facebook Platform" "invalid_token" "Error validating/,
      )
      const answer = await graph(sandbox, `/v25.0/debug_token?input_token=${token}&access_token=${appToken}`)
      t.match(answer, {
        status: 200,
        body: { data: { is_valid: false, scopes: [], error: { code: 190, subcode, message } } },
      })
      t.match(sandbox.state().pages[0], { token: { handedOut: true, alive: false, reason: kind } })
    },
  )
}

t.test('after a changed password a new login gives tokens that work, the old ones stay dead', async (t) => {
  const sandbox = await startSandbox(t)
  const old = await pageTokenOf(sandbox)
  sandbox.trouble('password-changed')
  const fresh = await pageTokenOf(sandbox)

  t.match(await graph(sandbox, '/v25.0/me', { token: fresh }), { status: 200 })
  t.match(await graph(sandbox, '/v25.0/me', { token: old }), { body: { error: { error_subcode: 460 } } })
  t.match(sandbox.state().pages[0], { token: { alive: true, reason: null } })
})

t.test('a role lost by one Page leaves the user token alive, and comes back with calm', async (t) => {
  const sandbox = await startSandbox(t)
  const user = await longLived(sandbox)
  const page = await pageTokenOf(sandbox, user)
  sandbox.trouble('role-lost', { pageId: firstPage(sandbox) })

  t.match(await graph(sandbox, '/v25.0/me', { token: user }), { status: 200 })
  t.match(await graph(sandbox, '/v25.0/me/accounts', { token: user }), { body: { data: [] } })
  sandbox.trouble('calm')
  t.match(await graph(sandbox, '/v25.0/me', { token: page }), { status: 200 })
})

t.test('a dead user token cannot be exchanged', async (t) => {
  const sandbox = await startSandbox(t)
  const token = sandbox.userToken({ expiresInSeconds: 60 })
  sandbox.clock.advance(HOUR_MS)
  const answer = await graph(
    sandbox,
    `/v25.0/oauth/access_token?grant_type=fb_exchange_token&client_id=${sandbox.appId}&client_secret=${APP_SECRET}&fb_exchange_token=${token}`,
  )
  t.match(answer, { status: 400, body: { error: { code: 190, error_subcode: 463 } } })
})

t.test('debug_token tells what a token was granted, and for which Pages', async (t) => {
  const sandbox = await startSandbox(t, {
    pages: [
      { id: '101', name: 'One' },
      { id: '102', name: 'Two' },
    ],
  })
  const limited = sandbox.userToken({ scopes: ['pages_show_list', 'public_profile'], pageIds: ['102'] })

  const facts = await inspect(sandbox, limited)
  t.match(facts, { type: 'USER', app_id: sandbox.appId, application: 'Sandbox app', is_valid: true })
  t.strictSame(facts['scopes'], ['pages_show_list', 'public_profile'])
  t.strictSame(facts['granular_scopes'], [{ scope: 'pages_show_list', target_ids: ['102'] }])
  const all = await inspect(sandbox, sandbox.userToken({ scopes: ['pages_show_list'] }))
  t.strictSame(all['granular_scopes'], [{ scope: 'pages_show_list' }], 'absent target_ids means all Pages')
})

t.test('debug_token tells the fields that are asked for alone', async (t) => {
  const sandbox = await startSandbox(t)
  const path = `/v25.0/debug_token?input_token=${sandbox.userToken()}&access_token=${appToken}`
  t.strictSame((await graph(sandbox, `${path}&fields=is_valid,type`)).body, {
    data: { type: 'USER', is_valid: true },
  })
  t.match(await graph(sandbox, `${path}&fields=colour`), { status: 400, body: { error: { code: 100 } } })
})

t.test('a text that is no token is refused in the words for it, a cut token in others', async (t) => {
  const sandbox = await startSandbox(t)
  const token = sandbox.userToken()
  for (const [given, message] of [
    ['garbage', 'Invalid OAuth access token - Cannot parse access token'],
    [`%22${token}%22`, 'Invalid OAuth access token - Cannot parse access token'],
    [token.slice(0, -3), 'The access token could not be decrypted'],
  ] as const) {
    const error = { code: 190, error_subcode: undefined, message }
    t.match(await graph(sandbox, `/v25.0/me?access_token=${given}`), { status: 400, body: { error } }, given)
    t.match(await inspect(sandbox, given), { is_valid: false, error: { code: 190, message } }, given)
  }
})

t.test('debug_token answers for garbage, for app tokens and for another app', async (t) => {
  const sandbox = await startSandbox(t)
  t.match(await inspect(sandbox, 'garbage'), { is_valid: false, error: { code: 190 }, scopes: [] })
  t.match(await inspect(sandbox, appToken), { type: 'APP', is_valid: true })
  t.match(await inspect(sandbox, `${sandbox.appId}%7Cwrong`), { is_valid: false, error: { code: 190 } })

  const other = await startSandbox(t, { appId: '600000000000002' })
  const app = other.world.apps.get('600000000000002')
  if (app) sandbox.world.apps.set(app.id, app)
  const foreign = await graph(
    sandbox,
    `/v25.0/debug_token?input_token=${sandbox.userToken()}&access_token=${app?.id}%7C${app?.secret}`,
  )
  t.match(foreign, { status: 400, body: { error: { code: 100, message: /did not match the Viewing App/ } } })
})

t.test('debug_token wants an app token, or the user token of a person with a role in the app', async (t) => {
  const sandbox = await startSandbox(t, {
    users: [{ name: 'Ada Admin' }, { id: '55', name: 'Tess Tester', appRole: 'tester' }],
  })
  const admin = sandbox.userToken()
  const tester = sandbox.userToken({ userId: '55' })
  const path = `/v25.0/debug_token?input_token=${admin}`

  t.match(await graph(sandbox, path, { token: admin }), { status: 200, body: { data: { is_valid: true } } })
  t.match(await graph(sandbox, path, { token: tester }), {
    body: { error: { code: 100, message: /You must provide an app access token/ } },
  })
  t.match(await graph(sandbox, `/v25.0/debug_token?access_token=${appToken}`), {
    body: { error: { code: 100, message: /input_token is required/ } },
  })
})

t.test('/me/accounts comes in small pages that cursors and next lead through', async (t) => {
  const pages = Array.from({ length: 7 }, (_, index) => ({ id: `10${index}`, name: `Page ${index}` }))
  const sandbox = await startSandbox(t, { pages, pageSize: 3 })
  const token = sandbox.userToken()

  const seen: unknown[] = []
  let next: string | undefined = `${sandbox.origin}/v25.0/me/accounts?fields=id&access_token=${token}`
  while (next !== undefined) {
    const body = (await (await fetch(next)).json()) as { data: { id: string }[]; paging: { next?: string } }
    t.ok(body.data.length <= 3)
    seen.push(...body.data.map(({ id }) => id))
    next = body.paging.next
  }
  t.strictSame(
    seen,
    pages.map(({ id }) => id),
  )

  const first = await graph(sandbox, '/v25.0/me/accounts?fields=id&limit=2', { token })
  t.equal((first.body['data'] as unknown as unknown[]).length, 2)
  const after = textOf((first.body['paging'] as { cursors: { after: string } } | undefined)?.cursors.after)
  t.match(await graph(sandbox, `/v25.0/me/accounts?fields=id&limit=2&after=${after}`, { token }), {
    body: { data: [{ id: '102' }, { id: '103' }], paging: { previous: /before=/ } },
  })
  t.match(await graph(sandbox, '/v25.0/me/accounts?limit=lots', { token }), {
    body: { error: { code: 100 } },
  })
  t.match(await graph(sandbox, '/v25.0/me/accounts?after=nonsense', { token }), {
    body: { error: { code: 100 } },
  })
})

t.test('a Page that /me/accounts does not list is reached by its id', async (t) => {
  const sandbox = await startSandbox(t, { pages: [{ id: '101', name: 'Portfolio only', listed: false }] })
  const token = await longLived(sandbox)

  t.match(await graph(sandbox, '/v25.0/me/accounts', { token }), { status: 200, body: { data: [] } })
  t.match(await graph(sandbox, '/v25.0/101?fields=access_token,name,tasks', { token }), {
    body: { id: '101', name: 'Portfolio only', access_token: /^EAA/, tasks: ['ADVERTISE'] },
  })
})

t.test('without pages_show_list, or without a role, there are no Pages', async (t) => {
  const sandbox = await startSandbox(t, {
    pages: [
      { id: '101', name: 'Mine' },
      { id: '102', name: 'Not mine', tasks: [] },
    ],
  })
  const blind = sandbox.userToken({ scopes: ['public_profile'] })
  t.match(await graph(sandbox, '/v25.0/me/accounts', { token: blind }), { body: { data: [] } })
  t.match(await graph(sandbox, '/v25.0/102?fields=access_token', { token: sandbox.userToken() }), {
    status: 400,
    body: { error: { code: 100, error_subcode: 33, type: 'GraphMethodException' } },
  })
})

t.test('appsecret_proof is checked when given, and demanded where the app says so', async (t) => {
  const sandbox = await startSandbox(t)
  const token = sandbox.userToken()
  const proof = createHmac('sha256', APP_SECRET).update(token).digest('hex')
  t.match(await graph(sandbox, `/v25.0/me?appsecret_proof=${proof}`, { token }), { status: 200 })
  t.match(await graph(sandbox, '/v25.0/me?appsecret_proof=00ff', { token }), {
    status: 400,
    body: {
      error: {
        code: 100,
        type: 'GraphMethodException',
        message: 'Invalid appsecret_proof provided in the API argument',
      },
    },
  })

  const strict = await startSandbox(t, { requireProof: true })
  t.match(await graph(strict, '/v25.0/me', { token: strict.userToken() }), {
    body: { error: { code: 100, message: 'API calls from the server require an appsecret_proof argument' } },
  })
})

t.test('a system user has a token that never expires and knows no password', async (t) => {
  const sandbox = await startSandbox(t, { users: [{ name: 'Robot', system: true }] })
  const token = sandbox.userToken()
  sandbox.trouble('password-changed')
  sandbox.clock.advance(900 * DAY_MS)

  t.match(await inspect(sandbox, token), { type: 'SYSTEM_USER', expires_at: 0, is_valid: true })
  t.match(await inspect(sandbox, await pageTokenOf(sandbox, token)), { type: 'PAGE', expires_at: 0 })
})

t.test('taking back one permission leaves the token valid, taking back all kills it', async (t) => {
  const sandbox = await startSandbox(t)
  const token = sandbox.userToken()
  const entry = { permission: 'pages_messaging', status: 'granted' }
  for (const path of ['/pages_messaging', '?permission=pages_messaging']) {
    t.strictSame(
      (await graph(sandbox, `/v25.0/me/permissions${path}`, { token })).body,
      { data: [entry] },
      path,
    )
  }
  t.strictSame((await graph(sandbox, '/v25.0/me/permissions?status=declined', { token })).body, { data: [] })
  const one = '/v25.0/me/permissions?permission=business_management'
  t.match(await graph(sandbox, one, { token, method: 'DELETE' }), { body: { success: true } })
  t.match(
    await graph(sandbox, '/v25.0/me', { token }),
    { status: 200 },
    'one permission less, and the token lives',
  )
  await graph(sandbox, '/v25.0/me/permissions/pages_messaging', { token, method: 'DELETE' })
  t.match(await graph(sandbox, '/v25.0/me/permissions', { token }), {
    body: { data: [{ permission: 'pages_show_list', status: 'granted' }] },
  })
  t.notOk(JSON.stringify(await inspect(sandbox, token)).includes('pages_messaging'))

  await graph(sandbox, '/v25.0/me/permissions', { token, method: 'DELETE' })
  t.match(await graph(sandbox, '/v25.0/me', { token }), {
    body: { error: { code: 190, error_subcode: 458 } },
  })
})

t.test('no token looks like a real one to a secret scanner', async (t) => {
  const sandbox = await startSandbox(t)
  for (const token of [sandbox.userToken(), await longLived(sandbox), await pageTokenOf(sandbox)]) {
    t.match(token, /^EAA[A-Za-z0-9]+$/)
    t.notMatch(token, /EAA[A-Za-z0-9]{40}/)
  }
})

t.test('the same seed gives the same ids and tokens', async (t) => {
  const [one, two, other] = [
    await startSandbox(t, { seed: 3 }),
    await startSandbox(t, { seed: 3 }),
    await startSandbox(t, { seed: 4 }),
  ]
  t.equal(one.userToken(), two.userToken())
  t.equal(firstPage(one), firstPage(two))
  t.not(firstPage(one), firstPage(other))
})
