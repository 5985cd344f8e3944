import t from 'tap'
import { graph, longLived, startSandbox, textOf } from '../lab.ts'

const PAGES = [
  { id: '101', name: 'Own', portfolio: 'Bakeries Ltd' },
  { id: '102', name: 'Client', portfolio: 'Bakeries Ltd', client: true },
  { id: '103', name: 'No role', portfolio: 'Bakeries Ltd', tasks: [] },
]

t.test(
  'Pages of a portfolio are missing in /me/accounts and reached through it, or by their id',
  async (t) => {
    const sandbox = await startSandbox(t, { pages: PAGES })
    const token = await longLived(sandbox)
    t.strictSame((await graph(sandbox, '/v25.0/me/accounts', { token })).body, { data: [] })

    const { body } = await graph(sandbox, '/v25.0/me/businesses', { token })
    t.match(body, { data: [{ name: 'Bakeries Ltd', id: /^20\d{13}$/ }], paging: { cursors: {} } })
    const id = textOf((body['data'] as unknown as { id: string }[])[0]?.id)
    t.match((await graph(sandbox, `/v25.0/${id}?fields=name,verification_status`, { token })).body, {
      name: 'Bakeries Ltd',
      verification_status: 'verified',
    })
    const fields = 'fields=id,name,access_token,tasks'
    const owned = await graph(sandbox, `/v25.0/${id}/owned_pages?${fields}`, { token })
    t.match(owned.body['data'], [
      { id: '101', name: 'Own', access_token: /^EAA/, tasks: Array },
      { id: '103', name: 'No role' },
    ])
    t.notOk('access_token' in ((owned.body['data'] as unknown as object[])[1] ?? {}), 'no role, no token')
    t.match((await graph(sandbox, `/v25.0/${id}/client_pages?${fields}&limit=1`, { token })).body['data'], [
      { id: '102', access_token: /^EAA/ },
    ])
    t.match(await graph(sandbox, '/v25.0/101?fields=access_token', { token }), {
      body: { id: '101', access_token: /^EAA/ },
    })
  },
)

t.test('the portfolio is for a person with business_management alone', async (t) => {
  const sandbox = await startSandbox(t, { pages: PAGES })
  const [id = ''] = sandbox.world.businesses.keys()
  const token = sandbox.userToken({ scopes: ['pages_show_list'] })
  for (const path of ['me/businesses', id, `${id}/owned_pages`, `${id}/client_pages`]) {
    t.match(
      await graph(sandbox, `/v25.0/${path}`, { token }),
      { status: 403, body: { error: { code: 200 } } },
      path,
    )
  }
  const page = textOf(
    (await graph(sandbox, '/v25.0/101?fields=access_token', { token: sandbox.userToken() })).body[
      'access_token'
    ],
  )
  t.match(await graph(sandbox, `/v25.0/${id}/owned_pages`, { token: page }), {
    body: { error: { code: 100, error_subcode: 33 } },
  })
})

t.test('a token limited to some Pages says so in target_ids, which lead to them', async (t) => {
  const sandbox = await startSandbox(t, { pages: PAGES })
  const token = sandbox.userToken({ pageIds: ['101'] })
  t.match(await graph(sandbox, '/v25.0/102?fields=access_token', { token }), {
    body: { error: { error_subcode: 33 } },
  })
  t.match(await graph(sandbox, '/v25.0/101?fields=access_token', { token }), {
    body: { access_token: /^EAA/ },
  })
})
