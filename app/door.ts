import type { IncomingMessage, RequestListener } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { clockPlugin } from '../plugins/clock.ts'
import { drainPlugin } from '../plugins/drain.ts'
import { errorsPlugin } from '../plugins/errors.ts'
import { UNREAD } from '../plugins/metrics.ts'
import { createServer } from '../plugins/server.ts'
import { storePlugin } from '../plugins/store.ts'
import { webhookRoutes } from '../routes/webhook.ts'
import { systemClock } from '../src/base/clock.ts'
import type { Config } from '../src/base/config.ts'
import type { LogStream } from '../src/base/log.ts'
import type { OpenedStore } from '../src/store/sqlite/open.ts'
import type { Store } from '../src/store/store.ts'

export interface DoorOptions {
  config: Config
  logStream?: LogStream | undefined
  /** The store, whose opening has begun. */
  opening: Promise<OpenedStore>
  /** For how long {@link Door.callbacksFirst} waits at most. */
  patienceMs?: number
}

/**
 * What Facebook meets first: a server that keeps callbacks while the bot behind it is still being loaded, which takes as
 * long again. Any other request waits for the bot. Once that is there it answers them all, and the door keeps only the
 * address and the store.
 */
export interface Door {
  /** Is to listen; closing it closes the bot, too, and does not wait for one that is still being built. */
  app: FastifyInstance
  store: Store
  /** Resolves when no callback is under way, or soon: whoever has much to do lets them go first. */
  callbacksFirst: () => Promise<void>
  /** Lets requests through to the bot, and has it begin its work. @throws what kept it from being built */
  leadTo: (building: Promise<FastifyInstance>) => Promise<void>
}

/** @throws BotError for what the store could not be opened */
export const buildDoor = async (options: DoorOptions): Promise<Door> => {
  const { config, logStream, opening, patienceMs = PATIENCE_MS } = options
  const way = createWay(patienceMs)
  const app = createServer({ ...config, logStream, front: way.front })

  app.decorate('config', config)
  app.decorate('metrics', {
    ...UNREAD,
    webhookEvent: (kind) => way.tell(({ metrics }) => metrics.webhookEvent(kind)),
    webhookRejected: (reason) => way.tell(({ metrics }) => metrics.webhookRejected(reason)),
  })
  // While a start lasts nobody can try often.
  app.decorate('countFailure', async () => null)
  app.decorate('silence', { heard: (pageId) => way.tell(({ silence }) => silence.heard(pageId)) })
  app.register(clockPlugin, { clock: systemClock })
  app.register(drainPlugin)
  app.register(errorsPlugin)
  app.register(storePlugin, { opening })
  app.register(webhookRoutes)
  app.addHook('preClose', way.beginClose)
  // Such hooks run backwards: the bot lets go of the store before that is closed.
  app.after(() => app.addHook('onClose', way.endClose))

  try {
    await app.ready()
  } catch (error) {
    await app.close()
    throw error
  }
  return { app, store: app.store, callbacksFirst: way.callbacksFirst, leadTo: way.leadTo }
}

const PATIENCE_MS = 20

/** The way to the bot. */
const createWay = (patienceMs: number) => {
  /** Null where none will come. */
  const arrival = Promise.withResolvers<FastifyInstance | null>()
  /** No request can come any more, and the last one is answered. */
  const ended = Promise.withResolvers<void>()
  /** What the bot is to be told once it is there. */
  const untold: ((bot: FastifyInstance) => void)[] = []
  let bot: FastifyInstance | null = null
  let botClosed: Promise<void> | undefined
  let isClosing = false
  let underWay = 0

  return {
    front:
      (own: RequestListener): RequestListener =>
      (request, response) => {
        // Fastify turns away who comes while it closes.
        if (isClosing) return own(request, response)
        if (bot !== null) return bot.routing(request, response)
        if (isCallback(request)) {
          underWay += 1
          response.once('close', () => (underWay -= 1))
          return own(request, response)
        }
        void arrival.promise.then((it) =>
          it === null ? own(request, response) : it.routing(request, response),
        )
      },

    callbacksFirst: async (): Promise<void> => {
      const patience = AbortSignal.timeout(patienceMs)
      // Whoever has connected asks in the next turn.
      for (let turns = 0; turns < 2 || (underWay > 0 && !patience.aborted); turns += 1) await nextTurn()
    },

    tell: (what: (bot: FastifyInstance) => void): void => {
      if (bot === null) untold.push(what)
      else what(bot)
    },

    leadTo: async (building: Promise<FastifyInstance>): Promise<void> => {
      const built = await building.catch((error: unknown) => {
        // Nobody needs it any more, and what it needs is being taken away.
        if (isClosing) return null
        throw error
      })
      if (built === null || isClosing) return built?.close()
      bot = built
      arrival.resolve(built)
      for (const what of untold.splice(0)) what(built)
      await built.open(ended.promise)
    },

    beginClose: async (): Promise<void> => {
      isClosing = true
      // One that is still being built may take long, and has begun nothing.
      arrival.resolve(null)
      // Its streams would keep the server open: it begins to close now, and ends after the last request.
      botClosed = bot?.close()
      // Whoever waits for it hears of its failing.
      botClosed?.catch(() => undefined)
    },

    endClose: async (): Promise<void> => {
      ended.resolve()
      await botClosed
    },
  }
}

const isCallback = ({ url = '' }: IncomingMessage): boolean => url.split('?', 1)[0] === '/webhook'
