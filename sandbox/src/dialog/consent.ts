import type { SandboxParts } from '../parts.ts'
import { addUser } from '../populate.ts'
import type { Login } from '../tokens.ts'
import type { User } from '../world.ts'
import { openScopes, type DialogRequest } from './request.ts'

/** The parameters of the redirect to the bot. */
export type DialogAnswer = Record<string, string>

/** The dialog was closed: neither `error` nor `error_reason` comes (docs/messenger-platform.md#m). */
export const CLOSED: DialogAnswer = { error_code: '4201', error_message: 'User canceled the Dialog flow' }

/** The app is not active for this person (docs/messenger-platform.md#m). */
export const NOT_ACTIVE = {
  error_code: '1349126',
  error_message:
    'App not active: This app is not accessible right now and the app developer is aware of the issue. You will be able to log in when the app is reactivated.',
} satisfies DialogAnswer

export const DENIED: DialogAnswer = {
  error: 'access_denied',
  error_code: '200',
  error_description: 'Permissions error',
  error_reason: 'user_denied',
}

/** The person agreed to the ticked permissions and Pages. */
export const consent = (
  parts: SandboxParts,
  asked: DialogRequest,
  user: User,
  ticked: { scopes: readonly string[]; pageIds: readonly string[] },
): DialogAnswer => {
  const before = user.grants.get(asked.app.id)
  const open = openScopes(asked, user)
  const granted = open.filter((scope) => ticked.scopes.includes(scope))
  const declined = asked.scopes.filter((scope) => !granted.includes(scope) && scope !== 'public_profile')
  const pageIds = ticked.pageIds.filter((id) => parts.world.pages.has(id))
  const login: Login & { redirectUri: string } = {
    user: asked.token === 'system_user' ? systemUser(parts, asked, user, pageIds) : user,
    app: asked.app,
    // A permission granted before and not asked for now stays granted.
    scopes: [...new Set(['public_profile', ...granted, ...kept(before?.scopes, asked.scopes)])],
    declined: [...new Set([...declined, ...kept(before?.declined, asked.scopes)])],
    pageIds,
    authType: asked.authType,
    redirectUri: asked.redirectUri,
  }
  parts.bus.stateChanged()
  return {
    ...(asked.wants.has('code') && { code: parts.tokens.logInForCode(login) }),
    ...(asked.wants.has('token') && tokenAnswer(parts, login)),
    ...(asked.wants.has('granted_scopes') && {
      granted_scopes: login.scopes.join(','),
      denied_scopes: (login.declined ?? []).join(','),
    }),
  }
}

const kept = (before: ReadonlySet<string> | undefined, asked: readonly string[]): string[] =>
  [...(before ?? [])].filter((scope) => !asked.includes(scope))

const tokenAnswer = (parts: SandboxParts, login: Login): DialogAnswer => {
  const token = parts.tokens.logIn(login)
  const lifeMs = token.expiresAtMs === null ? 0 : token.expiresAtMs - parts.clock.nowMs()
  return { access_token: token.value, expires_in: String(Math.floor(lifeMs / 1000)) }
}

/** The business integration system user of Login for Business (docs/messenger-platform.md#b7): one for each app and person. */
const systemUser = (
  { world, rng }: SandboxParts,
  { app }: DialogRequest,
  person: User,
  pageIds: readonly string[],
): User => {
  const name = `${app.name} for ${person.name}`
  const known = [...world.users.values()].find((user) => user.system && user.name === name)
  const user = known ?? addUser(world, rng, { name, system: true, appRole: null })
  for (const id of pageIds) {
    const page = world.pages.get(id)
    const tasks = page?.roles.get(person.id)
    if (page && tasks) page.roles.set(user.id, tasks)
  }
  return user
}
