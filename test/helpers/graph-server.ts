import { createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'

export const APP_ID = '600000000000001'
export const APP_SECRET = 'app-secret-1'
export const PAGE_ID = '100000000000001'
export const SCOPES = ['pages_show_list', 'pages_messaging', 'pages_manage_metadata']
/** A date the tests agree on, in seconds. */
export const NOW_S = 1_790_000_000

export interface FakePage {
  id: string
  name: string
  token: string | null
  tasks?: string[] | undefined
  /** Left out of `/me/accounts`, as a Page of a business portfolio is. */
  hidden?: boolean
}

export interface SeenRequest {
  method: string
  /** Version included. */
  path: string
  query: URLSearchParams
  authorization: string | undefined
  body: string
}

export type Answerer = (request: SeenRequest, response: ServerResponse) => void

export interface FakeGraph {
  origin: string
  requests: SeenRequest[]
  /** The answer of `debug_token` for each token; an unknown token is dead. */
  tokens: Map<string, Record<string, unknown>>
  pages: FakePage[]
  subscribed: Map<string, string[]>
  /** Answers instead of the default, by edge: `debug_token`, `access_token`, `accounts`, `page`, `me`, `subscribed_apps`. */
  answers: Map<string, Answerer>
  /** The edges called so far, in order. */
  called: () => string[]
}

/** A Graph on loopback with one app, one person and their Pages: enough for a whole bootstrap in another process. */
export const startFakeGraph = async (t: Test): Promise<FakeGraph> => {
  const graph: FakeGraph = {
    origin: '',
    requests: [],
    tokens: new Map([
      ['user-token-1', userFacts()],
      ['page-token-1', pageFacts(PAGE_ID)],
    ]),
    pages: [{ id: PAGE_ID, name: 'Example Page', token: 'page-token-1', tasks: ['MESSAGING', 'MODERATE'] }],
    subscribed: new Map(),
    answers: new Map(),
    called: () => graph.requests.map(edgeOf),
  }
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const url = new URL(request.url ?? '/', 'http://graph')
      const seen = {
        method: request.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        authorization: request.headers.authorization,
        body,
      }
      graph.requests.push(seen)
      const answer = graph.answers.get(edgeOf(seen)) ?? DEFAULTS[edgeOf(seen)] ?? unknown
      answer.call(undefined, seen, response, graph)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  graph.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return graph
}

export const userFacts = (over: Record<string, unknown> = {}) => ({
  app_id: APP_ID,
  type: 'USER',
  user_id: '10210000000000001',
  is_valid: true,
  expires_at: NOW_S + 3600,
  data_access_expires_at: NOW_S + 90 * 86_400,
  scopes: SCOPES,
  ...over,
})

export const pageFacts = (pageId: string, over: Record<string, unknown> = {}) => ({
  app_id: APP_ID,
  type: 'PAGE',
  profile_id: pageId,
  user_id: '10210000000000001',
  is_valid: true,
  expires_at: 0,
  data_access_expires_at: NOW_S + 90 * 86_400,
  scopes: SCOPES,
  ...over,
})

export const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json', 'facebook-api-version': 'v25.0' })
  response.end(JSON.stringify(body))
}

/** The expected error for `t.rejects`. */
export const graphError = (fields: Record<string, unknown>) => ({ name: 'GraphError', ...fields })

/** An answer that is always this error. */
export const refusing =
  (code: number, message: string, subcode?: number): Answerer =>
  (_request, response) =>
    refuse(response, code, message, subcode)

/** An answer that never comes. */
export const hanging: Answerer = () => {}

/** The answer during an outage. */
export const html: Answerer = (_request, response) => {
  response.writeHead(502, { 'content-type': 'text/html' })
  response.end('<html><body>Sorry, something went wrong.</body></html>')
}

type DefaultAnswerer = (request: SeenRequest, response: ServerResponse, graph: FakeGraph) => void

