/** The closed list of codes a {@link BotError} can carry. `docs/errors.md` explains each; a test keeps both equal. */
export const BOT_ERROR_CODES = [
  'BOT_CONFIG_INVALID',
  'BOT_SCRIPT_INVALID',
  'BOT_HANDLERS_INVALID',
  'BOT_SIGNATURE_INVALID',
  'BOT_VERIFICATION_FAILED',
  'BOT_BODY_INVALID',
  'BOT_BODY_TOO_LARGE',
  'BOT_BODY_UNFINISHED',
  'BOT_OBJECT_MISSING',
  'BOT_RATE_LIMITED',
  'BOT_STORE_UNAVAILABLE',
  'BOT_STORE_REFUSED',
  'BOT_SCRIPT_NOT_EDITABLE',
  'BOT_SCRIPT_READ_ONLY',
  'BOT_SCRIPT_CHANGED',
  'BOT_STORE_DAMAGED',
  'BOT_DATA_DIR_IN_USE',
  'BOT_DATA_NOT_MOVED',
  'BOT_TOKEN_STORE_UNREADABLE',
  'BOT_TOKEN_KEY_WRONG',
  'BOT_GRAPH_REJECTED',
  'BOT_GRAPH_UNREACHABLE',
  'BOT_APP_CREDENTIALS_WRONG',
  'BOT_USER_TOKEN_INVALID',
  'BOT_USER_TOKEN_FOREIGN',
  'BOT_USER_TOKEN_SCOPE_MISSING',
  'BOT_PAGE_NOT_FOUND',
  'BOT_PAGE_CHOICE_NEEDED',
  'BOT_PAGE_TASK_MISSING',
  'BOT_PAGE_TOKEN_EXPIRES',
  'BOT_PAGE_TOKEN_UNPROVEN',
  'BOT_PAGE_TOKEN_INVALID',
  'BOT_SUBSCRIPTION_FAILED',
  'BOT_USAGE',
  'BOT_SIGN_IN_NEEDED',
  'BOT_SIGN_IN_FAILED',
  'BOT_FORM_REFUSED',
  'BOT_ROLE_MISSING',
  'BOT_ROUTE_UNKNOWN',
  'BOT_REQUEST_INVALID',
  'BOT_INTERNAL',
] as const

export type BotErrorCode = (typeof BOT_ERROR_CODES)[number]

export interface BotErrorOptions extends ErrorOptions {
  /** Whether the same call may succeed later without an operator. */
  retryable?: boolean
  /** What the reader of the message should do next, as one sentence. */
  remedy?: string
}

/** An error that the bot throws on purpose. Never holds a token, a secret or a visitor's text. */
export class BotError extends Error {
  override readonly name: string = 'BotError'
  readonly code: BotErrorCode
  /** Whether the same call may succeed later without an operator. */
  readonly retryable: boolean
  /** What to do next, as one sentence; absent where nothing can be done. */
  readonly remedy: string | undefined

  constructor(code: BotErrorCode, message: string, options: BotErrorOptions = {}) {
    super(message, options)
    this.code = code
    this.retryable = options.retryable ?? false
    this.remedy = options.remedy
  }
}
