import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { Agent, request, type Dispatcher } from 'undici'
import { withDotEnv } from '../../src/base/config.ts'
import { createOutside } from '../../src/doctor/outside.ts'
import { buildConsole, hiddenFields, PASSWORD } from '../helpers/console.ts'
import { isInstalled, startProxy, type Proxy, type ProxyName } from '../helpers/proxy.ts'
import { signed, textCallback } from '../helpers/sign.ts'
import { buildScene as buildSetupScene, walkToEnd } from '../setup/scene.ts'

const LARGEST = 4 * 1024 * 1024

interface Scene extends Proxy {
  app: FastifyInstance
  /** The bot's log so far. */
  log: () => string
  ask: (path: string, options?: Options) => Promise<Answer>
}

type Options = Omit<Dispatcher.RequestOptions, 'origin' | 'path' | 'method'> & { method?: 'GET' | 'POST' }

interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
}

/** The samples are for programs of others, which npm cannot bring: where one is not installed that is told, in CI too. */
const proxyTest = (title: string, body: (t: Test, name: ProxyName) => Promise<void>): void => {
  for (const name of ['nginx', 'caddy'] as const) {
    const skip = !isInstalled(name) && `${name} is not installed on this machine`
    void t.test(`${name}: ${title}`, { skip }, async (t) => body(t, name))
  }
}

const withProxy = (title: string, body: (t: Test, scene: Scene) => Promise<void>): void =>
  proxyTest(title, async (t, name) => body(t, await buildScene(t, name)))

const buildScene = async (t: Test, name: ProxyName): Promise<Scene> => {
  const { app, log } = await buildConsole(t, { env: { TRUST_PROXY: '127.0.0.1' }, dir: t.testdir() })
  const { port } = app.server.address() as AddressInfo
  const proxy = await startProxy(t, name, port)
  const dispatcher = new Agent({ connect: { ca: proxy.ca } })
  t.teardown(() => dispatcher.destroy())
  const ask: Scene['ask'] = async (path, { method = 'GET', ...options } = {}) => {
    const { statusCode, headers, body } = await request(`${proxy.origin}${path}`, {
      method,
      dispatcher,
      ...options,
    })
    return { status: statusCode, headers, text: await body.text() }
  }
  return { ...proxy, app, log, ask }
}

const post = ({ headers, payload }: ReturnType<typeof signed>) => ({
  method: 'POST' as const,
  headers,
  body: payload,
})

withProxy(
  'a callback passes unchanged, byte for byte, and a forged one is refused by the bot',
  async (t, { ask, log }) => {
    const text = ` ${JSON.stringify(textCallback('Grüße \u{1F332}'), null, 3)}\r\n`
    t.match(await ask('/webhook', post(signed(text))), { status: 200, text: 'EVENT_RECEIVED' })

    const forged = post(signed(textCallback('x'), 'another-secret'))
    const headers = { ...forged.headers, 'x-forwarded-for': '203.0.113.9', 'x-real-ip': '203.0.113.9' }
    t.match(await ask('/webhook', { ...forged, headers }), { status: 401, text: /BOT_SIGNATURE_INVALID/ })
    t.match(log(), '"client":"127.0.0.1"')
    t.notMatch(log(), '203.0.113.9', 'a stranger is not who they say they are')

    const query = 'hub.mode=subscribe&hub.verify_token=verify-1&hub.challenge=a%2Bb'
    t.match(await ask(`/webhook?${query}`), { status: 200, text: 'a+b' })
  },
)

withProxy('a body may be as large as the bot takes it, and no larger', async (t, { ask }) => {
  const large = Buffer.alloc(LARGEST, 0x20)
  large.write('{"object":"other"}')
  t.match(await ask('/webhook', post(signed(large))), { status: 200, text: 'EVENT_RECEIVED' })
  const refused = await ask('/webhook', post(signed(Buffer.concat([large, Buffer.from(' ')]))))
  // Caddy is cut short by the first to count, itself or the bot; what the bot says of it may then be lost.
  t.ok([413, 502].includes(refused.status), String(refused.status))
})

