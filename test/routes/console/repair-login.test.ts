import t from 'tap'
import { openTab, PASSWORD, signedInTab, type Tab } from '../../helpers/console.ts'
import type { Town } from '../../helpers/town.ts'
import { brokenTown, follow, smallTown } from './repair-town.ts'

const dialogOf = async (tab: Tab, fields: Record<string, string> = {}) => {
  const { statusCode, headers } = await tab.submit('/operator/facebook', fields)
  if (statusCode !== 303) throw new Error(`no redirect but ${statusCode}`)
  return new URL(String(headers.location))
}

/** Accepts in the sandbox's dialog; what comes back is a path of the bot. */
const accept = async (
  dialog: URL,
  sandbox: Town['sandbox'],
  scopes: readonly string[] = [],
): Promise<string> => {
  const user = [...sandbox.world.users.values()].find(({ system }) => !system)
  const wanted = scopes.length > 0 ? scopes : (dialog.searchParams.get('scope') ?? '').split(',')
  const form = new URLSearchParams({ decision: 'continue', user: user?.id ?? '' })
  for (const scope of wanted) form.append('scope', scope)
  for (const { id } of sandbox.world.pages.values()) form.append('page', id)
  const answer = await fetch(dialog, { method: 'POST', body: form, redirect: 'manual' })
  const back = new URL(answer.headers.get('location') ?? '')
  return back.pathname + back.search
}

t.test('Continue with Facebook asks for what is needed and mends the Page with the code', async (t) => {
  const { tab, sandbox, app, pageId, log } = await brokenTown(t)
  const dialog = await dialogOf(tab)
  t.equal(dialog.origin + dialog.pathname, `${sandbox.origin}/v25.0/dialog/oauth`)
  t.match(Object.fromEntries(dialog.searchParams), {
    client_id: '600000000000001',
    redirect_uri: 'http://localhost:80/operator/facebook/callback',
    scope: 'pages_show_list,pages_messaging,pages_manage_metadata',
    state: /^[\w-]{43}$/,
  })
  t.equal(dialog.searchParams.get('auth_type'), 'rerequest', 'what was declined once is asked for again')

  const callback = await accept(dialog, sandbox)
  // The way back is a link from another site.
  const answer = await tab.get(callback, { 'sec-fetch-site': 'cross-site' })
  const page = await follow(tab, answer)
  t.match(page.body, /data-repair="done"/)
  t.match(page.body, /Logged in at Facebook/)
  t.equal(app.tokens.status(pageId).state, 'valid')
  const code = new URLSearchParams(callback.split('?')[1]).get('code') ?? 'none'
  t.notMatch(log() + page.body, code)

  t.match(
    await tab.get(callback),
    { statusCode: 303, headers: { location: String(answer.headers.location) } },
    'the same answer twice leads to the same repair',
  )
})

t.test('an answer of the dialog that this session did not ask for is refused', async (t) => {
  const { tab, sandbox, app, pageId } = await brokenTown(t, 0)
  const callback = await accept(await dialogOf(tab), sandbox)
  const refused = { statusCode: 403, body: /belongs to no login that you began here/ }

  const other = await signedInTab(app)
  t.match(await other.get(callback), refused, 'begun in another session')
  t.match(await tab.get(callback.replace(/state=[^&]+/, 'state=forged')), refused, 'forged')
  t.match(await tab.get(callback.replace(/&?state=[^&]+/, '')), refused, 'none at all')
  t.match(await tab.get(`${callback}&state=a&state=b`), refused, 'several')
  t.match(await openTab(app).get(callback), { statusCode: 303, headers: { location: '/operator/sign-in' } })
  t.equal(app.tokens.status(pageId).state, 'invalid')

  t.match(await tab.get(callback), { statusCode: 303 }, 'the right one is still good')
})

