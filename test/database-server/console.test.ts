import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance, InjectOptions } from 'fastify'
import t, { type Test } from 'tap'
import { buildApp } from '../../app/bot.ts'
import { createSandbox } from '../../sandbox/src/server.ts'
import { hiddenFields, openTab, PASSWORD, signedInTab, type Tab } from '../helpers/console.ts'
import { startPager } from '../helpers/pager.ts'
import { freshDatabase } from '../helpers/postgres.ts'
import { until } from '../helpers/until.ts'
import { oneTimeCode } from '../helpers/one-time-code.ts'
import { systemClock } from '../../src/base/clock.ts'

const KEYS = { appId: '600000000000001', appSecret: 'app-secret-1' }
const PAGES = [
  { id: '100000000000001', name: 'Evergreen Café' },
  { id: '100000000000002', name: 'Evergreen Bar' },
]

/** Two instances on one database, and a load balancer in front that knows no sessions. */
const build = async (t: Test, more: Record<string, string> = {}) => {
  const sandbox = await createSandbox({ ...KEYS, pages: PAGES, visitors: [{ name: 'Vera Visitor' }] })
  t.teardown(() => sandbox.close())
  const env = {
    FB_APP_ID: KEYS.appId,
    FB_APP_SECRET: KEYS.appSecret,
    FB_VERIFY_TOKEN: 'verify-1',
    FB_GRAPH_URL: sandbox.origin,
    FB_LOGIN_URL: sandbox.origin,
    BOT_SCRIPT: fileURLToPath(new URL('../../bot.example.yaml', import.meta.url)),
    OPERATOR_PASSWORD: PASSWORD,
    DATABASE_URL: await freshDatabase(),
    TOKEN_KEY: randomBytes(32).toString('base64'),
    DRAIN_SECONDS: '0',
    ...more,
  }
  const lines: string[] = []
  const start = async (): Promise<FastifyInstance> => {
    const logStream = { write: (line: string) => void lines.push(line) }
    const app = await buildApp({ env: { ...env, DATA_DIR: t.testdir() }, logStream })
    await app.listen({ host: '127.0.0.1', port: 0 })
    return app
  }
  const apps = [await start(), await start()]
  t.teardown(() => Promise.all(apps.map((app) => app.close())))
  let turn = 0
  const inject = (options: InjectOptions) => apps[turn++ % apps.length]?.inject(options)
  const balancer = { inject } as unknown as FastifyInstance
  return { sandbox, apps, balancer, log: () => lines.join('') }
}

/** Resolves when it is so on every instance. */
const everywhere = (apps: FastifyInstance[], isSo: (app: FastifyInstance) => boolean): Promise<void> =>
  until(() => apps.every(isSo), { everyMs: 20 })

const follow = (tab: Tab, { headers }: { headers: Record<string, unknown> }) =>
  tab.get(String(headers['location']))

t.test('an operator signs in on one instance and works on another, and signs out of both', async (t) => {
  const { balancer } = await build(t)
  const tab = await signedInTab(balancer)
  const copy = openTab(balancer)
  for (const [name, value] of tab.cookies) copy.cookies.set(name, value)
  for (const _request of [1, 2]) t.equal((await tab.get('/operator')).statusCode, 200)
  await tab.submit('/operator/sign-out')
  for (const _request of [1, 2]) {
    t.match(await copy.get('/operator'), { statusCode: 303, headers: { location: '/operator/sign-in' } })
  }
})

t.test('a link and a second factor of a person are known on whichever instance', async (t) => {
  const { apps, balancer } = await build(t)
  const owner = await signedInTab(balancer)
  const onEach = (address: string) => Promise.all(apps.map((app) => openTab(app).get(address)))
  await owner.get('/operator/people')
  const { body } = await owner.submit('/operator/people', { do: 'invite', name: 'ann', role: 'viewer' })
  const { pathname, search } = new URL(/<code>(http[^<]*)<\/code>/.exec(body)?.[1] ?? '')
  t.match(await onEach(pathname + search), [{ statusCode: 200 }, { statusCode: 200 }])

  await owner.get('/operator/people')
  const proposed = await owner.submit('/operator/people/own', { do: 'propose' })
  const [, secret = ''] = /name="secret" value="([A-Z2-7]{32})"/.exec(proposed.body) ?? []
  const code = oneTimeCode(secret, systemClock)
  t.match(await owner.submit('/operator/people/own', { do: 'keep', secret, code, was: PASSWORD }), {
    statusCode: 303,
  })
  const asks = { body: /Code of your authenticator app/ }
  t.match(await onEach('/operator/sign-in'), [asks, asks])
})