withProxy('the console is signed in to, posts its forms and is kept up to date at once', async (t, scene) => {
  const { ask, origin } = scene
  const shown = await ask('/operator/sign-in', { headers: { accept: 'text/html' } })
  const cookie = readCookie(shown)
  t.match(String(shown.headers['set-cookie']), /; Secure/)

  const form = new URLSearchParams(hiddenFields(shown.text, '/operator/sign-in'))
  form.set('user', 'operator')
  form.set('password', PASSWORD)
  const headers = {
    cookie,
    origin,
    'sec-fetch-site': 'same-origin',
    'content-type': 'application/x-www-form-urlencoded',
  }
  const body = form.toString()

  const evil = { ...headers, origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' }
  delete (evil as Partial<typeof evil>)['sec-fetch-site']
  t.match(await ask('/operator/sign-in', { method: 'POST', headers: evil, body }), { status: 403 })

  const entered = await ask('/operator/sign-in', { method: 'POST', headers, body })
  t.match(entered, { status: 303, headers: { location: '/operator' } })
  const session = { cookie: readCookie(entered), accept: 'text/html' }
  t.match(await ask('/operator', { headers: session }), {
    status: 200,
    text: /The bot needs its first token/,
  })

  // An event comes through while the stream goes on.
  const dispatcher = new Agent({ connect: { ca: scene.ca } })
  t.teardown(() => dispatcher.destroy())
  const live = await request(`${origin}/operator/live`, { headers: session, dispatcher })
  t.match(live.headers, { 'content-type': /^text\/event-stream/ })
  const [first] = (await once(live.body, 'data')) as [Buffer]
  t.match(String(first), /^(event|data|retry|:)/)
  live.body.on('error', () => undefined).destroy()
})

withProxy('plain http is sent on to https', async (t, { plainOrigin }) => {
  const answer = await request(`${plainOrigin}/operator`)
  t.match(
    String(answer.headers['location']),
    /^https:\/\/localhost\/operator|^https:\/\/localhost:\d+\/operator/,
  )
  await answer.body.dump()
})

withProxy(
  'neither the verify token nor the code of a login is logged, not even when the bot is down',
  async (t, scene) => {
    const { app, ask, logged, plainOrigin } = scene
    const secret = 'a-secret-in-the-query'
    const paths = [`/webhook?hub.verify_token=${secret}`, `/operator/facebook/callback?code=${secret}`]
    for (const path of paths) await ask(path, { headers: { referer: `https://localhost${path}` } })
    for (const path of paths) await (await request(`${plainOrigin}${path}`)).body.dump()
    await app.close()
    for (const path of paths) t.match(await ask(path), { status: 502 }, 'which Facebook takes as: come again')
    t.notMatch(logged(), secret)
  },
)

proxyTest(
  'the set-up proves the public address by way of it, and lets no stranger in there',
  async (t, name) => {
    const setup = await buildSetupScene(t, { outside: (url) => outside.fetch(url) })
    await setup.app.listen({ host: '127.0.0.1', port: 0 })
    const proxy = await startProxy(t, name, (setup.app.server.address() as AddressInfo).port)
    const outside = createOutside({ ca: proxy.ca })
    t.teardown(() => outside.close())

    await walkToEnd(setup, { publicUrl: proxy.origin })
    t.match(withDotEnv({}, setup.envPath), { PUBLIC_URL: proxy.origin, TRUST_PROXY: '127.0.0.1' })
    const refused = await outside.fetch(`${proxy.origin}/setup/code/${setup.code()}`)
    t.match(refused, { status: 403, text: /does not answer through a proxy/ })
  },
)

const readCookie = ({ headers }: Answer): string =>
  [headers['set-cookie'] ?? []]
    .flat()
    .map((one) => one.split(';')[0])
    .join('; ')