t.test('what the dialog complains of is shown with what to do, harmlessly', async (t) => {
  const { tab } = await brokenTown(t, 0)
  for (const [answer, words] of [
    [
      'error=access_denied&error_reason=user_denied&error_description=Permissions+error',
      /The login was cancelled/,
    ],
    ['error=server_error&error_description=%3Cscript%3Ealert(1)%3C%2Fscript%3E', /&lt;script&gt;alert\(1\)/],
    ['error_code=1349048&error_message=Can%27t+load+URL', /load URL\./],
    ['', /without a code/],
  ] as const) {
    await tab.get('/operator')
    const state = (await dialogOf(tab)).searchParams.get('state') ?? ''
    const page = await tab.get(`/operator/facebook/callback?${answer}&state=${state}`)
    t.match(page, { statusCode: 400, body: words })
    t.match(page.body, /Continue with Facebook/, 'and it can be begun again there')
    t.notMatch(page.body, /<script>alert/)
  }
})

t.test(
  'a code that Facebook does not take, or a permission declined, can be put right at once',
  async (t) => {
    const { tab, sandbox } = await brokenTown(t, 0)
    const state = (await dialogOf(tab)).searchParams.get('state') ?? ''
    const stale = await follow(tab, await tab.get(`/operator/facebook/callback?code=stale&state=${state}`))
    t.match(stale.body, /data-repair="failed"/)
    t.match(stale.body, /Start the login again/)

    await tab.get('/operator')
    const callback = await accept(await dialogOf(tab), sandbox, ['pages_show_list', 'pages_manage_metadata'])
    const declined = await follow(tab, await tab.get(callback))
    t.match(declined.body, /lacks pages_messaging/)
    t.match(declined.body, /Ask Facebook again/)
    t.equal((await dialogOf(tab)).searchParams.get('auth_type'), 'rerequest')
  },
)

t.test('an app with Login for Business asks with its configuration', async (t) => {
  const { app } = await smallTown(t, { env: { FB_LOGIN_CONFIG_ID: '4242' } })
  const { searchParams } = await dialogOf(await signedInTab(app))
  t.equal(searchParams.get('config_id'), '4242')
  t.notOk(searchParams.has('scope'))
})

t.test('with a public address the login comes back there, and can only begin there', async (t) => {
  const { app } = await smallTown(t, { env: { PUBLIC_URL: 'https://bot.example.com' } })
  const tab = await signedInTab(app)
  const local = await tab.submit('/operator/facebook')
  t.match(local, { statusCode: 400, body: /Open the console at https:\/\/bot\.example\.com\/operator/ })

  const outside = openTab(app, '127.0.0.1', 'bot.example.com')
  await outside.get('/operator/sign-in')
  await outside.submit('/operator/sign-in', { user: 'operator', password: PASSWORD })
  await outside.get('/operator')
  const { headers } = await outside.submit('/operator/facebook')
  const dialog = new URL(String(headers.location))
  t.equal(dialog.searchParams.get('redirect_uri'), 'https://bot.example.com/operator/facebook/callback')
})

t.test('a Page that Facebook does not list is named by its id, with either way to a token', async (t) => {
  const { tab, sandbox, app, pageId } = await brokenTown(t, 0)
  t.match(tab.page(), /name="named"/)
  t.match(await tab.submit('/operator/facebook', { named: 'my Page' }), {
    statusCode: 400,
    body: /The id of a Page is a number/,
  })
  await tab.get('/operator')
  const dialog = await dialogOf(tab, { named: '999', portfolio: 'yes' })
  t.match(dialog.searchParams.get('scope'), /business_management$/)
  const failed = await follow(tab, await tab.get(await accept(dialog, sandbox)))
  t.match(failed.body, /does not reach Page 999/)

  await tab.get('/operator')
  const token = sandbox.userToken()
  const named = `https://www.facebook.com/profile.php?id=${pageId}`
  t.match(
    (await follow(tab, await tab.submit('/operator/repair', { token, named }))).body,
    /data-repair="done"/,
  )
  t.equal(app.tokens.status(pageId).state, 'valid')
})
