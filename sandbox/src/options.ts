import type { SandboxClock } from './clock.ts'
import type { Certificates } from './reach/certificates.ts'
import { FACEBOOK_LIMITS, type Limits } from './graph/usage.ts'
import type { Reach } from './reach/names.ts'
import type { AppSeed, PageSeed, UserSeed, VisitorSeed, WorldOptions } from './populate.ts'
import type { App, LoginConfig } from './world.ts'

export interface SandboxOptions {
  appId: string
  appSecret: string
  appName?: string
  /** The address to listen on; loopback by default. */
  host?: string
  /** The port; 0 picks a free one. */
  port?: number
  /** Host names it answers to beside loopback and the address it listens on, such as that of a container. */
  hostNames?: readonly string[]
  /** The origin in returned addresses, if the sandbox is reached under another one than it listens on. */
  publicUrl?: string
  /** Answers as graph.facebook.com and www.facebook.com too: over TLS on this port, and as an HTTP proxy. */
  tls?: { certificates: Certificates; port: number }
  /** The callback URL, as set in the App Dashboard. The Page must be subscribed as well. */
  webhookUrl?: string
  /** Without it, no verification is made. */
  verifyToken?: string
  users?: readonly UserSeed[]
  pages?: readonly PageSeed[]
  visitors?: readonly VisitorSeed[]
  /** Other people's apps on the same Pages. */
  otherApps?: readonly AppSeed[]
  /** The same seed gives the same ids and tokens in the same order. */
  seed?: number
  clock?: SandboxClock
  /** How long each Graph call takes. */
  latencyMs?: number
  /** Time limit for the answer to a webhook; 5 s at Facebook. */
  webhookTimeoutMs?: number
  /** Most waiting events in one callback; 1 by default. */
  webhookBatch?: number
  /** The version of Graph calls without one. */
  graphVersion?: string
  /** Most entries in one page of a list; a small number makes `paging` appear with few Pages. */
  pageSize?: number
  /** "Require app secret": calls without `appsecret_proof` are refused. */
  requireProof?: boolean
  /** Valid OAuth Redirect URIs; without them any is accepted. */
  redirectUris?: readonly string[]
  deauthorizeUrl?: string
  /** Saved configurations of Login for Business, by `config_id`. */
  loginConfigs?: Readonly<Record<string, LoginConfig>>
  mode?: App['mode']
  /** Limits on calls: `facebook` for Facebook's own, none by default. */
  limits?: Limits | 'facebook'
  /** Whether visitors' names may be read. */
  profileAccess?: boolean
  repairCommand?: string
  /** A world from `save()`, which replaces users, Pages and visitors. */
  world?: unknown
}

export const reachOf = ({ host = '127.0.0.1', hostNames = [], publicUrl, tls }: SandboxOptions): Reach => {
  const publicOrigin = publicUrl === undefined ? null : new URL(publicUrl).origin
  const names = [...hostNames, ...(publicOrigin === null ? [] : [new URL(publicOrigin).hostname])]
  return { host, names: names.map((name) => name.toLowerCase()), publicOrigin, asFacebook: tls !== undefined }
}

export const limitsOf = ({ limits = {} }: SandboxOptions): Limits =>
  limits === 'facebook' ? FACEBOOK_LIMITS : limits

/** The initial world. */
export const planWorld = (options: SandboxOptions): WorldOptions => ({
  appId: options.appId,
  appName: options.appName ?? 'Sandbox app',
  appSecret: options.appSecret,
  mode: options.mode ?? 'live',
  requireProof: options.requireProof ?? false,
  redirectUris: options.redirectUris ?? null,
  deauthorizeUrl: options.deauthorizeUrl ?? null,
  loginConfigs: options.loginConfigs ?? {},
  webhook:
    options.webhookUrl === undefined
      ? null
      : {
          url: options.webhookUrl,
          ...(options.verifyToken !== undefined && { verifyToken: options.verifyToken }),
        },
  otherApps: options.otherApps ?? [],
  users: options.users ?? [{ name: 'Olivia Operator' }],
  pages: options.pages ?? [{ name: 'Corner Bakery', category: 'Bakery' }],
  visitors: options.visitors ?? [{ name: 'Vera Visitor' }, { name: 'Victor Guest' }],
})
