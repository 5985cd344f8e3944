import t from 'tap'
import { buildConsole, openTab, signedInTab, type Console, type Tab } from '../../helpers/console.ts'
import { oneTimeCode } from '../../helpers/one-time-code.ts'
import { until } from '../../helpers/until.ts'

const PEOPLE = '/operator/people'
const ANN = { user: 'ann', password: 'a long enough password' }

/** Invites a person, who follows the link in a browser of their own. */
const invite = async ({ app }: Console, owner: Tab, name: string, role: string): Promise<Tab> => {
  await owner.get(PEOPLE)
  const { body } = await owner.submit(PEOPLE, { do: 'invite', name, role })
  const [, link = ''] = /<code>(http[^<]*)<\/code>/.exec(body) ?? []
  const tab = openTab(app, '192.0.2.9')
  const { pathname, search } = new URL(link)
  await tab.get(pathname + search)
  await tab.submit('/operator/join', { becomes: ANN.password })
  return tab
}

const signIn = async (console: Console, fields: Record<string, string>) => {
  const tab = openTab(console.app, '192.0.2.10')
  await tab.get('/operator/sign-in')
  return { tab, answer: await tab.submit('/operator/sign-in', fields) }
}

t.test('a person comes by a link, does what the role allows, and the list says what each did', async (t) => {
  const console = await buildConsole(t, { env: { ALERT_URL: 'http://127.0.0.1:9/hush' } })
  const owner = await signedInTab(console.app)
  const ann = await invite(console, owner, 'ann', 'viewer')
  t.match(await ann.get('/operator'), { statusCode: 200 })
  t.match(await ann.get('/operator/dead-letters'), { statusCode: 200 })
  const seen = (await ann.get('/operator/script/reply?name=hours')).body
  t.match(seen, /Nothing can be saved here\. Only an owner changes the script/)
  t.notMatch(seen, /value="(?:save|look|remove)"/)
  t.notMatch((await ann.get(PEOPLE)).body, /What each did|Make a link/)
  await ann.get('/operator')
  const refused = await ann.submit('/operator/trial-alert', { channel: 'ALERT_URL' })
  t.match(refused, { statusCode: 403, body: /Your role, viewer, does not allow this: it takes operator/ })
  await ann.get(PEOPLE)
  t.match(await ann.submit('/operator/people/own', { do: 'nonsense' }), { statusCode: 400 })

  await owner.get(PEOPLE)
  t.match(await owner.submit(PEOPLE, { do: 'role', name: 'ann', role: 'operator' }), { statusCode: 303 })
  await ann.get('/operator')
  t.match(await ann.submit('/operator/trial-alert', { channel: 'ALERT_URL' }), { statusCode: 200 })
  await ann.get(PEOPLE)
  const form = { do: 'make', name: 'own', phrase: 'x', say: 'y' }
  const csrf = Object.fromEntries(
    [...ann.page().matchAll(/name="(_csrf)" value="([^"]*)"/g)].map(([, k, v]) => [k, v]),
  )
  const post = await console.app.inject({
    method: 'POST',
    url: '/operator/questions',
    remoteAddress: '192.0.2.9',
    headers: {
      host: 'localhost:80',
      accept: 'application/json',
      cookie: [...ann.cookies].map((pair) => pair.join('=')).join('; '),
      'content-type': 'application/x-www-form-urlencoded',
    },
    payload: new URLSearchParams({ ...csrf, ...form } as Record<string, string>).toString(),
  })
  t.match(
    post,
    { statusCode: 403, body: /BOT_ROLE_MISSING.*it takes owner/ },
    'what the bot says is for owners',
  )

  await owner.get(PEOPLE)
  const asked = await owner.submit(PEOPLE, { do: 'remove', name: 'ann' })
  t.match(asked, { statusCode: 200, body: /Remove <bdi>ann<\/bdi>\?/ })
  t.match(await ann.get('/operator'), { statusCode: 200 }, 'nothing has happened yet')
  t.match(await owner.submit(PEOPLE), { statusCode: 303 })
  t.match(await ann.get('/operator'), { statusCode: 303, headers: { location: '/operator/sign-in' } })
  t.match((await signIn(console, ANN)).answer, { statusCode: 401 })
  const { body } = await owner.get(PEOPLE)
  const told = [...body.matchAll(/<bdi>(\w+)<\/bdi> ([^<]+)<\/span/g)].map(([, by, what]) => `${by} ${what}`)
  t.match(told, [
    'operator removed ann',
    'ann sent a trial alert by ALERT_URL',
    'operator made ann operator',
    'ann signed in',
    'operator invited ann as viewer',
    'operator signed in',
  ])
  t.match(body, /1 failed sign-in since/)
  t.notMatch(console.log() + body, /hush|a long enough/)
})

t.test('a link is good once, and a stranger with a wrong one learns nothing', async (t) => {
  const console = await buildConsole(t)
  const owner = await signedInTab(console.app)
  await owner.get(PEOPLE)
  const { body } = await owner.submit(PEOPLE, { do: 'invite', name: 'ann', role: 'viewer' })
  const [, link = ''] = /<code>(http[^<]*)<\/code>/.exec(body) ?? []
  const { pathname, search } = new URL(link)
  const tab = openTab(console.app)
  t.match(await tab.get(`${pathname}?code=wrong`), { statusCode: 404, body: /not good any more/ })
  t.match(await tab.get(pathname + search), {
    statusCode: 200,
    body: /Welcome, <bdi>ann<[^]*invited[^]*as viewer/,
  })
  t.match(await tab.submit(pathname, { becomes: 'short' }), { statusCode: 400, body: /12 to 200/ })
  t.match(await tab.submit(pathname, { becomes: ANN.password }), { statusCode: 303 })
  const other = openTab(console.app)
  t.match(await other.get(pathname + search), { statusCode: 404 })
  t.notMatch((await owner.get(PEOPLE)).body, search.slice(6), 'the code is shown once')
  t.notMatch(console.log(), search.slice(6))
})

