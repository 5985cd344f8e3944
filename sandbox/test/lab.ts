import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { createClock } from '../src/clock.ts'
import { WEBHOOK_FIELDS } from '../src/webhooks/fields.ts'
import { createSandbox, type Sandbox, type SandboxOptions } from '../src/server.ts'

export const APP_ID = '600000000000001'
export const APP_SECRET = 'secret-of-the-sandbox-app'
export const VERIFY_TOKEN = 'verify-token-of-the-bot'
export const START_MS = Date.UTC(2026, 10, 21, 12)
export const HOUR_MS = 3600_000
export const DAY_MS = 24 * HOUR_MS

interface Teardown {
  teardown: (run: () => unknown) => void
}

/** A sandbox on a frozen clock, closed with the test. */
export const startSandbox = async (t: Teardown, options: Partial<SandboxOptions> = {}): Promise<Sandbox> => {
  const clock = createClock({ startMs: START_MS, frozen: true })
  const sandbox = await createSandbox({ appId: APP_ID, appSecret: APP_SECRET, seed: 7, clock, ...options })
  t.teardown(() => sandbox.close())
  return sandbox
}

export interface Answer {
  status: number
  headers: Headers
  // What comes over the wire is looked into freely by tests.
  body: Json
}

export interface Json {
  [key: string]: Json
}

/** `fetch` costs four times the CPU, and this suite makes thousands of calls. */
const agent = new http.Agent({ keepAlive: true })

const call = async (
  url: string,
  { method, headers, body }: { method: string; headers: Record<string, string>; body?: string },
): Promise<Answer> => {
  // Without a length Node sends the body of a DELETE as the next request.
  const length = { 'content-length': String(Buffer.byteLength(body ?? '')) }
  const request = http.request(url, {
    method,
    headers: body === undefined ? headers : { ...headers, ...length },
    agent,
  })
  request.end(body)
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  const got = new Headers()
  for (const [name, values = []] of Object.entries(response.headersDistinct))
    for (const value of values) got.append(name, value)
  return { status: response.statusCode ?? 0, headers: got, body: bodyOf(await text(response)) }
}

/** Calls the Graph API with the token in the header and, for a POST, a JSON body. */
export const graph = (
  sandbox: Sandbox,
  path: string,
  { token, method, body }: { token?: string; method?: string; body?: unknown } = {},
): Promise<Answer> =>
  call(`${sandbox.origin}${path}`, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })

export const readAnswer = async (response: Response): Promise<Answer> => ({
  status: response.status,
  headers: response.headers,
  body: bodyOf(await response.text()),
})

const bodyOf = (text: string): Json => {
  try {
    return JSON.parse(text) as Json
  } catch {
    // Not everything is JSON: an outage is HTML.
    return text as unknown as Json
  }
}

/** A text out of an answer; anything else fails the test here. */
export const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value
  throw new TypeError(`Expected a text, got ${JSON.stringify(value)}`)
}

export const appToken = `${APP_ID}%7C${APP_SECRET}`

export const longLived = async (sandbox: Sandbox, userToken = sandbox.userToken()): Promise<string> => {
  const query = new URLSearchParams({
    grant_type: 'fb_exchange_token',
    client_id: APP_ID,
    client_secret: APP_SECRET,
    fb_exchange_token: userToken,
  })
  const { body } = await graph(sandbox, `/v25.0/oauth/access_token?${query.toString()}`)
  return textOf(body['access_token'])
}

export const inspect = async (sandbox: Sandbox, token: string): Promise<Json> => {
  const { body } = await graph(sandbox, `/v25.0/debug_token?input_token=${token}&access_token=${appToken}`)
  return body['data'] as Json
}

export const firstPage = (sandbox: Sandbox): string => [...sandbox.world.pages.keys()][0] ?? ''
export const firstVisitor = (sandbox: Sandbox): string => [...sandbox.world.visitors.keys()][0] ?? ''

/** A never-expiring Page token, the way a bot gets one. */
export const pageTokenOf = async (sandbox: Sandbox, userToken?: string, pageId = firstPage(sandbox)) => {
  const token = await longLived(sandbox, userToken)
  const { body } = await graph(sandbox, `/v25.0/${pageId}?fields=access_token`, { token })
  return textOf(body['access_token'])
}

export interface Bot {
  url: string
  calls: BotCall[]
  /** What the next callbacks are answered with; 200 once used up. `null` never answers. */
  answers: (number | null)[]
  /** Every `messaging` and `standby` item that got 200, in order of arrival. */
  items: (channel?: 'messaging' | 'standby') => Json[]
}

export interface BotCall {
  method: string
  url: URL
  headers: http.IncomingHttpHeaders
  raw: Buffer
  status: number | null
}

/** The other end of the webhooks: a server that remembers what it was told. */
export const startBot = async (t: Teardown): Promise<Bot> => {
  const calls: BotCall[] = []
  const answers: Bot['answers'] = []
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://bot')
      const isVerification = request.method === 'GET'
      const next = isVerification ? 200 : answers.shift()
      const status = next === undefined ? 200 : next
      calls.push({
        method: request.method ?? '',
        url,
        headers: request.headers,
        raw: Buffer.concat(chunks),
        status,
      })
      if (status === null) return
      const known = url.searchParams.get('hub.verify_token') === VERIFY_TOKEN
      response.statusCode = isVerification && !known ? 403 : status
      if (status === 101) response.setHeader('connection', 'upgrade').setHeader('upgrade', 'websocket')
      response.end(isVerification && known ? url.searchParams.get('hub.challenge') : 'EVENT_RECEIVED')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook`,
    calls,
    answers,
    items: (channel = 'messaging') =>
      calls
        .filter(({ method, status }) => method === 'POST' && status === 200)
        .flatMap(({ raw }) => (JSON.parse(raw.toString()) as { entry: Record<string, Json[]>[] }).entry)
        .flatMap((entry) => entry[channel] ?? []),
  }
}

/** A POST to the control API; a GET when there is no body. */
export const control = (sandbox: Sandbox, path: string, body?: unknown, method = 'POST'): Promise<Answer> =>
  call(`${sandbox.origin}/sandbox/${path}`, {
    method: body === undefined ? 'GET' : method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })

export const FIELDS =
  'messages,messaging_postbacks,message_echoes,message_deliveries,message_reads,message_reactions,messaging_referrals,messaging_handovers,standby'
/** Everything a Page can subscribe to. */
export const EVERY_FIELD = WEBHOOK_FIELDS.join(',')

/** A sandbox whose first Page is subscribed to the bot, with a lasting Page token. */
export const startConnected = async (t: Teardown, options: Partial<SandboxOptions> = {}, fields = FIELDS) => {
  const bot = await startBot(t)
  const sandbox = await startSandbox(t, { webhookUrl: bot.url, verifyToken: VERIFY_TOKEN, ...options })
  const pageToken = await pageTokenOf(sandbox)
  const pageId = firstPage(sandbox)
  const psid = firstVisitor(sandbox)
  await graph(sandbox, `/v25.0/${pageId}/subscribed_apps`, {
    token: pageToken,
    body: { subscribed_fields: fields },
  })
  const send = (message: unknown, more: object = {}) =>
    graph(sandbox, '/v25.0/me/messages', {
      token: pageToken,
      body: { recipient: { id: psid }, messaging_type: 'RESPONSE', message, ...more },
    })
  const say = (text: string) => sandbox.act(pageId, psid, { type: 'text', text })
  return { bot, sandbox, pageToken, pageId, psid, send, say }
}
