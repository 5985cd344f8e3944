import type { AddressInfo } from 'node:net'
import t from 'tap'
import { buildConsole, hiddenFields, signedInTab } from '../../helpers/console.ts'
import { until } from '../../helpers/until.ts'

import { brokenTown, follow, smallTown } from './repair-town.ts'

const TWO_PAGES = {
  pages: [
    { id: '100000000000001', name: 'Evergreen Café' },
    { id: '100000000000002', name: '<script>alert("page")</script>' },
  ],
}

t.test('a form without a token or a choice is no deed in the list of what each did', async (t) => {
  const { app } = await buildConsole(t)
  const tab = await signedInTab(app)
  const deeds = async (): Promise<number> => (await tab.get('/operator/people')).body.split('</bdi> ').length
  const before = await deeds()
  for (const token of ['', ' \r\n\t']) {
    await tab.get('/operator')
    const page = await follow(tab, await tab.submit('/operator/repair', { token }))
    t.match(page.body, /There is no token in the text/)
  }
  const csrf = Object.fromEntries(hiddenFields(tab.page(), '/operator/repair'))
  t.match(await tab.submit('/operator/dead-letters', { ...csrf, do: 'retry' }), { statusCode: 303 })
  t.equal(await deeds(), before)
  await tab.get('/operator')
  await follow(tab, await tab.submit('/operator/repair', { token: 'EAAnonsense' }))
  t.equal(await deeds(), before + 1)
})

t.test('a pasted user token mends the Page, and the replies that waited leave', async (t) => {
  const { tab, sandbox, app, pageId, psid, log } = await brokenTown(t)
  const before = (await sandbox.replies(pageId, psid, 0)).filter(({ from }) => from === 'page').length
  t.match(tab.page(), /Evergreen Café cannot answer/)
  t.match(tab.page(), /<strong data-waiting="3">3 replies wait/)

  const token = sandbox.userToken()
  const answer = await tab.submit('/operator/repair', { token: `  "${token}"\n` })
  const page = await follow(tab, answer)
  t.match(page.body, /data-repair="done"/)
  for (const step of [
    /User token valid/,
    /Exchanged/,
    /never expires, may send messages/,
    /saved/,
    /webhooks subscribed/,
  ])
    t.match(page.body, step)

  await sandbox.replies(pageId, psid, before + 3)
  t.equal(app.tokens.status(pageId).state, 'valid')
  const done = async (): Promise<string> => (await tab.get(String(answer.headers.location))).body
  await until(async () => (await done()).includes('all have left'))
  t.match(await done(), /3 replies had waited; all have left/)
  t.match((await tab.get('/operator')).body, /data-verdict="well"/)

  const everything = [page.body, tab.page(), log(), JSON.stringify(answer.headers)].join('\n')
  t.notMatch(everything, token, 'the token shows nowhere')
  t.match(log(), /the operator started a repair/)
})

t.test('a token that cannot be used says why, saves nothing, and is not shown', async (t) => {
  const { tab, sandbox, app, pageId, log } = await brokenTown(t, 0)
  const poor = sandbox.userToken({ scopes: ['pages_show_list', 'pages_manage_metadata'] })
  for (const [token, words] of [
    ['', /There is no token in the text/],
    ['two words', /several words/],
    ['<script>alert(1)</script>', /does not work|no token has/],
    ['x'.repeat(5000), /longer than any token/],
    [poor, /lacks pages_messaging/],
  ] as const) {
    await tab.get('/operator')
    const page = await follow(tab, await tab.submit('/operator/repair', { token }))
    t.match(page.body, /data-repair="failed"/)
    t.match(page.body, words)
    t.notMatch(page.body, /<script>alert/)
    if (token.length > 10) t.notMatch(page.body + log(), token)
  }
  t.equal(app.tokens.status(pageId).state, 'invalid')
})

t.test('where the token reaches several Pages the operator chooses', async (t) => {
  const town = await smallTown(t, { sandbox: TWO_PAGES })
  const tab = await signedInTab(town.app)
  const answer = await tab.submit('/operator/repair', { token: town.sandbox.userToken() })
  const page = await follow(tab, answer)
  t.match(page.body, /data-repair="choosing"/)
  t.match(page.body, /&lt;script&gt;alert\(&quot;page&quot;\)/)
  t.notMatch(page.body, /<script>alert/)

  const action = `${String(answer.headers.location)}/pages`
  t.match(
    (await follow(tab, await tab.submit(action, { page: '100000000000002' }))).body,
    /data-repair="done"/,
  )
  t.match(town.app.tokens.statuses(), [{ pageId: '100000000000002', state: 'valid' }])
  t.equal(town.app.tokens.statuses().length, 1)
  t.notMatch((await tab.get('/operator')).body, /<script>alert/)
})

