import { asText, parseForm } from '../graph/params.ts'
import { splitAddress } from '../graph/request.ts'
import type { SandboxParts } from '../parts.ts'
import type { App, Page, User } from '../world.ts'

/** The parameters with which the bot opened the dialog (docs/messenger-platform.md#b3). */
export interface DialogRequest {
  app: App
  redirectUri: string
  state: string | null
  scopes: string[]
  /** The requested response type. */
  wants: ReadonlySet<'code' | 'token' | 'granted_scopes'>
  /** `rerequest` asks again for declined permissions, `reauthorize` renews data access. */
  authType: string | null
  /** The kind of token: with a configuration of Login for Business, a system user's token instead of the person's. */
  token: 'user' | 'system_user'
  byConfig: boolean
  /** The person already chosen in this dialog. */
  userId: string | null
}

/**
 * Permissions of Pages and messages that Facebook has removed (docs/messenger-platform.md#b3). Other unknown words are asked for
 * like any permission, since a list of all permissions would refuse each one that Facebook adds.
 */
const GONE = [
  'manage_pages',
  'publish_pages',
  'publish_actions',
  'publish_stream',
  'offline_access',
  'read_stream',
  'read_mailbox',
  'read_page_mailboxes',
]

export type Asked = DialogRequest | { problem: string }

export const readDialogRequest = (parts: SandboxParts, address: string): Asked => {
  const params = parseForm(splitAddress(address)[1])
  const text = (name: string) => asText(params[name]) || null
  const app = parts.world.apps.get(text('client_id') ?? '')
  if (!app) return { problem: 'Invalid App ID: The provided app ID does not look like a valid app ID.' }
  const redirectUri = text('redirect_uri') ?? ''
  const allowed = app.redirectUris?.includes(redirectUri) ?? true
  if (!allowed || !/^https?:$/.test(URL.parse(redirectUri)?.protocol ?? '')) {
    return {
      problem:
        "URL blocked: This redirect failed because the redirect URI is not white-listed in the app's client OAuth settings.",
    }
  }
  const wants = readWants(text('response_type') ?? 'code')
  if (!wants) return { problem: 'Invalid response_type: the sandbox knows code, token and granted_scopes.' }
  const configId = text('config_id')
  const config = configId === null ? undefined : app.loginConfigs.get(configId)
  if (configId !== null && !config) {
    return { problem: 'Invalid config_id: this app has no saved configuration with this id.' }
  }
  if (config?.token === 'system_user' && text('override_default_response_type') !== 'true') {
    return {
      problem: 'This configuration gives a system user token: it needs override_default_response_type=true.',
    }
  }
  const scopes = [...new Set([...(config?.scopes ?? []), ...readScopes(text('scope') ?? '')])]
  const gone = scopes.filter((scope) => GONE.includes(scope))
  if (gone.length > 0) {
    return {
      problem: `Invalid Scopes: ${gone.join(', ')}. This message is only shown to developers. Users of your app will ignore these permissions if present. Please read the documentation for valid permissions at: https://developers.facebook.com/docs/facebook-login/permissions`,
    }
  }
  return {
    app,
    redirectUri,
    state: text('state'),
    scopes,
    wants,
    authType: text('auth_type'),
    token: config?.token ?? 'user',
    byConfig: config !== undefined,
    userId: text('user'),
  }
}

/** People who can log in, in the order they were made. */
export const people = ({ world }: SandboxParts): User[] =>
  [...world.users.values()].filter((user) => !user.system)

/** The permissions a person is asked for. Permissions that were declined before are left out, except with `rerequest`. */
export const openScopes = ({ app, scopes, authType }: DialogRequest, user: User): string[] => {
  const declined = user.grants.get(app.id)?.declined
  return authType === 'rerequest' ? scopes : scopes.filter((scope) => declined?.has(scope) !== true)
}

/** Pages on which the person has a role, including those in portfolios. */
export const pagesOf = ({ world }: SandboxParts, user: User): Page[] =>
  [...world.pages.values()].filter((page) => page.roles.has(user.id))

const readWants = (text: string): DialogRequest['wants'] | null => {
  const words = text.split(/[\s,]+/).filter((word) => word !== '')
  const known = words.filter((word) => word === 'code' || word === 'token' || word === 'granted_scopes')
  return known.length === words.length && known.some((word) => word !== 'granted_scopes')
    ? new Set(known)
    : null
}

const readScopes = (text: string): string[] =>
  text.split(/[\s,]+/).filter((scope) => /^\w{1,60}$/.test(scope))
