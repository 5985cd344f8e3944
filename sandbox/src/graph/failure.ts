/** The envelope of docs/messenger-platform.md#c1; `fbtrace_id` is added when it is sent. */
export interface ErrorEnvelope {
  message: string
  type: string
  code: number
  error_subcode?: number
  is_transient?: boolean
  error_user_title?: string
  error_user_msg?: string
}

/** A Graph call that Facebook would refuse. */
export class GraphFailure extends Error {
  override readonly name = 'GraphFailure'
  readonly status: number
  readonly envelope: ErrorEnvelope
  /** The second word of `WWW-Authenticate`; null where Facebook sends no such header. */
  readonly challenge: 'invalid_token' | 'invalid_code' | 'invalid_request' | null
  readonly headers: Record<string, string>

  constructor(
    envelope: Omit<ErrorEnvelope, 'type'> & { type?: string },
    options: {
      status?: number
      challenge?: GraphFailure['challenge']
      headers?: Record<string, string>
    } = {},
  ) {
    super(envelope.message)
    this.status = options.status ?? 400
    this.challenge = options.challenge ?? null
    this.headers = options.headers ?? {}
    this.envelope = { ...envelope, type: envelope.type ?? 'OAuthException' }
  }
}

/** `(#100) ...`: a parameter Facebook does not take. */
export const badParameter = (message: string, subcode?: number): GraphFailure =>
  new GraphFailure({
    message: `(#100) ${message}`,
    code: 100,
    ...(subcode !== undefined && { error_subcode: subcode }),
  })

export const missingParameter = (name: string): GraphFailure =>
  badParameter(`The parameter ${name} is required`)

/** Keys that an object of a send or of a profile cannot have. */
export const invalidKeys = (keys: readonly string[], name: string): GraphFailure =>
  badParameter(`Invalid keys "${keys.join(', ')}" were found in param "${name}".`)

export const notAnAddress = (name: string): GraphFailure =>
  badParameter(`${name} should represent a valid URL`)

/** The error for a required list that is empty. */
export const emptyList = (name: string): GraphFailure => badParameter(`param ${name} must be non-empty.`)

export const tooFew = (name: string): GraphFailure =>
  new GraphFailure({ message: `(#194) param ${name} has too few elements.`, code: 194 })

export const tooMany = (name: string): GraphFailure =>
  new GraphFailure({ message: `(#105) param ${name} has too many elements.`, code: 105 })

export const tooLong = (name: string, most: number): GraphFailure =>
  badParameter(`Length of param ${name} must be less than or equal to ${most}`)

export const notOneOf = (name: string, allowed: readonly string[]): GraphFailure =>
  badParameter(`Param ${name} must be one of {${allowed.join(', ').toUpperCase()}}`)

export const permissionMissing = (message: string): GraphFailure =>
  new GraphFailure({ message: `(#200) ${message}`, code: 200 }, { status: 403 })

/** Permissions whose lack has a code of its own, with the recorded status (docs/messenger-platform.md#m). */
const LACKING: Record<string, { code: number; status: number }> = {
  pages_messaging: { code: 230, status: 403 },
  pages_read_engagement: { code: 283, status: 400 },
}

/** The error for a token without this permission. */
export const scopeMissing = (scope: string): GraphFailure => {
  const { code, status } = LACKING[scope] ?? { code: 200, status: 403 }
  return new GraphFailure(
    { message: `(#${code}) Requires ${scope} permission to manage the object`, code },
    { status },
  )
}

export const tokenInvalid = (message: string, subcode?: number): GraphFailure =>
  new GraphFailure(
    { message, code: 190, ...(subcode !== undefined && { error_subcode: subcode }) },
    { challenge: 'invalid_token' },
  )

/** The error for a text that is no token of this sandbox, in the words recorded for cut tokens and for other texts (docs/messenger-platform.md#m). */
export const unknownToken = (token: string): GraphFailure =>
  tokenInvalid(
    token.startsWith('EAA')
      ? 'The access token could not be decrypted'
      : 'Invalid OAuth access token - Cannot parse access token',
  )

/**
 * docs/messenger-platform.md#c3, 100/33: the object does not exist, is not permitted, or has no such operation; Facebook does not
 * say which.
 */
export const unsupported = (method: string, id: string): GraphFailure =>
  new GraphFailure({
    message: `Unsupported ${method.toLowerCase()} request. Object with ID '${id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation. Please read the Graph API documentation at https://developers.facebook.com/docs/graph-api`,
    type: 'GraphMethodException',
    code: 100,
    error_subcode: 33,
  })

/** The error for a word in place of an id that is no name of a Page either; recorded for every version. */
export const aliasMissing = (alias: string): GraphFailure =>
  new GraphFailure({ message: `(#803) Some of the aliases you requested do not exist: ${alias}`, code: 803 })

/** Also a GET of an edge that this type of node does not have. */
export const nonexistingField = (name: string, nodeType: string): GraphFailure =>
  badParameter(`Tried accessing nonexisting field (${name}) on node type (${nodeType})`)

/**
 * The error for an edge that the sandbox does not model, or for a change of the node itself: a code of Facebook's with the
 * sandbox's own words.
 */
export const notModelled = (edge: string, nodeType: string): GraphFailure =>
  notPlayed(`${edge === '' ? 'changes' : `the edge ${edge}`} of node type ${nodeType}`)

/** The error for a part of a call that the sandbox does not model. */
export const notPlayed = (what: string): GraphFailure =>
  new GraphFailure({
    message: `(#3) Application does not have the capability to make this API call. The sandbox does not model ${what}.`,
    code: 3,
  })

export const unknownPath = (rest: string): GraphFailure =>
  new GraphFailure({ message: `Unknown path components: /${rest}`, code: 2500 })