t.test('wrong passwords count together', async (t) => {
  const { balancer } = await build(t)
  const tab = openTab(balancer)
  const codes: number[] = []
  for (let n = 0; n < 21; n += 1) {
    await tab.get('/operator/sign-in')
    codes.push(
      (await tab.submit('/operator/sign-in', { user: 'operator', password: `wrong ${n}` })).statusCode,
    )
  }
  t.same(codes.slice(-2), [401, 429])
})

t.test('a repair is begun, chosen for and looked at on whichever instance', async (t) => {
  const { balancer, sandbox, apps, log } = await build(t)
  const tab = await signedInTab(balancer)
  const token = sandbox.userToken()
  const answer = await tab.submit('/operator/repair', { token })
  const url = String(answer.headers.location)
  const bodies: string[] = []
  for (const _request of [1, 2]) bodies.push((await tab.get(url)).body)
  for (const body of bodies) t.match(body, /data-repair="choosing"/)
  const csrf = new Map(hiddenFields(tab.page(), `${url}/pages`)).get('_csrf') ?? ''
  const chosen = await tab.submit(`${url}/pages`, { _csrf: csrf, page: '100000000000002' })
  t.equal(chosen.statusCode, 303)
  const after = async (): Promise<string> => {
    const { body } = await tab.get(url)
    bodies.push(body)
    t.notMatch(body, /data-repair="choosing"/, 'it is asked for once')
    return body
  }
  await until(async () => /data-repair="done"/.test(await after()), { everyMs: 20 })
  for (const _request of [1, 2]) t.match(await after(), /data-repair="done"/)
  await everywhere(apps, (app) => app.tokens.status('100000000000002').state === 'valid')
  t.notMatch(bodies.join('') + log(), token)
})

t.test('the answer of the login dialog may come to another instance, and twice', async (t) => {
  const { balancer, sandbox } = await build(t)
  const tab = await signedInTab(balancer)
  const { headers } = await tab.submit('/operator/facebook', {})
  const dialog = new URL(String(headers.location))
  const user = [...sandbox.world.users.values()].find(({ system }) => !system)
  const form = new URLSearchParams({ decision: 'continue', user: user?.id ?? '' })
  for (const scope of (dialog.searchParams.get('scope') ?? '').split(',')) form.append('scope', scope)
  form.append('page', '100000000000001')
  const back = await fetch(dialog, { method: 'POST', body: form, redirect: 'manual' })
  const { pathname, search } = new URL(back.headers.get('location') ?? '')

  const first = await tab.get(pathname + search, { 'sec-fetch-site': 'cross-site' })
  await until(async () => /data-repair="done"/.test((await follow(tab, first)).body), { everyMs: 20 })
  for (const _request of [1, 2]) {
    t.equal((await tab.get(pathname + search)).headers.location, first.headers.location, 'the same repair')
  }
})

t.test('a token that dies is one alert, and dead on every console', async (t) => {
  const { url: ALERT_URL, texts } = await startPager(t)
  const { sandbox, apps } = await build(t, { ALERT_URL })
  const pageId = '100000000000001'
  const stateOf = (app: FastifyInstance) => app.tokens.status(pageId).state
  await apps[0]?.bootstrapToken({ userToken: sandbox.userToken(), all: true })
  await everywhere(apps, (app) => stateOf(app) === 'valid')
  // The first need, that there is no token, may have been told.
  texts.length = 0
  sandbox.trouble('password-changed')
  await Promise.all(apps.map((app) => app.tokens.probe()))
  await everywhere(apps, (app) => stateOf(app) === 'invalid')
  await everywhere(apps, (app) => app.needs.open().some(({ cause }) => cause === 'token_invalid'))
  await until(() => texts.some((one) => one.startsWith('Evergreen needs you')))
  for (const app of apps) {
    const ready = await app.inject('/readyz')
    t.match(ready.json(), {
      tokens: PAGES.map(({ id }) => ({ pageId: id, state: 'invalid' })),
    })
  }
  await apps[0]?.bootstrapToken({ userToken: sandbox.userToken(), all: true })
  await everywhere(apps, (app) => stateOf(app) === 'valid' && app.needs.open().length === 0)
  await until(() => texts.some((one) => one.startsWith('All is well')))
  t.equal(texts.filter((one) => one.startsWith('Evergreen needs you')).length, 1)
  t.equal(texts.filter((one) => one.startsWith('All is well')).length, 1)
})

