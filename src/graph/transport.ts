import { Pool, type Dispatcher } from 'undici'
import { failureCode } from '../base/call-failure.ts'
import { certificateTrouble } from '../base/certificate.ts'
import { isJsonObject, parseJson, unmarked, type JsonObject } from '../base/json.ts'
import { createOutgoing, proxyFor, type Proxies } from '../outgoing/proxies.ts'
import { isEnvelope, readEnvelope } from './envelope.ts'
import { GraphError, type GraphErrorFacts, type Verdict } from './error.ts'
import { redact } from './redact.ts'
import { readRetryAfterMs, readUsage, type Headers } from './usage.ts'
import { decide, findRow } from './verdicts.ts'
import type { VerdictRow } from './verdict-rows.ts'

export interface Transport {
  /** @throws GraphError for everything but an answer with a JSON object that is no error */
  call: (call: Call) => Promise<Answer>
  /** Graph's own time, by the last answer that is its own, ms since the epoch; null before the first one. */
  now: () => number | null
  close: () => Promise<void>
}

export interface TransportOptions {
  /** `https://graph.facebook.com`; a path in it goes before the version. */
  origin: string
  /** The proxies calls go by; none where nothing is said. */
  proxies?: Proxies
  /** Replaces the pool of our own; stays the caller's to close. */
  dispatcher?: Dispatcher
  /** For a whole call, waiting for a connection included. */
  timeoutMs?: number
  /** After every call that was not held back by `maySend`: `outcome` is `ok` or a verdict; `isAnswered`: anything came back, be it from a proxy or not to be read. */
  onCall?: (call: { edge: string; outcome: 'ok' | Verdict; isAnswered: boolean; ms: number }) => void
}

export interface Call {
  /** The low-cardinality name of the call. */
  edge: string
  method: 'GET' | 'POST' | 'DELETE'
  /** Begins with a slash; query included. Never shown. */
  path: string
  authorization?: string
  body?: string | Uint8Array
  /** Of the body; JSON where nothing is said. */
  contentType?: string
  /** For this call, where it may take longer than others. */
  timeoutMs?: number
  /** Whether a repetition would be seen: what does not prove that the call was not carried out is then `ambiguous`. */
  once?: boolean
  /** Whether it may go out; asked in the moment in which it would be written. It may where nothing is said. */
  maySend?: (() => boolean) | undefined
  /** Whether it goes out with the app token: what sounds like a dead token is then a wrong app id or secret. */
  asApp?: boolean
  /** The Page it is made for: limits of other Pages and accounts in the answer do not concern it. */
  pageId?: string
  /** What it means that some permission is missing, where this call needs one of its own. */
  ifNotPermitted?: Pick<GraphErrorFacts, 'reach' | 'remedy' | 'byToken'>
  /** Must not appear in an error, should Graph quote it. */
  secrets?: readonly string[]
}

export interface Answer {
  body: JsonObject
  headers: Headers
}

interface RawAnswer {
  status: number
  headers: Headers
  text: string
}

const TIMEOUT_MS = 15_000
const CONNECTIONS = 256
const LARGEST_ANSWER = 8 * 1024 * 1024
/** The longest wait that is believed of an answer which is not Graph's: a whole day of it would close every messaging window. */
const STRANGERS_WAIT_MS = 15 * 60_000

export const createTransport = ({
  origin,
  dispatcher,
  timeoutMs = TIMEOUT_MS,
  onCall,
  proxies = {},
}: TransportOptions): Transport => {
  const url = new URL(origin)
  const base = url.pathname.replace(/\/+$/, '')
  const via = proxyFor(url.origin, proxies)
  const pool = dispatcher ?? createPool(url.origin, timeoutMs, via === null ? null : proxies)
  const theirs = createTheirClock()

  const call = async (wanted: Call): Promise<Answer> => {
    const startedMs = performance.now()
    let outcome: 'ok' | Verdict = 'transient'
    let isAnswered = false
    let isHeldBack = false
    try {
      const raw = await exchange(pool, url.origin, base, wanted, wanted.timeoutMs ?? timeoutMs)
      isAnswered = true
      const body = parse(raw.text)
      if (isGraphs(raw, body)) theirs.hear(raw.headers['date'])
      const answer = read(wanted, raw, body)
      outcome = 'ok'
      return answer
    } catch (error) {
      isHeldBack = error instanceof LostAnswer && error.isHeldBack
      const failure = error instanceof LostAnswer ? lost(wanted, error, via) : error
      if (failure instanceof GraphError) outcome = failure.verdict
      throw failure
    } finally {
      if (!isHeldBack) onCall?.({ edge: wanted.edge, outcome, isAnswered, ms: performance.now() - startedMs })
    }
  }

  let closing: Promise<void> | undefined
  return {
    call,
    now: theirs.now,
    close: () => (closing ??= dispatcher ? Promise.resolve() : closeSoon(pool, timeoutMs / 3)),
  }
}

