import type { AddressInfo } from 'node:net'
import { randomInt } from 'node:crypto'
import Fastify, { type FastifyInstance } from 'fastify'
import type { ChatMessage, ConversationView, SandboxEvent, SandboxState, VisitorAction } from './api.ts'
import { accountLinkingRoutes } from './account-linking.ts'
import { assemble } from './assemble.ts'
import type { Bus } from './bus.ts'
import { httpDate, type SandboxClock } from './clock.ts'
import { BadBody, readTrouble } from './control/bodies.ts'
import { fileRoutes } from './control/files.ts'
import { makeTrouble } from './control/make-trouble.ts'
import { readAction } from './control/read-action.ts'
import { controlRoutes } from './control/routes.ts'
import { viewState } from './control/views.ts'
import { dialogRoutes } from './dialog.ts'
import { graphRoutes, refuseCall } from './graph/routes.ts'
import { planWorld, reachOf, type SandboxOptions } from './options.ts'
import { pageFiles } from './page-files.ts'
import type { SandboxParts } from './parts.ts'
import { pictureRoutes } from './pictures.ts'
import { dashboardSubscription, populate, renewApp, withIds } from './populate.ts'
import { LONGEST_HEAD_BYTES, openHttps, type HttpsDoor } from './reach/https.ts'
import { pathInside, type Reach } from './reach/names.ts'
import { restoreSnapshot, takeSnapshot } from './snapshot/snapshot.ts'
import { DEFAULT_SCOPES } from './tokens.ts'
import type { Courier } from './webhooks/courier.ts'
import { createLine } from './webhooks/line.ts'
import { findConversation, ownApp, type World } from './world.ts'

export type { SandboxOptions } from './options.ts'

/** A running sandbox, with functions for tests. */
export interface Sandbox {
  app: FastifyInstance
  /** The value for `FB_GRAPH_URL` and `FB_LOGIN_URL`; the chat page is at its root. */
  origin: string
  /** The port of TLS, if it has one. */
  httpsPort: number | null
  readonly appId: string
  readonly appSecret: string
  world: World
  clock: SandboxClock
  bus: Bus
  /** Webhooks in flight, their verification, and faults for the next ones. */
  courier: Courier
  /** A fresh short-lived user token of the first user, as the Graph API Explorer gives one. */
  userToken: (options?: UserTokenOptions) => string
  /** Sets, or takes away, the webhook of the app as the dashboard would, without a verification. */
  setWebhook: (webhook: { url: string; verifyToken?: string } | null) => void
  state: () => SandboxState
  conversation: (pageId: string, psid: string) => ConversationView | null
  /** Carries out a visitor's action. @returns the mid of the message it made */
  act: (pageId: string, psid: string, action: VisitorAction) => string
  trouble: (kind: Parameters<typeof makeTrouble>[1], details?: Parameters<typeof makeTrouble>[2]) => void
  /**
   * Calls `check` after every event and resolves with its first result that is neither null, undefined nor false. `timeoutMs` is
   * two minutes by default.
   */
  until: <Value>(check: () => Value, timeoutMs?: number) => Promise<Present<Value>>
  /** Resolves once the Page has sent `count` messages to this visitor, with all its messages. */
  replies: (pageId: string, psid: string, count: number, timeoutMs?: number) => Promise<ChatMessage[]>
  /** The whole state as JSON, including secrets, for the option `world` or for `load`. */
  save: () => object
  /** Loads a saved state. @throws BadSnapshot if it is not valid; nothing is then changed */
  load: (world: unknown) => void
  reset: () => void
  close: () => Promise<void>
}

/** A value that is neither false, null nor undefined. */
export type Present<Value> = Exclude<Value, false | null | undefined>

export interface UserTokenOptions {
  scopes?: readonly string[]
  expiresInSeconds?: number
  /** Pages ticked in the dialog; all by default. */
  pageIds?: readonly string[]
  userId?: string
  /** The app of the token; the sandbox's own by default. */
  appId?: string
}

const WEBHOOK_TIMEOUT_MS = 5_000
/** Long, because the machine may be busy; a test may set a shorter time. */
const PATIENCE_MS = 120_000

