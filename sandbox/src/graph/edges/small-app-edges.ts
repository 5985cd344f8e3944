import type { SandboxParts } from '../../parts.ts'
import { addUser } from '../../populate.ts'
import { DEFAULT_SCOPES } from '../../tokens.ts'
import type { Call } from '../call.ts'
import { unsupported } from '../failure.ts'
import { optionalList, optionalText, requiredText } from '../params.ts'
import type { Edge, EdgeContext } from './edge.ts'
import { asApp } from './subscriptions.ts'

/** Small edges of an app. */

const roles: Edge = (context) => {
  const app = asApp(context)
  const people = [...context.parts.world.users.values()].filter(({ appRole }) => appRole !== null)
  return {
    data: people.map(({ id, appRole }) => ({ app_id: app.id, user: id, role: ROLES[appRole ?? 'tester'] })),
  }
}

const ROLES = { admin: 'administrators', developer: 'developers', tester: 'testers' } as const

/** Test users: people with a role on the app, each with a fresh token. */
const addTestUser: Edge = (context) => {
  const app = asApp(context)
  const { parts, call } = context
  const name = optionalText(call.params, 'name') ?? 'Tessa Tester'
  const user = addUser(parts.world, parts.rng, { name, appRole: 'tester' })
  const installed = optionalText(call.params, 'installed') !== 'false'
  const scopes = optionalList(call.params, 'permissions') ?? DEFAULT_SCOPES
  const token = installed ? parts.tokens.logIn({ user, app, scopes, pageIds: [] }) : null
  parts.bus.stateChanged()
  return {
    id: user.id,
    ...(token && { access_token: token.value }),
    login_url: `https://developers.facebook.com/checkpoint/test-user-login/${user.id}/`,
    email: `${user.id}@tfbnw.net`,
  }
}

const testUsers: Edge = (context) => {
  const app = asApp(context)
  const { parts } = context
  const people = [...parts.world.users.values()].filter(({ appRole }) => appRole === 'tester')
  const tokenOf = (userId: string) =>
    [...parts.world.tokens.values()].findLast(
      ({ session, type }) => type === 'USER' && session.userId === userId && session.appId === app.id,
    )?.value
  return {
    data: people.map(({ id }) => ({
      id,
      ...(tokenOf(id) !== undefined && { access_token: tokenOf(id) }),
      login_url: `https://developers.facebook.com/checkpoint/test-user-login/${id}/`,
    })),
  }
}

const activities: Edge = ({ parts, call, node }) => takeAppEvent(parts, call, node.id)

export const SMALL_APP_EDGES: Record<string, Edge> = {
  'Application GET roles': roles,
  'Application GET accounts': testUsers,
  'Application POST accounts': addTestUser,
  'Application POST activities': activities,
  'Application POST page_activities': activities,
}

/** Events of an app come without any token: the app's own clients report them. */
export const isAppEvent = ({ method, path, token }: Call): boolean =>
  method === 'POST' && path.length === 2 && path[1] === 'activities' && (token ?? '') === ''

/** Accepts events of an existing app and ignores them. */
export const takeAppEvent = (parts: SandboxParts, call: Call, appId = call.path[0] ?? ''): object => {
  if (!parts.world.apps.has(appId)) throw unsupported(call.method, appId)
  requiredText(call.params, 'event')
  return { success: true }
}

/** `/{app-id}/accounts/test-users` is the older address of the same. */
export const isTestUsers = ({ call, node }: Pick<EdgeContext, 'call' | 'node'>): boolean =>
  node.type === 'Application' && call.path[1] === 'accounts' && call.path[2] === 'test-users'