/** Graph's time: its last answer plus monotonic time, because this machine's own clock may be wrong or be set. */
const createTheirClock = () => {
  let heard: string | null = null
  let aheadMs = Number.NaN
  return {
    hear: (date: Headers[string]): void => {
      // It tells whole seconds, so most answers say nothing new.
      if (typeof date !== 'string' || date === heard) return
      const dateMs = Date.parse(date)
      if (!Number.isFinite(dateMs)) return
      heard = date
      aheadMs = dateMs - performance.now()
    },
    now: (): number | null => (heard === null ? null : Math.round(performance.now() + aheadMs)),
  }
}

/** Connections are opened on demand; undici does not pipeline POSTs, so their number bounds what is in flight. */
const createPool = (origin: string, timeoutMs: number, proxies: Proxies | null): Dispatcher => {
  const options = {
    connections: CONNECTIONS,
    pipelining: 1,
    allowH2: false,
    connect: { timeout: timeoutMs },
    // One deadline of ours covers the call; undici's own timers are coarse and do not cover the queue.
    headersTimeout: 0,
    bodyTimeout: 0,
  }
  return proxies === null ? new Pool(origin, options) : createOutgoing(proxies, options)
}

/** Lets what is under way finish for a while: a Graph that hangs must not keep the process from ending. */
const closeSoon = async (pool: Dispatcher, withinMs: number): Promise<void> => {
  const tooLong = setTimeout(() => void pool.destroy(new Error('the process is ending')), withinMs)
  await pool.close()
  clearTimeout(tooLong)
}

/** No usable answer came. `sent`: the request may have reached Graph. `isHeldBack`: `maySend` said that it may not go out. */
class LostAnswer extends Error {
  readonly sent: boolean
  readonly isHeldBack: boolean
  constructor(reason: string, sent: boolean, isHeldBack = false) {
    super(reason)
    this.sent = sent
    this.isHeldBack = isHeldBack
  }
}

/**
 * One HTTP exchange on undici's `dispatch`, which unlike `request` says when a request is about to be written, and costs
 * half of it (ADR 0010).
 */
const exchange = (
  pool: Dispatcher,
  origin: string,
  base: string,
  { method, path, authorization, body, maySend, contentType = 'application/json' }: Call,
  timeoutMs: number,
): Promise<RawAnswer> =>
  new Promise((resolve, reject) => {
    let sent = false
    let settled = false
    let controller: Dispatcher.DispatchController | undefined
    let status = 0
    let headers: Headers = {}
    let size = 0
    const chunks: Buffer[] = []

    const settle = (): boolean => {
      if (settled) return false
      settled = true
      clearTimeout(deadline)
      return true
    }
    const fail = (reason: string, isHeldBack = false): void => {
      if (!settle()) return
      const failure = new LostAnswer(reason, sent, isHeldBack)
      controller?.abort(failure)
      reject(failure)
    }
    const deadline = setTimeout(() => fail(`no answer within ${timeoutMs / 1000} s`), timeoutMs)

    // Where nothing is said a proxy may choose a coding, and none is undone here.
    const requestHeaders: Record<string, string> = {
      accept: 'application/json',
      'accept-encoding': 'identity',
    }
    if (authorization !== undefined) requestHeaders['authorization'] = authorization
    if (body !== undefined) requestHeaders['content-type'] = contentType

    pool.dispatch(
      { origin, path: base + path, method, headers: requestHeaders, body: body ?? null },
      {
        onRequestStart: (started) => {
          controller = started
          // The deadline passed while this waited for a connection: it must not go out any more.
          if (settled) started.abort(new LostAnswer('too late', false))
          // Here and not before the call: after a process was frozen, what waited for a connection goes out before any timer runs.
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
          if (settle()) resolve({ status, headers, text: textOf(chunks) })
        },
        onResponseError: (_controller, error) => fail(failureCode(error) ?? 'the connection failed'),
      },
    )
  })

/**
 * Whether Graph itself wrote the answer, just now: proxies, gateways and captive portals answer in its place, with the clock of another
 * machine, and a cache repeats what Graph said earlier.
 */
const isGraphs = ({ status, headers }: RawAnswer, body: JsonObject | undefined): boolean => {
  if (body === undefined || Number(headers['age'] ?? 0) > 0) return false
  const error = body['error'] ?? null
  return error === null ? isSuccess(status) : isJsonObject(error) && isEnvelope(error)
}

const isSuccess = (status: number): boolean => status >= 200 && status < 300

/** The body decides; the status only where there is no body to read (docs/messenger-platform.md#c1). */
const read = (call: Call, raw: RawAnswer, body: JsonObject | undefined): Answer => {
  const error = body?.['error'] ?? null
  if (isJsonObject(error)) throw refused(call, raw, error)
  if (body && error === null && isSuccess(raw.status)) return { body, headers: raw.headers }
  throw unreadable(call, raw)
}

