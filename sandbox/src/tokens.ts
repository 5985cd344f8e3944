import type { Rng } from './rng.ts'
import type { App, AuthorizationCode, Grant, Page, Session, Token, User, World } from './world.ts'

/** Makes tokens, and decides whether they still work (docs/messenger-platform.md#b). */
export interface Tokens {
  /** A login of a person. @returns a new short-lived user token, as the dialog and the Graph API Explorer give */
  logIn: (login: Login) => Token
  /** The same login. @returns a code that must be exchanged */
  logInForCode: (login: Login & { redirectUri: string }) => string
  /** A code with the permissions of this token. */
  codeFor: (token: Token, redirectUri: string) => string
  /** Exchanges a code, which is then used up, for its token. */
  redeem: (code: AuthorizationCode) => Token
  /** docs/messenger-platform.md#b2: another string, about 60 days. */
  exchange: (token: Token) => Token
  /** docs/messenger-platform.md#b4: has the end of the user token it was made from, and no end if that is long-lived. */
  pageToken: (userToken: Token, page: Page) => Token
  find: (value: string) => Token | undefined
  /** Why a token no longer works; null while it does. */
  death: (token: Token) => Death | null
  /** The permissions of a token: those it was made with, less those revoked since. */
  scopes: (token: Token) => string[]
  grant: (token: Token) => Grant | undefined
  changePassword: (user: User) => void
  /** The person logs out everywhere, a system user's token is revoked: 467. */
  logOut: (user: User) => void
  removeApp: (user: User, appId: string) => void
  /** The person logs in again and ticks every Page but this one. */
  untick: (user: User, appId: string, page: Page) => void
}

export interface Login {
  user: User
  app: App
  scopes: readonly string[]
  declined?: readonly string[]
  pageIds?: readonly string[] | null
  expiresInMs?: number
  /** The dialog's `auth_type`. */
  authType?: string | null
}

export interface Death {
  /** Undefined if the Page is the cause and not the token. */
  subcode: 458 | 459 | 460 | 463 | 467 | 492 | undefined
  reason: string
  message: string
}

export const DEFAULT_SCOPES = [
  'pages_show_list',
  'pages_messaging',
  'pages_manage_metadata',
  'pages_read_engagement',
  'business_management',
  'public_profile',
] as const

/** "Commonly quoted 1-2 h". */
const SHORT_LIVED_MS = 90 * 60_000
/** The sample's `expires_in` of 5 183 944 s: 60 days less a moment. */
const LONG_LIVED_MS = 5_183_944_000
const DATA_ACCESS_MS = 90 * 24 * 3600_000
const CODE_LIFE_MS = 10 * 60_000
/** The number of Page tokens that are kept for each Page, to show whether one still works. */
const HANDED_OUT = 50

