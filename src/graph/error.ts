import type { FinalRefusal } from '../messages.ts'
import { BotError, type BotErrorCode } from '../base/errors.ts'

/** What a Graph error means for us. Decided once, by the table in `verdicts.ts`. */
export type Verdict =
  | 'token_invalid'
  | 'configuration'
  | 'permission'
  | 'restricted'
  | 'rate_limited'
  /** What is sent will never be taken. */
  | FinalRefusal
  /** It was not carried out, and may be later. */
  | 'transient'
  /** It may have been carried out. Only for calls whose repetition would be seen. */
  | 'ambiguous'
  /** A refusal the table does not describe; on a call whose repetition would be seen it may have been carried out. */
  | 'unknown'

/** What a refusal is about: the Page and its app as a whole, or one visitor. */
export type Reach = 'page' | 'visitor'

/** What an answer says that decides what we do next, beyond its verdict. The table in `verdicts.ts` knows it. */
export type Hint =
  /** Less is to be asked for at a time. */
  | 'less_data'
  /** The token that was inspected belongs to another app. */
  | 'another_app'
  /** The token the call was made with is dead; this subcode needs no second opinion. */
  | 'token_dead'

export interface GraphErrorFacts {
  verdict: Verdict
  /** The low-cardinality name of the call, such as `messages` or `debug_token`. */
  edge: string
  /** Absent where Graph sent no error envelope (time-out, HTML, reset). */
  graphCode?: number | null
  subcode?: number | null
  fbtraceId?: string | null
  httpStatus?: number | null
  /** How long the usage headers or `Retry-After` ask us to wait, in ms. */
  retryAfterMs?: number | null
  /** What it means in our words, as the end of a sentence; null for an error that is not in `VERDICTS`. */
  meaning?: string | null
  /** {@link meaning} together with Facebook's own words, as the end of a sentence. */
  said?: string | null
  hint?: Hint | null
  /** What mends it, as one or two sentences; absent where only the caller knows. */
  remedy?: string | undefined
  /** The page as a whole unless the verdict or the table says otherwise. */
  reach?: Reach
  /** Whether the same call may be accepted a moment later although the verdict is final. */
  mayPass?: boolean
  /** Whether Facebook has ended the call: it does nothing more about it. */
  answered?: boolean
  /** Replaces the code that follows from the verdict. */
  code?: BotErrorCode
  /** Whether a new user token mends it. */
  byToken?: boolean
}

/** A Graph call that failed. The message holds no token, no URL and no visitor's text. */
export class GraphError extends BotError {
  override readonly name = 'GraphError'
  readonly verdict: Verdict
  readonly edge: string
  readonly graphCode: number | null
  readonly subcode: number | null
  readonly fbtraceId: string | null
  readonly httpStatus: number | null
  readonly retryAfterMs: number | null
  readonly meaning: string | null
  readonly said: string | null
  readonly hint: Hint | null
  readonly reach: Reach
  readonly mayPass: boolean
  readonly answered: boolean
  readonly byToken: boolean

  constructor(message: string, facts: GraphErrorFacts, options: ErrorOptions = {}) {
    super(facts.code ?? CODES[facts.verdict] ?? 'BOT_GRAPH_REJECTED', message, {
      ...options,
      ...(facts.remedy !== undefined && { remedy: facts.remedy }),
      retryable:
        facts.verdict === 'transient' || facts.verdict === 'ambiguous' || facts.verdict === 'rate_limited',
    })
    this.verdict = facts.verdict
    this.edge = facts.edge
    this.graphCode = facts.graphCode ?? null
    this.subcode = facts.subcode ?? null
    this.fbtraceId = facts.fbtraceId ?? null
    this.httpStatus = facts.httpStatus ?? null
    this.retryAfterMs = facts.retryAfterMs ?? null
    this.meaning = facts.meaning ?? null
    this.said = facts.said ?? null
    this.hint = facts.hint ?? null
    this.reach = facts.reach ?? (PAGE_WIDE.has(facts.verdict) ? 'page' : 'visitor')
    this.mayPass = facts.mayPass ?? false
    this.answered = facts.answered ?? this.httpStatus !== null
    this.byToken = facts.byToken ?? false
  }
}

const CODES: Partial<Record<Verdict, BotErrorCode>> = {
  token_invalid: 'BOT_PAGE_TOKEN_INVALID',
  configuration: 'BOT_APP_CREDENTIALS_WRONG',
  transient: 'BOT_GRAPH_UNREACHABLE',
  ambiguous: 'BOT_GRAPH_UNREACHABLE',
}

const PAGE_WIDE: ReadonlySet<Verdict> = new Set([
  'token_invalid',
  'configuration',
  'permission',
  'restricted',
  'rate_limited',
])