const refused = (call: Call, raw: RawAnswer, error: JsonObject): GraphError => {
  const { fbtraceId, ...told } = readEnvelope(error)
  const answer = { ...told, httpStatus: raw.status, edge: call.edge, once: call.once === true }
  const verdict = decide(answer)
  const isOurs = call.asApp === true && verdict === 'token_invalid'
  const row = isOurs ? WRONG_APP : findRow(answer)
  const meaning = row?.meaning ?? null
  const number = [answer.code ?? 'without code', ...(answer.subcode === null ? [] : [answer.subcode])].join(
    '/',
  )
  const quoted = redact([answer.message, answer.detail].filter(Boolean).join(' – '), call.secrets)
  const said = [...(meaning ? [meaning] : []), ...(quoted ? [`(“${quoted}”)`] : [])].join(' ')
  const isTheirs = isEnvelope(error)
  return new GraphError(
    `Facebook answered "${call.edge}" with error ${number}${meaning ? ':' : ''}${said ? ` ${said}` : ''}`,
    {
      verdict: isOurs ? 'configuration' : verdict,
      edge: call.edge,
      answered: isTheirs || !isUnfinished(raw.status),
      mayPass: answer.isTransient || row?.mayPass === true,
      ...(row?.verdict === verdict && aboutOf(row)),
      graphCode: answer.code,
      subcode: answer.subcode,
      fbtraceId,
      httpStatus: raw.status,
      // The numbers of limits are Graph's alone, whatever it leaves out beside them.
      retryAfterMs: waitOf(call, raw, isTheirs || row?.verdict === 'rate_limited'),
      meaning,
      said: said || null,
      hint: row?.hint ?? null,
      remedy: row?.remedy,
      ...(verdict === 'permission' && isUnspecific(row) && call.ifNotPermitted),
    },
  )
}

const WRONG_APP = findRow({ code: 101, subcode: null, message: '' })

/** Whether the row says neither whom a refusal is about nor what mends it. */
const isUnspecific = (row: VerdictRow | undefined): boolean =>
  row?.reach === undefined && row?.remedy === undefined

const aboutOf = ({ reach, byToken, errorCode }: VerdictRow) => ({
  ...(reach && { reach }),
  ...(byToken && { byToken }),
  ...(errorCode && { code: errorCode }),
})

/** The error for an HTML page, half a body or a proxy's own text: the result of the call is unknown, and so is for how long. */
const unreadable = (call: Call, raw: RawAnswer): GraphError =>
  new GraphError(`Facebook answered "${call.edge}" with HTTP ${raw.status} and no JSON object`, {
    verdict: verdictUnread(call, raw.status),
    edge: call.edge,
    graphCode: null,
    subcode: null,
    fbtraceId: null,
    httpStatus: raw.status,
    retryAfterMs: waitOf(call, raw, false),
    answered: !isUnfinished(raw.status),
  })

/** How long is waited because of an answer. What the usage of this very Page says is Facebook's word in any answer. */
const waitOf = ({ pageId }: Call, { headers }: RawAnswer, isTheirs: boolean): number | null => {
  const askedMs = readRetryAfterMs(headers, pageId)
  if (askedMs === null || isTheirs) return askedMs
  return Math.max(Math.min(askedMs, STRANGERS_WAIT_MS), readUsage(headers, pageId)?.regainMs ?? 0)
}

const verdictUnread = ({ once }: Call, status: number): Verdict => {
  if (status === 429) return 'rate_limited'
  if (once !== true) return 'transient'
  return status >= 400 && status < 500 && !isUnfinished(status) ? 'unknown' : 'ambiguous'
}

/** Whether a gateway has said so because it waits no longer, or has lost Graph: that may still be at work behind it. */
const isUnfinished = (status: number): boolean =>
  status === 408 || (status > 500 && !OF_AN_OUTAGE.has(status))

/** Facebook's own edge answers so with a page for people, and then nothing is under way. */
const OF_AN_OUTAGE: ReadonlySet<number> = new Set([501, 503])

const SEE_PROXY =
  'Try again in a minute; if it stays so, see that the proxy is right (HTTPS_PROXY, HTTP_PROXY), runs, and lets this machine reach FB_GRAPH_URL; NO_PROXY names what is reached without it.'

const lost = (call: Call, { message, sent }: LostAnswer, via: string | null): GraphError => {
  const certificate = certificateTrouble(message)
  const reason = certificate === null ? message : `${certificate.what} (${message})`
  const way = via === null ? '' : `, by way of the proxy ${via}`
  return new GraphError(`Facebook could not be reached for "${call.edge}"${way}: ${reason}`, {
    verdict: certificate ? 'configuration' : call.once && sent ? 'ambiguous' : 'transient',
    ...(certificate && { code: 'BOT_GRAPH_UNREACHABLE', remedy: certificate.remedy }),
    ...(!certificate && via !== null && { remedy: SEE_PROXY }),
    edge: call.edge,
    graphCode: null,
    subcode: null,
    fbtraceId: null,
    httpStatus: null,
    retryAfterMs: null,
    answered: false,
  })
}

/** Most answers come in one piece. */
const textOf = (chunks: readonly Buffer[]): string => {
  const [first] = chunks
  return (first && chunks.length === 1 ? first : Buffer.concat(chunks)).toString('utf8')
}

const parse = (text: string): JsonObject | undefined => {
  try {
    const value = parseJson(unmarked(text))
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
