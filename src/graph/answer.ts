import { isJsonObject, parseJson, unmarked, type JsonObject } from '../base/json.ts'
import { isEnvelope, isOfAnother, readEnvelope, type Envelope } from './envelope.ts'
import { GraphError, type GraphErrorFacts, type Verdict } from './error.ts'
import type { RawAnswer } from './exchange.ts'
import { redact } from './redact.ts'
import { PAGE_PERMISSION } from './refusal-words.ts'
import { ANOTHER_PROGRAM } from './remedies.ts'
import { readRetryAfterMs, readUsage, type Headers } from './usage.ts'
import { decide, findRow } from './decide.ts'
import type { VerdictRow } from './verdict-rows.ts'

/** The facts about a call that decide what its answer means. */
export interface CallFacts {
  /** The low-cardinality name of the call. */
  edge: string
  /**
   * Whether a visitor would see a repetition of the call: an answer that does not prove that the call was not carried out is then
   * `ambiguous`.
   */
  once?: boolean
  /** Whether the call carries the app token: the verdict `token_invalid` then means a wrong app id or secret. */
  asApp?: boolean
  /** The Page the call is made for: usage headers that name another Page or account are ignored. */
  pageId?: string
  /** Facts for a `permission` error that names no permission, for a call that needs a permission other calls do not need. */
  ifNotPermitted?: Pick<GraphErrorFacts, 'reach' | 'remedy' | 'byToken'>
  /** Strings that are hidden in the error's message, where Graph may quote them. */
  secrets?: readonly string[]
}

export interface CallResult {
  body: JsonObject
  headers: Headers
}

/** @returns `isGraphs`: Graph itself wrote the answer, and no cache repeats it; `read`: its result or its error */
export const readAnswer = (
  asked: CallFacts,
  raw: RawAnswer,
): { isGraphs: boolean; read: CallResult | GraphError } => {
  const body = parse(raw.text)
  const error = body?.['error'] ?? null
  // The body decides. The status decides only if the body cannot be read (docs/messenger-platform.md#c1).
  if (isJsonObject(error) && !isOfAnother(error, raw.status)) {
    return { isGraphs: isEnvelope(error) && !isRepeated(raw), read: refused(asked, raw, error) }
  }
  if (body && error === null && isSuccess(raw.status)) {
    return { isGraphs: !isRepeated(raw), read: { body, headers: raw.headers } }
  }
  return { isGraphs: false, read: unread(asked, raw, body) }
}

/** Whether a cache repeats an earlier answer of Graph. */
const isRepeated = ({ headers }: RawAnswer): boolean => Number(headers['age'] ?? 0) > 0

const isSuccess = (status: number): boolean => status >= 200 && status < 300

const refused = (asked: CallFacts, raw: RawAnswer, error: JsonObject): GraphError => {
  const told = readEnvelope(error)
  const { verdict, row } = judge(asked, raw.status, told)
  const meaning = row?.meaning ?? null
  const number = [told.code ?? 'without code', ...(told.subcode === null ? [] : [told.subcode])].join('/')
  const quoted = redact([told.message, told.detail].filter(Boolean).join(' – '), asked.secrets)
  const said = [...(meaning ? [meaning] : []), ...(quoted ? [`(“${quoted}”)`] : [])].join(' ')
  const isGraphs = isEnvelope(error)
  return new GraphError(
    `Facebook answered "${asked.edge}" with error ${number}${meaning ? ':' : ''}${said ? ` ${said}` : ''}`,
    {
      verdict,
      edge: asked.edge,
      answered: isGraphs || !isUnfinished(raw.status),
      mayPass: told.isTransient || row?.mayPass === true,
      ...(row?.verdict === verdict && aboutOf(row)),
      graphCode: told.code,
      subcode: told.subcode,
      fbtraceId: told.fbtraceId,
      httpStatus: raw.status,
      // Only Graph uses the codes of rate limits, so its wait is trusted even if the envelope is incomplete.
      retryAfterMs: isLimited(row)
        ? readRetryAfterMs(raw.headers, asked.pageId, true)
        : waitOf(asked, raw, isGraphs),
      meaning,
      said: said || null,
      hint: row?.hint ?? null,
      remedy: row?.remedy,
      ...(verdict === 'permission' &&
        isUnspecific(row) &&
        !PAGE_PERMISSION.test(quoted) &&
        asked.ifNotPermitted),
    },
  )
}

