import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import manifest from '../package.json' with { type: 'json' }
import { configSchema, type Config } from '../src/base/settings.ts'
import { marksOf } from '../src/base/marks.ts'
import { createRoster, type Roster } from '../src/store/roster.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The instances that run on this database. */
    roster: Pick<Roster, 'self' | 'isLiving' | 'list' | 'relieve'>
  }
}

/** Settings that may differ between machines. All others are compared, because any instance may send alerts or keep a Page. */
const OF_MACHINE: ReadonlySet<string> = new Set<keyof Config>([
  'HOST',
  'PORT',
  'DATA_DIR',
  'DATABASE_URL',
  // The key of the marks.
  'TOKEN_KEY',
  // The contents of these files are compared, not their paths.
  'BOT_SCRIPT',
  'BOT_HANDLERS',
  'DRAIN_SECONDS',
  'BODY_BUDGET_MIB',
  'LOG_LEVEL',
  'TRUST_PROXY',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
])

const COMPARED = (Object.keys(configSchema.properties) as (keyof Config)[]).filter(
  (name) => !OF_MACHINE.has(name),
)

/** Adds this instance to the list of running instances, and reads the others. */
async function roster(app: FastifyInstance) {
  const { clock, config, duty, instances, pages, store } = app
  const sinceMs = clock.now()

  const marks = (): Record<string, string> => {
    // TOKEN_KEY is required with DATABASE_URL; without one there is no other instance.
    const key = config.TOKEN_KEY
    if (key === undefined) return {}
    const settings = Object.fromEntries(
      COMPARED.map((name) => [name, config[name] === undefined ? '' : String(config[name])]),
    )
    return marksOf(Buffer.from(key, 'base64'), {
      ...settings,
      script: app.conversation
        .scripts()
        .map(({ file }) => textOf(file))
        .join('\0'),
      handlers: config.BOT_HANDLERS === undefined ? '' : textOf(config.BOT_HANDLERS),
    })
  }

  const running = createRoster({
    self: pages.running?.self ?? randomUUID(),
    own: () => ({
      host: `${hostname()}, process ${process.pid}`,
      version: manifest.version,
      sinceMs,
      isHead: duty.isHead(),
      pages: app.tokens
        .statuses()
        .map(({ pageId }) => pageId)
        .filter(duty.keeps),
      marks: marks(),
    }),
    rest: pages.rest,
    shared: pages.running && { records: store.records, instances, running: pages.running },
    clock,
    log: app.log.child({ part: 'roster' }),
  })
  app.decorate('roster', running)
  app.addHook('onReady', () => running.start())
  app.addHook('onClose', () => running.stop())
}

/** The text of a file; empty if it cannot be read, which another part reports. */
const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

export const rosterPlugin = fp(roster, {
  name: 'roster',
  fastify: '5.x',
  dependencies: ['env', 'clock', 'store'],
})
