import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import { buildApp } from '../../app/bot.ts'
import { cheapDatabaseThread } from './database-thread.ts'
import { createSandbox, type Sandbox, type SandboxOptions } from '../../sandbox/src/server.ts'
import type { Env } from '../../src/base/config.ts'
import { PASSWORD } from './console.ts'
import { until, witness } from './until.ts'

/** The real bot beside the real sandbox, both listening on loopback. */
export interface Town {
  sandbox: Sandbox
  app: FastifyInstance
  /** Where the bot listens. */
  address: string
  pageId: string
  psid: string
  /** The bot's log so far, as text. */
  log: () => string
  /** A visitor writes to the first Page. */
  say: (text: string) => string
  /** Takes a fresh user token through the bootstrap, as the first operator did. */
  bootstrap: () => Promise<void>
  /** Resolves when so many replies wait for the Page. */
  parked: (count: number) => Promise<void>
}

const PAGE_ID = '100000000000001'

export const buildTown = async (
  t: Pick<Test, 'teardown' | 'testdir'>,
  { sandbox: options = {}, env = {} }: { sandbox?: Partial<SandboxOptions>; env?: Env } = {},
): Promise<Town> => {
  const keys = { appId: '600000000000001', appSecret: 'app-secret-1' }
  const sandbox = await createSandbox({
    ...keys,
    pages: [{ id: PAGE_ID, name: 'Evergreen Café' }],
    visitors: [{ name: 'Vera Visitor' }],
    ...options,
  })
  const lines: string[] = []
  const app = await buildApp({
    databaseThread: cheapDatabaseThread(),
    env: {
      FB_APP_ID: keys.appId,
      FB_APP_SECRET: keys.appSecret,
      FB_VERIFY_TOKEN: 'verify-1',
      FB_GRAPH_URL: sandbox.origin,
      FB_LOGIN_URL: sandbox.origin,
      DATA_DIR: t.testdir(),
      BOT_SCRIPT: fileURLToPath(new URL('../../bot.example.yaml', import.meta.url)),
      OPERATOR_PASSWORD: PASSWORD,
      ...env,
    },
    logStream: { write: (line) => void lines.push(line) },
  })
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(async () => {
    await app.close()
    await sandbox.close()
  })
  witness(t, "the bot's log", () => lines)
  sandbox.setWebhook({ url: `${address}/webhook`, verifyToken: 'verify-1' })

  const psid = sandbox.state().visitors[0]?.psid ?? ''
  return {
    sandbox,
    app,
    address,
    pageId: PAGE_ID,
    psid,
    log: () => lines.join(''),
    say: (text) => sandbox.act(PAGE_ID, psid, { type: 'text', text }),
    bootstrap: async () => {
      await app.bootstrapToken({ userToken: sandbox.userToken(), all: true })
    },
    parked: (count) =>
      until(async () => ((await app.store.counts()).outbox.get(PAGE_ID) ?? 0) === count, {
        what: `${count} replies wait`,
      }),
  }
}
