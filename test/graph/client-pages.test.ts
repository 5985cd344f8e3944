import nock from 'nock'
import t from 'tap'
import { graphError } from '../helpers/graph-server.ts'
import { build, collect, ORIGIN, proof } from './graph-client.ts'

const accounts = (query: Record<string, string> = {}) =>
  nock(ORIGIN)
    .get('/v25.0/me/accounts')
    .query({ fields: 'id,name,access_token,tasks', limit: '100', appsecret_proof: proof('long-1'), ...query })

t.test('accounts follows the list to its end', async (t) => {
  const graph = build(t)
  accounts().reply(200, {
    data: [{ id: '1', name: 'One', access_token: 'p1', tasks: ['MESSAGING'] }, { name: 'without id' }, null],
    paging: { cursors: { before: 'x', after: 'c1' }, next: 'https://graph.example/next' },
  })
  // An empty page with a `next` is not the end: Graph filters after it pages.
  accounts({ after: 'c1' }).reply(200, { data: [], paging: { next: `${ORIGIN}/x?access_token=y&after=c2` } })
  accounts({ after: 'c2' }).reply(200, {
    data: [{ id: 3, name: 'Th\u001bree' }],
    paging: { cursors: { after: 'c3' } },
  })
  accounts({ after: 'c3' }).reply(200, { data: [] })

  t.strictSame(await collect(graph.accounts('long-1')), [
    { id: '1', name: 'One', pageToken: 'p1', tasks: ['MESSAGING'] },
    { id: '3', name: 'Th ree', pageToken: null, tasks: null },
  ])
})

t.test('accounts follows any address of a next page, and none of the tokens in it', async (t) => {
  const graph = build(t)
  const next = (query: string) => ({
    paging: { next: `https://elsewhere.example/v1.0/77/accounts?${query}` },
  })
  accounts().reply(200, { data: [{ id: '1' }], ...next('access_token=theirs&limit=1&offset=1&fields=id') })
  accounts({ offset: '1' }).reply(200, { data: [{ id: '2' }], ...next('until=17&__paging_token=x%26y') })
  accounts({ until: '17', __paging_token: 'x&y' }).reply(200, { data: [{ id: '3' }] })
  t.match(await collect(graph.accounts('long-1')), [{ id: '1' }, { id: '2' }, { id: '3' }])
})

t.test('where Graph asks to reduce the amount of data, half as much is asked for at a time', async (t) => {
  const graph = build(t)
  const said = (code: number) => ({
    error: { code, message: "Please reduce the amount of data you're asking for" },
  })
  const tooMuch = said(1)
  accounts().reply(500, tooMuch)
  // restfb/restfb#215
  accounts({ limit: '50' }).reply(400, said(-3))
  accounts({ limit: '25' }).reply(200, { data: [{ id: '1' }], paging: { next: '?offset=25' } })
  accounts({ limit: '25', offset: '25' }).reply(200, { data: [{ id: '2' }] })
  t.match(await collect(graph.accounts('long-1')), [{ id: '1' }, { id: '2' }])

  // 100, 50, 25, 12, 6, 3, 1: then it is a failure like any other.
  for (const limit of [100, 50, 25, 12, 6, 3, 1]) accounts({ limit: `${limit}` }).reply(500, tooMuch)
  await t.rejects(collect(graph.accounts('long-1')), graphError({ verdict: 'transient', graphCode: 1 }))
})

t.test('a list that turns in circles ends', async (t) => {
  const graph = build(t)
  const circle = { data: [{ id: '1' }], paging: { cursors: { after: 'same' }, next: 'x' } }
  accounts().reply(200, circle)
  accounts({ after: 'same' }).reply(200, circle)
  t.equal((await collect(graph.accounts('long-1'))).length, 2)
})

t.test('an answer without a list does not say that there are no Pages', async (t) => {
  const graph = build(t)
  for (const body of [{}, { data: {} }, { data: 'x', paging: 'y' }, { success: true }]) {
    accounts().reply(200, body)
    await t.rejects(
      collect(graph.accounts('long-1')),
      graphError({ verdict: 'transient', message: /sent no list/ }),
    )
  }
})

t.test('page asks again without tasks where Graph refuses to name them', async (t) => {
  const graph = build(t)
  const query = { appsecret_proof: proof('long-1') }
  nock(ORIGIN)
    .get('/v25.0/100')
    .query({ fields: 'id,name,access_token,tasks', ...query })
    .reply(400, { error: { code: 100, message: '(#100) Tried accessing nonexisting field (tasks)' } })
  nock(ORIGIN)
    .get('/v25.0/100')
    .query({ fields: 'id,name,access_token', ...query })
    .reply(200, { id: '100', access_token: 'p1' })
  t.strictSame(await graph.page('100', 'long-1'), { id: '100', name: null, pageToken: 'p1', tasks: null })
})

t.test('a page id cannot reach another path', async (t) => {
  const graph = build(t)
  nock(ORIGIN)
    .get('/v25.0/me%2Faccounts%3Fx')
    .query(true)
    .reply(400, { error: { code: 190 } })
  await t.rejects(graph.page('me/accounts?x', 'long-1'), graphError({ verdict: 'token_invalid' }))
})
