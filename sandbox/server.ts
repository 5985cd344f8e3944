import type { AddressInfo } from 'node:net'
import { randomInt } from 'node:crypto'
import Fastify, { type FastifyInstance } from 'fastify'
import type { ChatMessage, ConversationView, SandboxEvent, SandboxState, VisitorAction } from './api.ts'
import { createBus, type Bus } from './bus.ts'
import { createChat } from './chat.ts'
import { createClock, type SandboxClock } from './clock.ts'
import { BadBody, readAction, readTrouble } from './control/bodies.ts'
import { controlRoutes, stateEvent } from './control/routes.ts'
import { makeTrouble } from './control/make-trouble.ts'
import { viewState } from './control/views.ts'
import { dialogRoutes } from './dialog.ts'
import { graphRoutes, refuseCall } from './graph/routes.ts'
import { pageFiles } from './page-files.ts'
import type { SandboxParts } from './parts.ts'
import { createRng, type Rng } from './rng.ts'
import { createTokens, DEFAULT_SCOPES } from './tokens.ts'
import { createTrafficLog } from './traffic.ts'
import { createTrouble } from './trouble.ts'
import { createCourier, type Courier } from './webhooks/courier.ts'
import { createLine, type Line } from './webhooks/line.ts'
import {
  dashboardSubscription,
  emptyWorld,
  findConversation,
  populate,
  type PageSeed,
  type UserSeed,
  type VisitorSeed,
  type World,
  withIds,
  type WorldOptions,
} from './world.ts'

export interface SandboxOptions {
  appId: string
  appSecret: string
  appName?: string
  /** Loopback unless told otherwise. */
  host?: string
  /** 0 picks a free one. */
  port?: number
  /** Where webhooks go, as set in the App Dashboard. The Page must be subscribed as well. */
  webhookUrl?: string
  /** Left out: no verification is asked for. */
  verifyToken?: string
  users?: readonly UserSeed[]
  pages?: readonly PageSeed[]
  visitors?: readonly VisitorSeed[]
  /** The same seed gives the same ids and tokens in the same order. */
  seed?: number
  clock?: SandboxClock
  /** How long each Graph call takes. */
  latencyMs?: number
  /** How long a webhook may take to be answered; 5 s at Facebook. */
  webhookTimeoutMs?: number
  /** The version of Graph calls that name none. */
  graphVersion?: string
  /** Most entries in one page of a list, to make `paging` show with few Pages. */
  pageSize?: number
  /** "Require app secret": calls without `appsecret_proof` are refused. */
  requireProof?: boolean
  /** Valid OAuth Redirect URIs; any when left out. */
  redirectUris?: readonly string[]
  deauthorizeUrl?: string
  /** Whether visitors' names may be read. */
  profileAccess?: boolean
  repairCommand?: string
}

/** A running sandbox, and the handles by which tests turn it. */
export interface Sandbox {
  app: FastifyInstance
  /** Serves as `FB_GRAPH_URL` and as `FB_LOGIN_URL`; the chat page is at its root. */
  origin: string
  appId: string
  appSecret: string
  world: World
  clock: SandboxClock
  bus: Bus
  /** Webhooks under way, their verification, and what to do to the next ones. */
  courier: Courier
  /** A fresh short-lived user token of the first user, as the Graph API Explorer gives one. */
  userToken: (options?: UserTokenOptions) => string
  /** Sets, or takes away, the webhook of the app as the dashboard would, without a verification. */
  setWebhook: (webhook: { url: string; verifyToken?: string } | null) => void
  state: () => SandboxState
  conversation: (pageId: string, psid: string) => ConversationView | null
  /** A visitor does something at a Page; the mid of what came of it. */
  act: (pageId: string, psid: string, action: VisitorAction) => string
  trouble: (kind: Parameters<typeof makeTrouble>[1], details?: Parameters<typeof makeTrouble>[2]) => void
  /** Resolves with what `check` gives as soon as that is neither null, undefined nor false; asked after everything that happens. */
  until: <Value>(check: () => Value, timeoutMs?: number) => Promise<Present<Value>>
  /** Resolves once the Page has said `count` messages to this visitor, with all it ever said. */
  replies: (pageId: string, psid: string, count: number, timeoutMs?: number) => Promise<ChatMessage[]>
  reset: () => void
  close: () => Promise<void>
}