t.test('the console lists the instances; gauges of the database are told by one', async (t) => {
  const { balancer, apps } = await build(t)
  await everywhere(apps, (app) => app.roster.list().filter(({ marks }) => marks !== null).length === 2)
  const compared = (apps[0]?.roster.list() ?? []).flatMap(({ marks }) => Object.keys(marks ?? {}))
  for (const name of ['FB_APP_SECRET', 'ALERT_URL', 'MESSAGES_PER_SECOND', 'script'])
    t.equal(compared.filter((one) => one === name).length, 2, name)
  for (const name of ['PORT', 'DATA_DIR', 'TOKEN_KEY', 'BOT_SCRIPT']) t.notOk(compared.includes(name), name)
  const tab = await signedInTab(balancer)
  for (const _request of [1, 2]) {
    const { body } = await tab.get('/operator/instances')
    t.match(body, 'data-instances="2"')
    t.match(body, /drew this page/)
  }
  await everywhere(apps, () => apps.filter((app) => app.duty.isHead()).length === 1)
  const texts = await Promise.all(apps.map((app) => app.inject({ url: '/metrics', headers: basicAuth })))
  t.equal(texts.filter(({ body }) => /^evergreen_inbox_pending/m.test(body)).length, 1)
  t.equal(texts.filter(({ body }) => /^evergreen_webhook_events_total|# HELP/m.test(body)).length, 2)
})

const basicAuth = {
  authorization: `Basic ${Buffer.from(`operator:${PASSWORD}`).toString('base64')}`,
}

t.test('an instance gives its Pages away when an operator says so, and that is written down', async (t) => {
  const { balancer, sandbox, apps } = await build(t)
  await apps[0]?.bootstrapToken({ userToken: sandbox.userToken(), all: true })
  const keptBy = (app: FastifyInstance) => PAGES.filter(({ id }) => app.duty.keeps(id)).length
  await everywhere(apps, (app) => app.roster.list().length === 2 && keptBy(app) === 1)
  await everywhere(apps, (app) => app.roster.list().every(({ pages }) => pages.length === 1))
  const [first, second] = apps
  if (first === undefined || second === undefined) throw new Error('there are two')

  const tab = await signedInTab(balancer)
  await tab.get('/operator/instances')
  const csrf = new Map(hiddenFields(tab.page(), '/operator/instances')).get('_csrf') ?? ''
  const answer = await tab.submit('/operator/instances', { _csrf: csrf, instance: first.roster.self })
  t.match(answer, { statusCode: 303, headers: { location: '/operator/instances' } })
  await everywhere([second], (app) => keptBy(app) === 2 && app.duty.isHead())
  t.equal(keptBy(first), 0)
  t.match((await tab.get('/operator/people')).body, /had an instance give its Pages away/)
  const unknown = await tab.submit('/operator/instances', { _csrf: csrf, instance: 'gone' })
  t.equal(unknown.statusCode, 400)
})

t.test('a head that stops while a token is dead leaves one alert, and its reminder comes once', async (t) => {
  const { url: ALERT_URL, texts } = await startPager(t)
  const { sandbox, apps } = await build(t, { ALERT_URL, REMIND_SECONDS: '12' })
  await apps[0]?.bootstrapToken({ userToken: sandbox.userToken(), all: true })
  await everywhere(apps, (app) => app.tokens.statuses().every(({ state }) => state === 'valid'))
  sandbox.trouble('password-changed')
  await Promise.all(apps.map((app) => app.tokens.probe()))
  const told = (beginning: string): string[] => texts.filter((one) => one.startsWith(beginning))
  await everywhere(apps, () => told('Evergreen needs you').some((one) => one.includes('2 things')))
  const before = told('Evergreen needs you').length
  const head = apps.find((app) => app.duty.isHead())
  const [other] = apps.filter((app) => app !== head)
  if (head === undefined || other === undefined) throw new Error('one of two is the head')

  await head.close()
  await everywhere([other], (app) => app.duty.isHead())
  await everywhere([other], () => told('Evergreen still needs you').length > 0)
  t.equal(told('Evergreen still needs you').length, 1)
  t.equal(told('Evergreen needs you').length, before)
  t.same(told('All is well').length, 0)
})
