import { createHmac, timingSafeEqual } from 'node:crypto'
import type { SandboxParts } from '../parts.ts'
import type { App } from '../world.ts'
import type { Call, Caller, PageCaller } from './call.ts'
import { GraphFailure, permissionMissing, scopeMissing, tokenInvalid, unknownToken } from './failure.ts'
import { optionalText } from './params.ts'

/** The caller, after its token and proof were checked. */
export const identify = (parts: SandboxParts, call: Call): Caller => {
  if (call.token === null || call.token === '') throw call.path[0] === 'me' ? noActiveToken() : noToken()
  const app = appOfToken(parts, call.token)
  if (app) return { kind: 'app', app }

  const token = parts.tokens.find(call.token)
  if (!token) throw unknownToken(call.token)
  const death = parts.tokens.death(token)
  if (death) throw tokenInvalid(death.message, death.subcode)

  const owner = parts.world.apps.get(token.session.appId)
  const user = parts.world.users.get(token.session.userId)
  if (!owner || !user) throw tokenInvalid('Invalid OAuth access token.')
  checkProof(owner, call)
  if (token.pageId === null) return { kind: 'user', app: owner, user, token }
  const page = parts.world.pages.get(token.pageId)
  if (!page) throw tokenInvalid('This Page access token belongs to a Page that is not accessible.')
  return { kind: 'page', app: owner, user, page, token }
}

/** `me` names no object without the token of a person or a Page. */
export const noActiveToken = () =>
  new GraphFailure(
    {
      message: 'An active access token must be used to query information about the current user.',
      code: 2500,
    },
    { challenge: 'invalid_request' },
  )

const noToken = () =>
  new GraphFailure(
    { message: 'An access token is required to request this resource.', code: 104 },
    { challenge: 'invalid_request' },
  )

/** The app whose `{app-id}|{app-secret}` this is; undefined for any other kind of token. */
export const appOfToken = (parts: SandboxParts, token: string): App | undefined => {
  const bar = token.indexOf('|')
  if (bar < 0) return undefined
  const app = parts.world.apps.get(token.slice(0, bar))
  if (!app || !sameText(token.slice(bar + 1), app.secret)) {
    throw tokenInvalid('Invalid OAuth access token signature.')
  }
  return app
}

/** Refuses unless the token still has this permission and, where a task is named, its person that task on the Page. */
export const demand = (parts: SandboxParts, caller: PageCaller, scope: string, task?: string): void => {
  if (!parts.tokens.scopes(caller.token).includes(scope)) {
    throw scopeMissing(scope)
  }
  const ticked = parts.tokens.grant(caller.token)?.pageIds
  if (ticked && !ticked.includes(caller.page.id)) {
    throw scopeMissing(scope)
  }
  if (task !== undefined && !caller.page.roles.get(caller.user.id)?.includes(task)) {
    throw permissionMissing(
      'User does not have sufficient administrative permission for this action on this page. If the page business requires Two Factor Authentication, the user also needs to enable Two Factor Authentication.',
    )
  }
}

const checkProof = (app: App, call: Call): void => {
  const proof = optionalText(call.params, 'appsecret_proof')
  if (proof === undefined) {
    if (!app.requireProof) return
    throw methodFailure('API calls from the server require an appsecret_proof argument')
  }
  const expected = createHmac('sha256', app.secret)
    .update(call.token ?? '')
    .digest('hex')
  if (!sameText(proof, expected)) throw methodFailure('Invalid appsecret_proof provided in the API argument')
}

const methodFailure = (message: string) =>
  new GraphFailure({ message, type: 'GraphMethodException', code: 100 }, { challenge: 'invalid_request' })

const sameText = (given: string, expected: string): boolean => {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)]
  return left.length === right.length && timingSafeEqual(left, right)
}