export const createTokens = (deps: { world: World; rng: Rng; nowMs: () => number }): Tokens => {
  const { world, rng, nowMs } = deps

  const mint = (token: Omit<Token, 'value' | 'issuedAtMs'>): Token => {
    // Shorter than Facebook's tokens of some 200 characters, so that secret scanners do not take them for real.
    const minted = { ...token, value: `EAA${rng.letters(29)}`, issuedAtMs: nowMs() }
    world.tokens.set(minted.value, minted)
    return minted
  }

  const begin = ({ user, app, scopes, declined = [], pageIds = null, authType = null }: Login): Session => {
    // A login on facebook.com passes the checkpoint.
    user.checkpointed = false
    user.grants.set(app.id, { scopes: new Set(scopes), declined: new Set(declined), pageIds })
    return {
      userId: user.id,
      appId: app.id,
      revoked: null,
      dataAccessExpiresAtMs: nowMs() + DATA_ACCESS_MS,
      authType,
    }
  }

  const userToken = (session: Session, scopes: readonly string[], lifeMs: number): Token => {
    const system = world.users.get(session.userId)?.system ?? false
    return mint({
      type: system ? 'SYSTEM_USER' : 'USER',
      session,
      pageId: null,
      scopes,
      expiresAtMs: system ? null : nowMs() + lifeMs,
      longLived: system,
    })
  }

  const newCode = ({ session, scopes }: Pick<Token, 'session' | 'scopes'>, redirectUri: string): string => {
    const code = `AQ${rng.letters(40)}`
    world.codes.set(code, { session, scopes, redirectUri, expiresAtMs: nowMs() + CODE_LIFE_MS, used: false })
    return code
  }

  const revoke = (subcode: 458 | 460 | 467, which: (session: Session) => boolean) => {
    for (const held of [world.tokens, world.codes]) {
      for (const { session } of held.values()) if (which(session)) session.revoked ??= subcode
    }
  }

  const grant = (token: Token) => world.users.get(token.session.userId)?.grants.get(token.session.appId)

  return {
    logIn: (login) => userToken(begin(login), login.scopes, login.expiresInMs ?? SHORT_LIVED_MS),
    logInForCode: (login) => newCode({ session: begin(login), scopes: login.scopes }, login.redirectUri),
    codeFor: (token, redirectUri) => newCode(token, redirectUri),
    redeem: (code) => {
      code.used = true
      return userToken(code.session, code.scopes, SHORT_LIVED_MS)
    },
    exchange: (token) =>
      mint({
        ...token,
        expiresAtMs: token.type === 'SYSTEM_USER' ? null : nowMs() + LONG_LIVED_MS,
        longLived: true,
      }),
    pageToken: (parent, page) => {
      const token = mint({
        type: 'PAGE',
        session: parent.session,
        pageId: page.id,
        scopes: parent.scopes,
        expiresAtMs: parent.longLived ? null : parent.expiresAtMs,
        longLived: parent.longLived,
      })
      page.handedOut.push(token)
      if (page.handedOut.length > HANDED_OUT) page.handedOut.shift()
      return token
    },
    find: (value) => world.tokens.get(value),
    death: (token) => {
      const { session } = token
      if (session.revoked) return describeDeath(session.revoked, session)
      if (token.expiresAtMs !== null && token.expiresAtMs <= nowMs()) {
        return {
          ...describeDeath(463, session),
          message:
            'Error validating access token: Session has expired on ' +
            `${pacificTime(token.expiresAtMs)}. The current time is ${pacificTime(nowMs())}.`,
        }
      }
      if (world.users.get(session.userId)?.checkpointed) return describeDeath(459, session)
      const page = token.pageId === null ? undefined : world.pages.get(token.pageId)
      if (page && !page.roles.has(session.userId)) return describeDeath(492, session)
      if (page && !page.published) return PAGE_GONE
      if (page && grant(token)?.pageIds?.includes(page.id) === false) return NOT_TICKED
      return null
    },
    scopes: (token) => {
      const granted = grant(token)?.scopes
      return token.scopes.filter((scope) => granted?.has(scope))
    },
    grant,
    changePassword: (user) => {
      if (!user.system) revoke(460, (session) => session.userId === user.id)
    },
    logOut: (user) => revoke(467, (session) => session.userId === user.id),
    removeApp: (user, appId) => {
      revoke(458, (session) => session.userId === user.id && session.appId === appId)
      user.grants.delete(appId)
    },
    untick: (user, appId, { id }) => {
      const granted = user.grants.get(appId)
      if (!granted) return
      granted.pageIds = (granted.pageIds ?? [...world.pages.keys()]).filter((one) => one !== id)
    },
  }
}

/** docs/messenger-platform.md#b8: no subcode; the cause is the Page. */
const PAGE_GONE: Death = {
  subcode: undefined,
  reason: 'page-unpublished',
  message: 'This Page access token belongs to a Page that is not accessible.',
}

/** The last login left the Page out; recorded in this wording, with the permissions in varying order. */
const NOT_TICKED: Death = {
  subcode: undefined,
  reason: 'page-unticked',
  message:
    "Any of the pages_read_engagement, pages_manage_metadata, pages_read_user_content, pages_manage_ads, pages_show_list or pages_messaging permission(s) must be granted before impersonating a user's page.",
}

type Subcode = NonNullable<Death['subcode']>

const describeDeath = (subcode: Subcode, session: Session): Death => ({
  subcode,
  reason: REASONS[subcode],
  message: `Error validating access token: ${MESSAGES[subcode](session)}`,
})

const REASONS: Record<Subcode, string> = {
  458: 'app-removed',
  459: 'checkpoint',
  460: 'password-changed',
  463: 'expired',
  467: 'revoked',
  492: 'role-lost',
}

const MESSAGES: Record<Subcode, (session: Session) => string> = {
  458: (session) => `User ${session.userId} has not authorized application ${session.appId}.`,
  459: () =>
    'You cannot access the app till you log in to www.facebook.com and follow the instructions given.',
  460: () =>
    'The session has been invalidated because the user changed their password or Facebook has changed the session for security reasons.',
  463: () => 'Session has expired.',
  467: () => 'The session is invalid because the user logged out.',
  492: () =>
    'The user must be an administrator, editor, or moderator of the page in order to impersonate it. If the page business requires Two Factor Authentication, the user also needs to enable Two Factor Authentication.',
}

const PACIFIC = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/Los_Angeles',
  weekday: 'long',
  day: '2-digit',
  month: 'short',
  year: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
  timeZoneName: 'short',
})

/** As Facebook writes it: `Friday, 02-Jan-26 10:00:00 PST`. */
const pacificTime = (ms: number): string => {
  const parts = Object.fromEntries(PACIFIC.formatToParts(ms).map(({ type, value }) => [type, value]))
  const part = (name: string) => parts[name] ?? ''
  return `${part('weekday')}, ${part('day')}-${part('month')}-${part('year')} ${part('hour')}:${part('minute')}:${part('second')} ${part('timeZoneName')}`
}
