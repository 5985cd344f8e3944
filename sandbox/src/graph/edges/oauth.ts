import { timingSafeEqual } from 'node:crypto'
import type { SandboxParts } from '../../parts.ts'
import type { App, Token } from '../../world.ts'
import type { Call } from '../call.ts'
import { GraphFailure, missingParameter, tokenInvalid, unknownToken } from '../failure.ts'
import { optionalText, requiredText } from '../params.ts'
import { seconds } from './edge.ts'

/** `/oauth/access_token`: exchanges a user token, an authorization code, or the app's own credentials (docs/messenger-platform.md#b2, #b3). */
export const accessToken = (parts: SandboxParts, call: Call): object => {
  const app = authenticate(parts, call)
  const grantType = optionalText(call.params, 'grant_type') ?? 'authorization_code'
  if (grantType === 'client_credentials') {
    return { access_token: `${app.id}|${app.secret}`, token_type: 'bearer' }
  }
  if (grantType === 'fb_exchange_token')
    return answer(parts, parts.tokens.exchange(exchangeable(parts, call, app)))
  if (grantType === 'authorization_code') return answer(parts, redeem(parts, call, app))
  throw new GraphFailure({ message: `Unsupported grant_type: ${grantType.slice(0, 40)}`, code: 1 })
}

/** `/oauth/client_code`: a code by which a client of the app gets a token of its own (docs/messenger-platform.md#b3). */
export const clientCode = (parts: SandboxParts, call: Call): object => {
  const app = authenticate(parts, call)
  const redirectUri = optionalText(call.params, 'redirect_uri')
  if (redirectUri === undefined)
    throw new GraphFailure({ message: 'Missing redirect_uri parameter.', code: 191 })
  const given = requiredText(call.params, 'access_token')
  const token = parts.tokens.find(given)
  if (!token) throw unknownToken(given)
  const death = parts.tokens.death(token)
  if (token.session.appId !== app.id || token.type === 'PAGE' || !token.longLived) {
    throw tokenInvalid('Invalid OAuth access token.')
  }
  if (death) throw tokenInvalid(death.message, death.subcode)
  return { code: parts.tokens.codeFor(token, redirectUri) }
}

const authenticate = (parts: SandboxParts, call: Call): App => {
  const clientId = optionalText(call.params, 'client_id')
  if (clientId === undefined) throw new GraphFailure({ message: 'Missing client_id parameter.', code: 101 })
  const app = parts.world.apps.get(clientId)
  if (!app) {
    // Code 190 here means the app, not the token: trap K13.
    throw new GraphFailure({
      message: 'Error validating application. Cannot get application info due to a system error.',
      code: 190,
    })
  }
  const secret = optionalText(call.params, 'client_secret')
  if (secret === undefined) throw new GraphFailure({ message: 'Missing client_secret parameter.', code: 1 })
  const [given, expected] = [Buffer.from(secret), Buffer.from(app.secret)]
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new GraphFailure({ message: 'Error validating client secret.', code: 1 })
  }
  return app
}

const exchangeable = (parts: SandboxParts, call: Call, app: App): Token => {
  const given = requiredText(call.params, 'fb_exchange_token')
  const token = parts.tokens.find(given)
  if (!token) throw unknownToken(given)
  // A token of another app cannot be read with this one's key.
  if (token.session.appId !== app.id || token.type === 'PAGE') {
    throw tokenInvalid('Invalid OAuth access token.')
  }
  const death = parts.tokens.death(token)
  if (death) throw tokenInvalid(death.message, death.subcode)
  return token
}

const redeem = (parts: SandboxParts, call: Call, app: App): Token => {
  const redirectUri = optionalText(call.params, 'redirect_uri')
  if (redirectUri === undefined)
    throw new GraphFailure({ message: 'Missing redirect_uri parameter.', code: 191 })
  const text = optionalText(call.params, 'code')
  if (text === undefined) throw missingParameter('code')
  const code = parts.world.codes.get(text)
  if (!code || code.session.appId !== app.id) throw codeInvalid('Invalid verification code format.')
  if (code.used) throw codeInvalid('This authorization code has been used.', 36009)
  if (code.expiresAtMs <= parts.clock.nowMs())
    throw codeInvalid('This authorization code has expired.', 36007)
  if (code.redirectUri !== redirectUri) {
    throw codeInvalid(
      'Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth dialog request',
      36008,
    )
  }
  return parts.tokens.redeem(code)
}

const codeInvalid = (message: string, subcode?: number) =>
  new GraphFailure(
    { message, code: 100, ...(subcode !== undefined && { error_subcode: subcode }) },
    { challenge: 'invalid_code' },
  )

const answer = (parts: SandboxParts, token: Token): object => ({
  access_token: token.value,
  token_type: 'bearer',
  // `expires_in` is left out for a token that never expires.
  ...(token.expiresAtMs !== null && { expires_in: seconds(token.expiresAtMs - parts.clock.nowMs()) }),
})