t.test(
  'a second factor is set up by its code, asked for at the next sign-in, and given up by a code',
  async (t) => {
    const console = await buildConsole(t)
    const owner = await signedInTab(console.app)
    const ann = await invite(console, owner, 'ann', 'operator')
    await ann.get(PEOPLE)
    const { body } = await ann.submit('/operator/people/own', { do: 'propose' })
    const [, secret = ''] = /name="secret" value="([A-Z2-7]{32})"/.exec(body) ?? []
    t.match(body, /<svg class="qr"[^>]*aria-label=/)
    const code = () => oneTimeCode(secret, console.clock)
    const was = ANN.password
    t.match(
      await ann.submit('/operator/people/own', { do: 'keep', secret, code: code(), was: 'a guess at it' }),
      {
        statusCode: 401,
        body: new RegExp(`not your password[^]*name="secret" value="${secret}"`),
      },
      'the app need not be set up again',
    )
    const wrong = await ann.submit('/operator/people/own', { do: 'keep', secret, code: '000000', was })
    t.match(wrong, { statusCode: 400, body: /not the code the app shows now/ })
    t.match(await ann.submit('/operator/people/own', { do: 'keep', secret, code: code(), was }), {
      statusCode: 303,
    })

    await console.clock.advance(60_000)
    const page = (await openTab(console.app).get('/operator/sign-in')).body
    t.match(page, /Code of your authenticator app/)
    t.match(page, /takes away the second factor of/, 'what to do where it is lost')
    const without = await signIn(console, ANN)
    t.match(without.answer, { statusCode: 401, body: /user name, the password or the code is wrong/ })
    const withCode = await signIn(console, { ...ANN, code: code() })
    t.match(withCode.answer, { statusCode: 303 })

    await console.clock.advance(60_000)
    await withCode.tab.get(PEOPLE)
    t.match(await withCode.tab.submit('/operator/people/own', { do: 'drop', code: '000000' }), {
      statusCode: 401,
    })
    await withCode.tab.get(PEOPLE)
    t.match(await withCode.tab.submit('/operator/people/own', { do: 'drop', code: code() }), {
      statusCode: 303,
    })
    t.match((await signIn(console, ANN)).answer, { statusCode: 303 })
  },
)

t.test('guesses at a second factor lock out as those at a password do, also when sent at once', async (t) => {
  const console = await buildConsole(t)
  const owner = await signedInTab(console.app)
  const ann = await invite(console, owner, 'ann', 'operator')
  const tries = await Promise.all(
    Array.from(
      { length: 25 },
      async () => (await signIn(console, { ...ANN, password: 'a wrong password' })).answer.statusCode,
    ),
  )
  t.ok(tries.filter((status) => status === 429).length >= 5, tries.join(' '))
  t.match((await signIn(console, ANN)).answer, { statusCode: 429 }, 'not even a right one')
  t.match(await ann.get('/operator'), { statusCode: 200 }, 'who is in stays in')
})

t.test('a new password ends the sessions of before', async (t) => {
  const console = await buildConsole(t)
  const owner = await signedInTab(console.app)
  const ann = await invite(console, owner, 'ann', 'viewer')
  const other = await signIn(console, ANN)
  t.match(other.answer, { statusCode: 303 })
  // The clock of another instance may be behind this one.
  console.clock.set(-60_000)
  await ann.get(PEOPLE)
  const change = { do: 'password', was: 'a wrong password', becomes: 'another long password' }
  t.match(await ann.submit('/operator/people/own', change), { statusCode: 401 })
  await ann.get(PEOPLE)
  t.match(await ann.submit('/operator/people/own', { ...change, was: ANN.password }), { statusCode: 303 })
  for (const tab of [ann, other.tab]) t.match(await tab.get('/operator'), { statusCode: 303 })
  t.match((await signIn(console, { user: 'ann', password: 'another long password' })).answer, {
    statusCode: 303,
  })
})

t.test('a form that changes nothing, such as one posted twice, is not among what each did', async (t) => {
  const world = await buildConsole(t)
  const owner = await signedInTab(world.app)
  await invite(world, owner, 'ann', 'viewer')
  await owner.get(PEOPLE)
  await owner.submit(PEOPLE, { do: 'invite', name: 'bob', role: 'viewer' })
  await owner.get(PEOPLE)
  for (const form of [
    { do: 'role', name: 'ann', role: 'operator' },
    { do: 'withdraw', name: 'bob' },
  ])
    for (const _ of [1, 2]) t.match(await owner.submit(PEOPLE, form), { statusCode: 303 })
  t.match(await owner.submit('/operator/people', { do: 'role', name: 'ann', role: 'viewer' }), {
    statusCode: 303,
  })
  await until(async () => (await owner.get(PEOPLE)).body.includes('made ann viewer'))
  const body = owner.page()
  const times = (words: RegExp): number => [...body.matchAll(words)].length
  t.strictSame(
    [/made ann operator/g, /withdrew the invitation of bob/g, /made ann viewer/g].map(times),
    [1, 1, 1],
  )
})
