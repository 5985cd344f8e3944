import type { SandboxParts } from '../../parts.ts'
import type { App, Token } from '../../world.ts'
import type { Call, Caller } from '../call.ts'
import { appOfToken, identify } from '../identify.ts'
import { badParameter, GraphFailure, nonexistingField, unknownToken } from '../failure.ts'
import { wantedFields } from '../fields.ts'
import { requiredText } from '../params.ts'
import { seconds } from './edge.ts'

/** Permissions for Pages, which may be limited to some Pages. */
const PAGE_SCOPE = /^(pages_|read_insights|business_management)/

/** docs/messenger-platform.md#b5. A dead token is answered with HTTP 200, not with an error. */
export const debugToken = (
  parts: SandboxParts,
  call: Call,
): { body: object; headers: Record<string, string> } => {
  const caller = identify(parts, call)
  const headers = parts.usage.count(caller, { edge: 'debug_token' })
  const app = askingApp(caller)
  const input = requiredText(call.params, 'input_token')
  return { body: { data: asked(call, inspect(parts, app, input)) }, headers }
}

/** The fields of the reference page, of which a call may name some. */
const FIELDS = [
  'app_id',
  'application',
  'data_access_expires_at',
  'error',
  'expires_at',
  'granular_scopes',
  'is_valid',
  'issued_at',
  'metadata',
  'profile_id',
  'scopes',
  'type',
  'user_id',
]

const asked = (call: Call, token: Record<string, unknown>): object => {
  const names = wantedFields(call, '').map(({ name }) => name)
  const strange = names.find((name) => !FIELDS.includes(name))
  if (strange !== undefined) throw nonexistingField(strange, 'DebugTokenData')
  if (names.length === 0) return token
  return Object.fromEntries(Object.entries(token).filter(([name]) => names.includes(name)))
}

const askingApp = (caller: Caller): App => {
  if (caller.kind === 'app') return caller.app
  const role = caller.kind === 'user' ? caller.user.appRole : null
  if (role === 'admin' || role === 'developer') return caller.app
  throw badParameter(
    'You must provide an app access token, or a user access token that is an owner or developer of the app',
  )
}

const inspect = (parts: SandboxParts, app: App, input: string): Record<string, unknown> => {
  const bar = input.indexOf('|')
  if (bar >= 0) return inspectAppToken(parts, app, input)
  const token = parts.tokens.find(input)
  if (!token) {
    return { error: { code: 190, message: unknownToken(input).message }, is_valid: false, scopes: [] }
  }
  if (token.session.appId !== app.id)
    throw badParameter('The App_id in the input_token did not match the Viewing App')

  const death = parts.tokens.death(token)
  const scopes = death ? [] : parts.tokens.scopes(token)
  return {
    app_id: app.id,
    type: token.type,
    application: app.name,
    data_access_expires_at: token.type === 'SYSTEM_USER' ? 0 : seconds(token.session.dataAccessExpiresAtMs),
    ...(death && {
      error: {
        code: 190,
        message: death.message,
        ...(death.subcode !== undefined && { subcode: death.subcode }),
      },
    }),
    expires_at: token.expiresAtMs === null ? 0 : seconds(token.expiresAtMs),
    is_valid: !death,
    // Only long-lived tokens tell when they were issued.
    ...(token.longLived && { issued_at: seconds(token.issuedAtMs) }),
    ...(token.session.authType !== null && { metadata: { auth_type: token.session.authType } }),
    ...(token.pageId !== null && { profile_id: token.pageId }),
    scopes,
    granular_scopes: granularScopes(parts, token, scopes),
    user_id: token.session.userId,
  }
}

const inspectAppToken = (parts: SandboxParts, app: App, input: string): Record<string, unknown> => {
  try {
    if (appOfToken(parts, input) === app) {
      return { app_id: app.id, type: 'APP', application: app.name, is_valid: true, scopes: [] }
    }
  } catch (error) {
    if (!(error instanceof GraphFailure)) throw error
  }
  return {
    error: { code: 190, message: 'Invalid OAuth access token signature.' },
    is_valid: false,
    scopes: [],
  }
}

/** Absent `target_ids` means all Pages: trap K5. */
const granularScopes = (parts: SandboxParts, token: Token, scopes: readonly string[]): object[] => {
  const pageIds = parts.tokens.grant(token)?.pageIds
  return scopes
    .filter((scope) => PAGE_SCOPE.test(scope))
    .map((scope) => ({ scope, ...(pageIds && { target_ids: pageIds }) }))
}