t.test('fifty pages of a person are kept up to date, of overview and repairs together', async (t) => {
  const { app, address, sandbox } = await smallTown(t, { sandbox: TWO_PAGES })
  const tab = await signedInTab(app)
  const answer = await tab.submit('/operator/repair', { token: sandbox.userToken() })
  // It waits for a choice, so nothing ends its streams.
  const repair = `${String(answer.headers.location)}/live`
  const streamOf = async (path: string, headers: Record<string, string>) => {
    const { status, body } = await fetch(`${address}${path}`, { headers })
    const reader = body?.getReader()
    // The stream has begun once something of it has come.
    t.match([status, await reader?.read()], [200, { done: false }])
    let isOpen = true
    const ended = (async () => {
      while ((await reader?.read())?.done === false) continue
    })().catch(() => undefined)
    void ended.then(() => (isOpen = false))
    t.teardown(() => void reader?.cancel().catch(() => undefined))
    return { ended, isOpen: () => isOpen }
  }
  const cookie = [...tab.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const paths = ['/operator/live', ...Array.from({ length: 49 }, () => repair)]
  const streams: Awaited<ReturnType<typeof streamOf>>[] = []
  for (const path of paths) streams.push(await streamOf(path, { cookie }))
  t.ok(streams.every(({ isOpen }) => isOpen()))

  const [overview, oldest, ...others] = streams
  streams.push(await streamOf(repair, { cookie }))
  await overview?.ended
  streams.push(await streamOf('/operator/live', { cookie }))
  await oldest?.ended
  t.ok(others.every(({ isOpen }) => isOpen()))
})

t.test('choosing none, or a Page the token does not reach, mends nothing', async (t) => {
  const town = await smallTown(t, { sandbox: TWO_PAGES })
  const tab = await signedInTab(town.app)
  for (const page of [[], ['999'], ['<script>']]) {
    await tab.get('/operator')
    const answer = await tab.submit('/operator/repair', { token: town.sandbox.userToken() })
    await follow(tab, answer)
    const result = await follow(tab, await tab.submit(`${String(answer.headers.location)}/pages`, { page }))
    t.match(result.body, /No Page was chosen/)
  }
  t.same(town.app.tokens.statuses(), [])
})

t.test('a single sick Page is mended by name; on request the operator may choose still', async (t) => {
  const town = await smallTown(t, { sandbox: TWO_PAGES })
  await town.bootstrap()
  town.sandbox.trouble('role-lost', { pageId: town.pageId })
  await town.app.tokens.probe()
  town.sandbox.trouble('calm')
  const tab = await signedInTab(town.app)
  const token = () => town.sandbox.userToken()

  const choosing = await follow(tab, await tab.submit('/operator/repair', { token: token(), choose: 'yes' }))
  t.match(choosing.body, /value="100000000000001"\s+checked/)
  t.match(choosing.body, /value="100000000000002"/)
  t.notMatch(choosing.body, /value="100000000000002"\s+checked/, 'the healthy one is not ticked')

  await tab.get('/operator')
  const mended = await follow(tab, await tab.submit('/operator/repair', { token: token() }))
  t.match(mended.body, /data-repair="done"/)
  t.equal(town.app.tokens.status(town.pageId).state, 'valid')
})

t.test('a Page that needs a token for two reasons is one, beside troubles no token mends', async (t) => {
  const { app, sandbox, pageId, bootstrap } = await smallTown(t, { sandbox: TWO_PAGES })
  await bootstrap()
  sandbox.trouble('role-lost', { pageId })
  await app.tokens.probe()
  sandbox.trouble('calm')
  const trouble = { pageName: null, what: 'What.', remedy: 'Remedy.' }
  app.needs.raise({ ...trouble, pageId, cause: 'unsubscribed', byToken: true })
  app.needs.raise({ ...trouble, pageId: '100000000000002', cause: 'profile' })

  const tab = await signedInTab(app)
  const page = await follow(tab, await tab.submit('/operator/repair', { token: sandbox.userToken() }))
  t.match(page.body, /data-repair="done"/)
})

t.test('a repair is shown only to the session that began it', async (t) => {
  const { tab, app, sandbox } = await brokenTown(t, 0)
  const answer = await tab.submit('/operator/repair', { token: sandbox.userToken() })
  const url = String(answer.headers.location)
  const other = await signedInTab(app)
  t.match(await other.get(url), { statusCode: 404, body: /no such repair/ })
  t.match(
    await other.submit(`${url}/pages`, {
      _csrf: new Map(hiddenFields(other.page(), '/operator/sign-out')).get('_csrf') ?? '',
    }),
    { statusCode: 404 },
  )
  t.equal((await tab.get(url)).statusCode, 200)
})

t.test('the live page of a repair ends with the session', async (t) => {
  const { app, clock } = await buildConsole(t)
  const tab = await signedInTab(app)
  // Facebook is not there, so the repair has failed by then; its page stays open.
  const answer = await tab.submit('/operator/repair', { token: 'EAAB0123456789' })
  const page = String(answer.headers.location)
  await until(async () => /data-repair="failed"/.test((await tab.get(page)).body))
  const { port } = app.server.address() as AddressInfo
  const cookie = [...tab.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const { body } = await fetch(`http://127.0.0.1:${port}${page}/live`, { headers: { cookie } })
  const reader = body?.getReader()
  await reader?.read()

  await tab.submit('/operator/sign-out')
  await clock.advance(20_000)
  let told = ''
  while (!/event: (?:over|beat)/.test(told)) told += new TextDecoder().decode((await reader?.read())?.value)
  t.match(told, /event: over\n/)
  t.notMatch(told, /event: beat/)
})
