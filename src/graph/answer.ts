import { isJsonObject, parseJson, unmarked, type JsonObject } from '../base/json.ts'
import { isEnvelope, readEnvelope, type Envelope } from './envelope.ts'
import { GraphError, type GraphErrorFacts, type Verdict } from './error.ts'
import type { RawAnswer } from './exchange.ts'
import { redact } from './redact.ts'
import { PAGE_PERMISSION } from './refusal-words.ts'
import { ANOTHER_PROGRAM } from './remedies.ts'
import { readRetryAfterMs, readUsage, type Headers } from './usage.ts'
import { decide, findRow } from './decide.ts'
import type { VerdictRow } from './verdict-rows.ts'

/** What was asked, as far as it decides what an answer means. */
export interface CallFacts {
  /** The low-cardinality name of the call. */
  edge: string
  /** Whether a repetition would be seen: what does not prove that the call was not carried out is then `ambiguous`. */
  once?: boolean
  /** Whether it goes out with the app token: what sounds like a dead token is then a wrong app id or secret. */
  asApp?: boolean
  /** The Page it is made for: limits of other Pages and accounts in the answer do not concern it. */
  pageId?: string
  /** What it means that a permission is missing which Graph does not name, where this call needs one of its own. */
  ifNotPermitted?: Pick<GraphErrorFacts, 'reach' | 'remedy' | 'byToken'>
  /** Must not appear in an error, should Graph quote it. */
  secrets?: readonly string[]
}

export interface CallResult {
  body: JsonObject
  headers: Headers
}

/** @returns `isGraphs`: Graph itself has written the answer, just now; `read`: what it says */
export const readAnswer = (
  asked: CallFacts,
  raw: RawAnswer,
): { isGraphs: boolean; read: CallResult | GraphError } => {
  const body = parse(raw.text)
  const error = body?.['error'] ?? null
  // The body decides; the status only where there is no body to read (docs/messenger-platform.md#c1).
  if (isJsonObject(error)) {
    return { isGraphs: isEnvelope(error) && !isRepeated(raw), read: refused(asked, raw, error) }
  }
  if (body && error === null && isSuccess(raw.status)) {
    return { isGraphs: !isRepeated(raw), read: { body, headers: raw.headers } }
  }
  return { isGraphs: false, read: unreadable(asked, raw) }
}

/** Whether a cache repeats what Graph said earlier. */
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
      // The numbers of limits are Graph's alone, also where it leaves out the rest.
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

/** Whether the row says neither whom a refusal is about nor what mends it. */
const isUnspecific = (row: VerdictRow | undefined): boolean =>
  row?.reach === undefined && row?.remedy === undefined

const aboutOf = ({ reach, byToken, errorCode }: VerdictRow) => ({
  ...(reach && { reach }),
  ...(byToken && { byToken }),
  ...(errorCode && { code: errorCode }),
})

/** The error for an HTML page, half a body or a proxy's own text: the result of the call is unknown, and so is for how long. */
const unreadable = (asked: CallFacts, raw: RawAnswer): GraphError =>
  new GraphError(`Facebook answered "${asked.edge}" with HTTP ${raw.status} and no JSON object`, {
    verdict: verdictUnread(asked, raw.status),
    edge: asked.edge,
    httpStatus: raw.status,
    retryAfterMs: waitOf(asked, raw, false),
    answered: !isUnfinished(raw.status),
    ...(isRefusal(raw.status) && { remedy: ANOTHER_PROGRAM }),
  })

/** The longest wait that is believed of an answer which is not Graph's: a whole day of it would close every messaging window. */
const STRANGERS_WAIT_MS = 15 * 60_000

/** How long is waited because of an answer. What the usage of this very Page says is Facebook's word in any answer. */
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

/** Whether a gateway has said so because it waits no longer, or has lost Graph: that may still be at work behind it. */
const isUnfinished = (status: number): boolean =>
  status === 408 || (status > 500 && !OF_AN_OUTAGE.has(status))

/** Facebook's own edge answers so with a page for people, and then nothing is under way. */
const OF_AN_OUTAGE: ReadonlySet<number> = new Set([501, 503])

const parse = (text: string): JsonObject | undefined => {
  try {
    const value = parseJson(unmarked(text))
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