/** What is there. */
export type Present<Value> = Exclude<Value, false | null | undefined>

export interface UserTokenOptions {
  scopes?: readonly string[]
  expiresInSeconds?: number
  /** Pages ticked in the dialog; all when left out. */
  pageIds?: readonly string[]
  userId?: string
}

const WEBHOOK_TIMEOUT_MS = 5_000
const PATIENCE_MS = 10_000

/** Starts Facebook on this machine: Graph API, login dialog, webhooks, control API and chat page on one origin. */
export const createSandbox = async (options: SandboxOptions): Promise<Sandbox> => {
  const host = options.host ?? '127.0.0.1'
  const seed = options.seed ?? randomInt(2 ** 32)
  const line = createLine({ timeoutMs: options.webhookTimeoutMs ?? WEBHOOK_TIMEOUT_MS })
  const parts = assemble(options, createRng(seed), line)
  const { world, clock, courier, bus, trouble, traffic } = parts
  const plan = withIds(planWorld(options), parts.rng)
  populate(world, parts.rng, plan)

  const userToken: Sandbox['userToken'] = ({ scopes, expiresInSeconds, pageIds, userId } = {}) => {
    const user = userId === undefined ? [...world.users.values()][0] : world.users.get(userId)
    const app = world.apps.get(options.appId)
    if (!user || !app) throw new TypeError('The sandbox has no such user.')
    const login = { user, app, scopes: scopes ?? DEFAULT_SCOPES, pageIds: pageIds ?? null }
    return parts.tokens.logIn({
      ...login,
      ...(expiresInSeconds !== undefined && { expiresInMs: expiresInSeconds * 1000 }),
    }).value
  }

  const reset = () => {
    courier.clear()
    trouble.calm()
    traffic.clear()
    // What the app set as its webhook is no part of what happened here; it stays.
    const webhook = world.apps.get(options.appId)?.subscription ?? null
    populate(world, parts.rng, plan)
    const app = world.apps.get(options.appId)
    if (app) app.subscription = webhook
  }

  const app = Fastify({
    bodyLimit: 1024 * 1024,
    forceCloseConnections: true,
    // An address that cannot be decoded never reaches a route.
    frameworkErrors: (_error, _request, reply) => {
      void refuseCall(parts, reply, 400)
    },
  })
  app.setErrorHandler<Error & { statusCode?: number }>((error, _request, reply) => {
    const statusCode = error.statusCode ?? 500
    if (statusCode >= 500) process.emitWarning(error)
    const message = statusCode >= 500 ? 'The sandbox failed.' : error.message
    return reply.code(statusCode).header('x-content-type-options', 'nosniff').send({ statusCode, message })
  })
  app.setNotFoundHandler((_request, reply) => refuseCall(parts, reply, 400))
  await app.register(controlRoutes({ parts, host, userToken, reset }), { prefix: '/sandbox' })
  await app.register(dialogRoutes({ parts, host }))
  await app.register(pageFiles({ host }))
  await app.register(graphRoutes(parts))

  let origin = ''
  parts.settings.origin = () => origin
  await app.listen({ host, port: options.port ?? 0 })
  origin = originOf(host, app.server.address() as AddressInfo)

  const conversation: Sandbox['conversation'] = (pageId, psid) => {
    const found = findConversation(world, pageId, psid)
    return found ? parts.chat.view(found) : null
  }

  const until: Sandbox['until'] = (check, timeoutMs = PATIENCE_MS) => waitUntil(bus, check, timeoutMs)

  return {
    app,
    origin,
    appId: options.appId,
    appSecret: options.appSecret,
    world,
    clock,
    bus,
    courier,
    userToken,
    setWebhook: (webhook) => {
      const own = world.apps.get(options.appId)
      if (own) own.subscription = webhook && dashboardSubscription(webhook)
      bus.stateChanged()
    },
    state: () => viewState(parts),
    conversation,
    act: (pageId, psid, action) => {
      const page = world.pages.get(pageId)
      if (!page || !world.visitors.has(psid)) throw new TypeError('The sandbox has no such Page or visitor.')
      const acted = parts.chat.act(page, psid, readAction(action))
      if ('problem' in acted) throw new BadBody(acted.problem, 409)
      return acted.mid
    },
    trouble: (kind, details = {}) => {
      makeTrouble(parts, kind, readTrouble(details))
      bus.stateChanged()
    },
    until,
    replies: (pageId, psid, count, timeoutMs) =>
      until(() => {
        const said = conversation(pageId, psid)?.messages.filter(({ from }) => from === 'page') ?? []
        return said.length >= count && said
      }, timeoutMs),
    reset,
    close: async () => {
      courier.clear()
      clock.stop()
      await app.close()
      line.close()
    },
  }
}

