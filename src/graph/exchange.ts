import { Pool, type Dispatcher } from 'undici'
import { failureCode } from '../base/call-failure.ts'
import { createOutgoing, proxyFor, type Proxies } from '../outgoing/proxies.ts'
import { bodyText } from './answer-text.ts'
import type { Headers } from './usage.ts'

/** One HTTP request. */
export interface HttpCall {
  method: 'GET' | 'POST' | 'DELETE'
  /** Begins with a slash; query included. Never shown. */
  path: string
  authorization?: string
  body?: string | Uint8Array
  /** Content type of the body; JSON by default. */
  contentType?: string
  /** Time-out of this call; by default that of the exchange. */
  timeoutMs?: number
  /** Whether the request may go out; asked right before it is written. Without it, every request may. */
  maySend?: (() => boolean) | undefined
}

export interface RawAnswer {
  status: number
  headers: Headers
  text: string
}

/** No usable answer came. `sent`: the request may have reached Graph. `isHeldBack`: `maySend` returned false. */
export class LostAnswer extends Error {
  readonly sent: boolean
  readonly isHeldBack: boolean
  constructor(reason: string, sent: boolean, isHeldBack = false) {
    super(reason)
    this.sent = sent
    this.isHeldBack = isHeldBack
  }
}

export interface ExchangeOptions {
  /** Such as `https://graph.facebook.com`; a path in it comes before the version. */
  origin: string
  /** The proxies that calls go through; none by default. */
  proxies?: Proxies
  /** Replaces the pool that is opened otherwise; the caller closes it. */
  dispatcher?: Dispatcher
  /** Limit of a whole call, including the wait for a connection. */
  timeoutMs?: number
}

/** HTTP exchanges with one origin. */
export interface Exchange {
  /** Never rejects. */
  send: (call: HttpCall) => Promise<RawAnswer | LostAnswer>
  /** The proxy that calls go through, without its password; null for none. */
  via: string | null
  close: () => Promise<void>
}

const TIMEOUT_MS = 15_000
const CONNECTIONS = 512
const LARGEST_ANSWER = 8 * 1024 * 1024

export const createExchange = ({
  origin,
  proxies = {},
  dispatcher,
  timeoutMs = TIMEOUT_MS,
}: ExchangeOptions): Exchange => {
  const url = new URL(origin)
  const base = url.pathname.replace(/\/+$/, '')
  const via = proxyFor(url.origin, proxies)
  const pool = dispatcher ?? createPool(url.origin, timeoutMs, via === null ? null : proxies)
  let closing: Promise<void> | undefined
  return {
    via,
    send: (call) =>
      exchange(pool, url.origin, { ...call, path: base + call.path, timeoutMs: call.timeoutMs ?? timeoutMs }),
    close: () => (closing ??= dispatcher ? Promise.resolve() : closeSoon(pool, timeoutMs / 3)),
  }
}

/** Connections are opened on demand. undici does not pipeline POSTs, so the number of connections bounds the calls in flight. */
const createPool = (origin: string, timeoutMs: number, proxies: Proxies | null): Dispatcher => {
  const options = {
    connections: CONNECTIONS,
    pipelining: 1,
    allowH2: false,
    connect: { timeout: timeoutMs },
    // The deadline in `exchange` covers the whole call; undici's timers are coarse and leave out the wait in its queue.
    headersTimeout: 0,
    bodyTimeout: 0,
  }
  return proxies === null ? new Pool(origin, options) : createOutgoing(proxies, options)
}

/**
 * Lets calls in flight finish for a while, then destroys the pool: a call without an answer must not keep the process from
 * ending.
 */
const closeSoon = async (pool: Dispatcher, withinMs: number): Promise<void> => {
  const tooLong = setTimeout(() => void pool.destroy(new Error('the process is ending')), withinMs)
  await pool.close()
  clearTimeout(tooLong)
}

/**
 * One exchange on undici's `dispatch`. Unlike `request`, it reports when a request is about to be written, and it costs half the
 * CPU time (ADR 0010).
 */
const exchange = (
  pool: Dispatcher,
  origin: string,
  {
    method,
    path,
    authorization,
    body,
    maySend,
    timeoutMs,
    contentType = 'application/json',
  }: HttpCall & { timeoutMs: number },
): Promise<RawAnswer | LostAnswer> =>
  new Promise((resolve) => {
    let sent = false
    let settled = false
    let controller: Dispatcher.DispatchController | undefined
    let status = 0
    let headers: Headers = {}
    let size = 0
    const chunks: Buffer[] = []

    const settle = (result: RawAnswer | LostAnswer): void => {
      settled = true
      clearTimeout(deadline)
      resolve(result)
    }
    const fail = (reason: string, isHeldBack = false): void => {
      if (settled) return
      const failure = new LostAnswer(reason, sent, isHeldBack)
      settle(failure)
      controller?.abort(failure)
    }
    const deadline = setTimeout(() => fail(`no answer within ${timeoutMs / 1000} s`), timeoutMs)

    // Without this header a proxy may choose a content coding, and decoding costs CPU.
    const requestHeaders: Record<string, string> = {
      accept: 'application/json',
      'accept-encoding': 'identity',
    }
    if (authorization !== undefined) requestHeaders['authorization'] = authorization
    if (body !== undefined) requestHeaders['content-type'] = contentType

    pool.dispatch(
      { origin, path, method, headers: requestHeaders, body: body ?? null },
      {
        onRequestStart: (started) => {
          controller = started
          // The deadline passed while the call waited for a connection, so it must not go out any more.
          if (settled) started.abort(new LostAnswer('too late', false))
          // Asked here and not before `dispatch`: after a frozen process goes on, calls that waited for a connection go out
          // before any timer runs.
          else if (maySend?.() === false) fail('this process may not send now', true)
          else sent = true
        },
        onResponseStart: (_controller, statusCode, responseHeaders) => {
          status = statusCode
          headers = responseHeaders
        },
        onResponseData: (_controller, chunk) => {
          size += chunk.length
          if (size > LARGEST_ANSWER) fail('the answer is too large')
          else chunks.push(chunk)
        },
        onResponseEnd: () => {
          if (!settled) settle({ status, headers, text: bodyText(chunks, headers, LARGEST_ANSWER) })
        },
        onResponseError: (_controller, error) => fail(failureCode(error) ?? 'the connection failed'),
      },
    )
  })