const isLimited = (row: VerdictRow | undefined): boolean => row?.verdict === 'rate_limited'

const judge = (
  { edge, once = false, asApp = false }: CallFacts,
  httpStatus: number,
  told: Envelope,
): { verdict: Verdict; row: VerdictRow | undefined } => {
  const answer = { ...told, httpStatus, edge, once }
  const row = findRow(answer)
  const verdict = decide(answer, row)
  return asApp && verdict === 'token_invalid'
    ? { verdict: 'configuration', row: WRONG_APP }
    : { verdict, row }
}

const WRONG_APP = findRow({ code: 101, subcode: null, message: '' })

/** Whether the row names neither the reach of the refusal nor a remedy. */
const isUnspecific = (row: VerdictRow | undefined): boolean =>
  row?.reach === undefined && row?.remedy === undefined

const aboutOf = ({ reach, byToken, errorCode }: VerdictRow) => ({
  ...(reach && { reach }),
  ...(byToken && { byToken }),
  ...(errorCode && { code: errorCode }),
})

/** The error for an HTML page, half a body, or a proxy's own text or JSON, which do not tell whether the call was carried out. */
const unread = (asked: CallFacts, raw: RawAnswer, body: JsonObject | undefined): GraphError =>
  new GraphError(`Facebook answered "${asked.edge}" with HTTP ${raw.status} and ${whatCame(asked, body)}`, {
    verdict: verdictUnread(asked, raw.status),
    edge: asked.edge,
    httpStatus: raw.status,
    retryAfterMs: waitOf(asked, raw, false),
    answered: !isUnfinished(raw.status),
    ...(isStrangers(raw, body) && { remedy: ANOTHER_PROGRAM }),
  })

/** Names under which a gateway says what is wrong. */
const SAYING = ['error', 'error_description', 'error_msg', 'message', 'detail']

const whatCame = ({ secrets }: CallFacts, body: JsonObject | undefined): string => {
  if (body === undefined) return 'no JSON object'
  const told = isJsonObject(body['error']) ? body['error'] : body
  const texts = SAYING.map((name) => told[name]).filter((text) => typeof text === 'string')
  const quoted = redact(texts.join(' – '), secrets)
  return `JSON that is none of Facebook's${quoted === '' ? '' : ` (“${quoted}”)`}`
}

/** The longest wait that is accepted from an answer Graph did not write: a wait of a day would close every messaging window. */
const STRANGERS_WAIT_MS = 15 * 60_000

/** The wait that an answer asks for, in ms. The usage header of this Page comes from Facebook, so it counts in every answer. */
const waitOf = ({ pageId }: CallFacts, { headers }: RawAnswer, isGraphs: boolean): number | null => {
  const askedMs = readRetryAfterMs(headers, pageId)
  if (askedMs === null || isGraphs) return askedMs
  return Math.max(Math.min(askedMs, STRANGERS_WAIT_MS), readUsage(headers, pageId)?.regainMs ?? 0)
}

const verdictUnread = ({ once }: CallFacts, status: number): Verdict => {
  if (status === 429) return 'rate_limited'
  if (once !== true) return 'transient'
  return isRefusal(status) ? 'unknown' : 'ambiguous'
}

const isRefusal = (status: number): boolean =>
  status >= 400 && status < 500 && status !== 429 && !isUnfinished(status)

/**
 * Whether another program wrote an answer that is none of Graph's. Graph redirects no call, and sends HTML only during an outage, with a 5xx;
 * a company's firewall sends a redirect, or a page with 200, that says what it blocks.
 */
const isStrangers = ({ status, text }: RawAnswer, body: JsonObject | undefined): boolean =>
  (body !== undefined && !isSuccess(status)) ||
  isRefusal(status) ||
  (status >= 300 && status < 400) ||
  (isSuccess(status) && /^\s*</.test(text))

/** Whether the status comes from a gateway that timed out or lost its connection to Graph: Graph may still carry the call out. */
const isUnfinished = (status: number): boolean =>
  status === 408 || (status > 500 && !OF_AN_OUTAGE.has(status))

/** Facebook's own edge sends these with an HTML page during an outage, and Graph then does not work on the call. */
const OF_AN_OUTAGE: ReadonlySet<number> = new Set([501, 503])

const parse = (text: string): JsonObject | undefined => {
  try {
    const value = parseJson(unmarked(text))
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