const DEFAULTS: Record<string, DefaultAnswerer> = {
  debug_token: (request, response, graph) => {
    if (request.authorization !== `Bearer ${APP_ID}|${APP_SECRET}`) {
      return refuse(response, 190, 'Invalid OAuth access token signature.')
    }
    const data = graph.tokens.get(request.query.get('input_token') ?? '') ?? {
      is_valid: false,
      scopes: [],
      error: { code: 190, message: 'Malformed access token', subcode: 467 },
    }
    json(response, 200, { data })
  },
  access_token: (request, response, graph) => {
    if (request.query.get('client_secret') !== APP_SECRET) {
      return refuse(response, 1, 'Error validating client secret.')
    }
    const token = `long-${request.query.get('fb_exchange_token')}`
    graph.tokens.set(token, userFacts({ expires_at: NOW_S + 5_183_944 }))
    json(response, 200, { access_token: token, token_type: 'bearer', expires_in: 5_183_944 })
  },
  accounts: (request, response, graph) => {
    if (!knows(request, response, graph)) return
    // Two at a time, so that every test with three Pages follows a cursor.
    const listed = graph.pages.filter((page) => !page.hidden)
    const from = Number(request.query.get('after') ?? 0)
    const data = listed.slice(from, from + 2).map(asAccount)
    const more = listed.length > from + 2
    json(response, 200, {
      data,
      paging: { cursors: { before: String(from), after: String(from + 2) }, ...(more && { next: 'more' }) },
    })
  },
  page: (request, response, graph) => {
    if (!knows(request, response, graph)) return
    const page = graph.pages.find((known) => request.path.endsWith(`/${known.id}`))
    if (!page) return refuse(response, 100, 'Unsupported get request.', 33)
    json(response, 200, asAccount(page))
  },
  me: (request, response, graph) => {
    const page = graph.pages.find((known) => request.authorization === `Bearer ${known.token}`)
    if (!page || !knows(request, response, graph)) return refuse(response, 190, 'Invalid OAuth access token.')
    json(response, 200, { id: page.id, name: page.name })
  },
  subscribed_apps: (request, response, graph) => {
    if (!knows(request, response, graph)) return
    const pageId = request.path.split('/')[2] ?? ''
    if (request.method === 'POST') {
      graph.subscribed.set(pageId, (request.query.get('subscribed_fields') ?? '').split(','))
      return json(response, 200, { success: 'true' })
    }
    const fields = graph.subscribed.get(pageId)
    json(response, 200, {
      data: fields ? [{ id: APP_ID, name: 'Example Bot', subscribed_fields: fields }] : [],
    })
  },
}

const unknown: DefaultAnswerer = (_request, response) => refuse(response, 2500, 'Unknown path components')

const knows = (request: SeenRequest, response: ServerResponse, graph: FakeGraph): boolean => {
  const token = request.authorization?.replace('Bearer ', '') ?? ''
  if (graph.tokens.get(token)?.['is_valid'] !== true) {
    refuse(response, 190, 'Invalid OAuth access token.')
    return false
  }
  if (request.query.get('appsecret_proof') !== createHmac('sha256', APP_SECRET).update(token).digest('hex')) {
    refuse(response, 100, 'Invalid appsecret_proof provided in the API argument')
    return false
  }
  return true
}

const asAccount = (page: FakePage) => ({
  id: page.id,
  name: page.name,
  ...(page.token !== null && { access_token: page.token }),
  ...(page.tasks && { tasks: page.tasks }),
})

const refuse = (response: ServerResponse, code: number, message: string, subcode?: number): void =>
  json(response, 400, {
    error: {
      message,
      type: 'OAuthException',
      code,
      ...(subcode !== undefined && { error_subcode: subcode }),
      fbtrace_id: 'AbCdEf',
    },
  })

const edgeOf = ({ path }: SeenRequest): string => {
  const last = path.split('/').at(-1) ?? ''
  return /^\d+$/.test(last) ? 'page' : last
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
