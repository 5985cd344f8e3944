import type { FinalRefusal } from '../messages.ts'
import { BotError, type BotErrorCode } from '../base/errors.ts'

/** How the bot treats a Graph error. Decided once, by the table in `verdicts.ts`. */
export type Verdict =
  | 'token_invalid'
  | 'configuration'
  | 'permission'
  | 'restricted'
  | 'rate_limited'
  /** Facebook will never accept this call. */
  | FinalRefusal
  /** The call was not carried out, or may be repeated without harm; a later one may succeed. */
  | 'transient'
  /** The call may have been carried out. Only for calls whose repetition a visitor would see. */
  | 'ambiguous'
  /** A refusal that the table does not describe; a call whose repetition a visitor would see may have been carried out. */
  | 'unknown'

/** Whether a refusal is about the Page and its app as a whole, or about one visitor. */
export type Reach = 'page' | 'visitor'

/** A fact in an answer, beyond its verdict, that decides the next step. It comes from a row of `verdicts.ts`. */
export type Hint =
  /** Graph wants smaller pages of a list. */
  | 'less_data'
  /** The token that was inspected belongs to another app. */
  | 'another_app'
  /** The token of the call is dead; with this subcode `debug_token` need not be asked. */
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
  /** The wait that the usage headers or `Retry-After` ask for, in ms. */
  retryAfterMs?: number | null
  /** The row's meaning, as the end of a sentence; null for an error without a row in `VERDICTS`. */
  meaning?: string | null
  /** {@link meaning} followed by Facebook's own words in quotation marks, as the end of a sentence. */
  said?: string | null
  hint?: Hint | null
  /** The step that mends it, as one or two sentences; absent where only the caller knows it. */
  remedy?: string | undefined
  /** By default `page` for the verdicts in `PAGE_WIDE`, `visitor` for all others. */
  reach?: Reach
  /** Whether the same call may be accepted a moment later although the verdict is final. */
  mayPass?: boolean
  /** Whether Facebook has finished the call, so that it cannot take effect later. */
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

  /** The cure that the table of refusals names; it is more precise than one for all refusals of a call. */
  get cure(): { remedy: string; byToken: boolean } | null {
    return this.remedy === undefined ? null : { remedy: this.remedy, byToken: this.byToken }
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
