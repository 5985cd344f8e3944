import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import { bodyBudgetPlugin } from '../../plugins/body-budget.ts'
import { clockPlugin } from '../../plugins/clock.ts'
import { envPlugin } from '../../plugins/env.ts'
import { errorsPlugin } from '../../plugins/errors.ts'
import type { Findings } from '../../plugins/findings.ts'
import { metricsPlugin } from '../../plugins/metrics.ts'
import { createServer } from '../../plugins/server.ts'
import { failedProofLimitPlugin } from '../../plugins/failed-proof-limit.ts'
import { dataDeletionRoutes } from '../../routes/data-deletion.ts'
import { facebookRoutes } from '../../routes/facebook.ts'
import { healthRoutes } from '../../routes/health.ts'
import { webhookRoutes } from '../../routes/webhook.ts'
import { loadConfig, type Env } from '../../src/base/config.ts'
import type { NewEvent, Store } from '../../src/store/store.ts'
import type { PageTokenStatus, PageTokens } from '../../src/token/page-tokens.ts'
import { createFakeClock, type FakeClock } from './clock.ts'
import { createFakeNotes } from './notes.ts'
import { APP_SECRET } from './sign.ts'

export const ENV = { FB_APP_ID: '600000000000001', FB_APP_SECRET: APP_SECRET, FB_VERIFY_TOKEN: 'verify-1' }

export interface Surface {
  app: FastifyInstance
  clock: FakeClock
  /** The events that the routes passed to the store. */
  accepted: NewEvent[]
  /** The deauthorizations that the routes passed to the Page tokens. */
  deauthorized: Parameters<PageTokens['deauthorized']>[0][]
  /** Pages whose events were heard, one entry for each event. */
  heard: string[]
  /** The notes that were stored. */
  notes: Map<string, string>
  /** Log lines so far. */
  lines: Record<string, unknown>[]
}

export interface SurfaceOptions {
  env?: Env
  accept?: Store['accept']
  probeStore?: Store['probe']
  deauthorize?: PageTokens['deauthorized']
  tokens?: Pick<PageTokenStatus, 'pageId' | 'state'>[]
  isLeaving?: () => boolean
}

/** A finding of level `look`, which is always there. */
const REFUSED = { kind: 'refused', level: 'look', pageId: '*' }

/** The real routes over a store and Page tokens that only record calls. */
export const buildSurface = async (t: Test, options: SurfaceOptions = {}): Promise<Surface> => {
  const env = { ...ENV, ...options.env }
  const lines: Surface['lines'] = []
  const logStream = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) }
  const app = createServer({ ...loadConfig(env), logStream })
  t.teardown(() => app.close())

  const clock = createFakeClock()
  const accepted: NewEvent[] = []
  const heard: Surface['heard'] = []
  const deauthorized: Surface['deauthorized'] = []
  const { notes, ...kept } = createFakeNotes()
  const store = {
    accept: async (events: readonly NewEvent[]) => {
      const outcome = await options.accept?.(events)
      accepted.push(...events)
      return outcome ?? { stored: events.length, duplicates: 0 }
    },
    probe: options.probeStore ?? (async () => {}),
    counts: async () => null,
    ...kept,
  }
  const tokens = {
    statuses: () => options.tokens ?? [],
    deauthorized: async (who: Surface['deauthorized'][number]) => {
      deauthorized.push(who)
      await options.deauthorize?.(who)
    },
  }

  app.register(envPlugin, { env })
  app.register(clockPlugin, { clock })
  app.register(bodyBudgetPlugin, { mebibytes: 32 })
  app.register(failedProofLimitPlugin)
  app.register(errorsPlugin)
  app.register(metricsPlugin)
  app.decorate('noWebhooksAlarm', { heard: (pageId) => void heard.push(pageId) })
  app.decorate('findings', { now: () => [REFUSED] } as unknown as Findings)
  app.decorate('isLeaving', options.isLeaving ?? (() => false))
  app.decorate('store', store as unknown as Store)
  app.decorate('tokens', tokens as unknown as PageTokens)
  app.register(healthRoutes)
  app.register(webhookRoutes)
  app.register(facebookRoutes)
  app.register(dataDeletionRoutes)
  app.get('/breaks', () => {
    throw new Error('cannot open /secret/path')
  })
  await app.ready()
  return { app, clock, accepted, deauthorized, heard, lines, notes }
}