/** Starts Facebook on this machine: Graph API, login dialog, webhooks, control API and chat page on one origin. */
export const createSandbox = async (options: SandboxOptions): Promise<Sandbox> => {
  const reach = reachOf(options)
  const seed = options.seed ?? randomInt(2 ** 32)
  const line = createLine({ timeoutMs: options.webhookTimeoutMs ?? WEBHOOK_TIMEOUT_MS })
  const parts = assemble(options, { seed, line })
  const { world, clock, courier, bus, settings } = parts
  const plan = withIds(planWorld(options), parts.rng)
  populate(world, parts.rng, plan)

  const userToken: Sandbox['userToken'] = ({ scopes, expiresInSeconds, pageIds, userId, appId } = {}) => {
    const user = userId === undefined ? [...world.users.values()][0] : world.users.get(userId)
    if (!user) throw new TypeError('The sandbox has no such user.')
    const app = ownApp(world, appId ?? settings.appId)
    const login = { user, app, scopes: scopes ?? DEFAULT_SCOPES, pageIds: pageIds ?? null }
    return parts.tokens.logIn({
      ...login,
      ...(expiresInSeconds !== undefined && { expiresInMs: expiresInSeconds * 1000 }),
    }).value
  }

  const hush = () => {
    courier.clear()
    parts.trouble.calm()
    parts.traffic.clear()
    parts.usage.clear()
  }

  const reset = () => {
    hush()
    parts.files.clear()
    // The app's webhook settings survive a reset.
    const webhook = world.apps.get(settings.appId)?.subscription ?? null
    settings.appId = plan.appId
    populate(world, parts.rng, plan)
    ownApp(world, plan.appId).subscription = webhook
  }

  const load = (snapshot: unknown) => {
    restoreSnapshot(parts, snapshot)
    hush()
    bus.stateChanged()
  }

  const setWebhook: Sandbox['setWebhook'] = (webhook) => {
    ownApp(world, settings.appId).subscription = webhook && dashboardSubscription(webhook)
    bus.stateChanged()
  }

  const app = createServer(parts, reach)
  const control = { parts, reach, userToken, reset, save: () => takeSnapshot(parts), load }
  await app.register(controlRoutes(control), { prefix: '/sandbox' })
  await app.register(fileRoutes({ parts, reach }), { prefix: '/sandbox' })
  await app.register(accountLinkingRoutes({ parts, reach }))
  await app.register(dialogRoutes({ parts, reach }))
  await app.register(pictureRoutes({ parts, reach }))
  await app.register(pageFiles({ reach }))
  await app.register(graphRoutes(parts))

  let origin = ''
  settings.origin = () => reach.publicOrigin ?? origin
  let https: HttpsDoor | null = null
  const stop = async () => {
    courier.clear()
    clock.stop()
    await https?.close()
    await app.close()
    line.close()
  }
  await app.listen({ host: reach.host, port: options.port ?? 0 })
  origin = originOf(reach.host, app.server.address() as AddressInfo)
  if (options.tls) {
    https = await openHttps(app.server, { ...options.tls, reach }).catch(async (error: unknown) => {
      await stop()
      throw error
    })
  }
  if (options.world !== undefined) {
    try {
      load(options.world)
    } catch (error) {
      await stop()
      throw error
    }
    // Options given now override those saved in the world.
    if (plan.webhook) setWebhook(plan.webhook)
    for (const seed of plan.otherApps) renewApp(world, seed)
  }

  const conversation: Sandbox['conversation'] = (pageId, psid) => {
    const found = findConversation(world, pageId, psid)
    return found ? parts.chat.view(found) : null
  }

  const until: Sandbox['until'] = (check, timeoutMs = PATIENCE_MS) => waitUntil(bus, check, timeoutMs)

  return {
    app,
    origin,
    httpsPort: https?.port ?? null,
    get appId() {
      return settings.appId
    },
    get appSecret() {
      return ownApp(world, settings.appId).secret
    },
    world,
    clock,
    bus,
    courier,
    userToken,
    setWebhook,
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
    save: () => takeSnapshot(parts),
    load,
    reset,
    close: stop,
  }
}

const createServer = (parts: SandboxParts, reach: Reach): FastifyInstance => {
  const app = Fastify({
    // Requests in the form for a proxy lead to the same routes; the path of another host matches no route.
    rewriteUrl: ({ url = '/' }) => pathInside(reach, url) ?? '/*',
    bodyLimit: 1024 * 1024,
    http: { maxHeaderSize: LONGEST_HEAD_BYTES },
    forceCloseConnections: true,
    // An address that cannot be decoded never reaches a route.
    frameworkErrors: (_error, _request, reply) => {
      // Hooks do not run here.
      void refuseCall(parts, reply.header('date', httpDate(parts.clock)), 400)
    },
  })
  app.setErrorHandler<Error & { statusCode?: number }>((error, _request, reply) => {
    const statusCode = error.statusCode ?? 500
    if (statusCode >= 500) process.emitWarning(error)
    const message = statusCode >= 500 ? 'The sandbox failed.' : error.message
    return reply.code(statusCode).header('x-content-type-options', 'nosniff').send({ statusCode, message })
  })
  // Several Host headers are refused, as RFC 9112, 3.2 demands; Node would take the first.
  app.addHook('onRequest', async (request, reply) => {
    const hosts = request.raw.rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host')
    if (hosts.length > 1) return refuseCall(parts, reply, 400)
  })
  app.setNotFoundHandler((_request, reply) => refuseCall(parts, reply, 400))
  // Set to the sandbox's time: Node would send the machine's time, and a client that uses this header would see two times.
  app.addHook('onSend', async (_request, reply) => {
    reply.header('date', httpDate(parts.clock))
  })
  return app
}

/** Calls `check` after every event; the time limit keeps a failing test from hanging. */
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