const assemble = (options: SandboxOptions, rng: Rng, line: Line): SandboxParts => {
  const world = emptyWorld()
  const clock = options.clock ?? createClock()
  const bus = createBus(() => stateEvent(parts))
  const trouble = createTrouble()
  const traffic = createTrafficLog({
    tell: (entry) => bus.watched() && bus.tell({ type: 'traffic', traffic: entry }),
    secrets: () => secretsOf(world),
  })
  const courier = createCourier({ world, clock, rng, line, trouble, traffic, stateChanged: bus.stateChanged })
  const parts: SandboxParts = {
    settings: {
      graphVersion: options.graphVersion ?? 'v25.0',
      appId: options.appId,
      pageSize: options.pageSize ?? 100,
      latencyMs: options.latencyMs ?? 0,
      profileAccess: options.profileAccess ?? true,
      repairCommand: options.repairCommand ?? null,
      origin: () => '',
    },
    world,
    clock,
    rng,
    bus,
    tokens: createTokens({ world, rng, nowMs: clock.nowMs }),
    trouble,
    traffic,
    courier,
    chat: createChat({ world, clock, rng, bus, courier }),
  }
  return parts
}

const planWorld = (options: SandboxOptions): WorldOptions => ({
  appId: options.appId,
  appName: options.appName ?? 'Sandbox app',
  appSecret: options.appSecret,
  requireProof: options.requireProof ?? false,
  redirectUris: options.redirectUris ?? null,
  deauthorizeUrl: options.deauthorizeUrl ?? null,
  webhook:
    options.webhookUrl === undefined
      ? null
      : {
          url: options.webhookUrl,
          ...(options.verifyToken !== undefined && { verifyToken: options.verifyToken }),
        },
  users: options.users ?? [{ name: 'Olivia Operator' }],
  pages: options.pages ?? [{ name: 'Corner Bakery', category: 'Bakery' }],
  visitors: options.visitors ?? [{ name: 'Vera Visitor' }, { name: 'Victor Guest' }],
})

function* secretsOf(world: World): Generator<string> {
  for (const { secret, subscription } of world.apps.values()) {
    yield secret
    if (subscription?.verifyToken) yield subscription.verifyToken
  }
}

/** Looks again after everything that happens; a deadline keeps a broken test from hanging. */
const waitUntil = <Value>(bus: Bus, check: () => Value, timeoutMs: number): Promise<Present<Value>> =>
  new Promise((resolve, reject) => {
    const done = (settle: () => void) => {
      stop()
      clearTimeout(deadline)
      settle()
    }
    const look = (_event?: SandboxEvent) => {
      try {
        const value = check()
        if (value !== false && value !== null && value !== undefined)
          done(() => resolve(value as Present<Value>))
      } catch (error) {
        done(() => reject(error as Error))
      }
    }
    const stop = bus.watch(look)
    const deadline = setTimeout(
      () => done(() => reject(new Error(`Waited ${timeoutMs} ms in vain in the sandbox.`))),
      timeoutMs,
    )
    look()
  })

const originOf = (host: string, { port }: AddressInfo): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`
