import type { AddressInfo } from 'node:net'
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { join } from 'node:path'
import type { Test } from 'tap'
import { buildApp } from '../../app/bot.ts'
import { SMALL_SCRIPT } from '../helpers/console.ts'
import { cheapDatabaseThread } from '../helpers/database-thread.ts'
import { createSandbox, type Sandbox } from '../../sandbox/src/server.ts'
import { systemClock } from '../../src/base/clock.ts'
import { createCleaner } from '../../src/doctor/clean.ts'
import { openContext, tokensIn, type ContextOptions } from '../../src/doctor/context.ts'
import { allChecks } from '../../src/doctor/doctor.ts'
import { createOutside } from '../../src/doctor/outside.ts'
import { runChecks, type Result } from '../../src/doctor/run.ts'
import { readSettings, secretsOf } from '../../src/doctor/settings.ts'
import { createGraph } from '../../src/graph/client.ts'
import { dataDirHolder } from '../../src/store/sqlite/data-dir.ts'
import { createTokenStore } from '../../src/store/tokens/token-store.ts'
import { NEWEST_VERSION } from '../../src/graph/versions.ts'
import { bootstrap } from '../../src/token/bootstrap.ts'
import type { Issued } from '../helpers/certificate.ts'

export const APP_ID = '600000000000001'
export const PAGE_ID = '100000000000001'
export const SECRETS = { FB_APP_SECRET: 'hush-app-secret', FB_VERIFY_TOKEN: 'hush-verify-token' }

export interface World {
  sandbox: Sandbox
  /** What the doctor is started with; a test may change it. */
  env: Record<string, string>
  /** What the doctor sees besides; a test may change it. */
  seen: Partial<ContextOptions>
  dir: string
  /** Where the bot listens. */
  origin: string
  /** Bootstraps a token as the command does. */
  bootstrap: (userToken?: string) => Promise<void>
  stopBot: () => Promise<void>
}

export interface WorldOptions {
  isRunning?: boolean
  withToken?: boolean
}

/** A bot that runs against the real sandbox, with everything as it should be. */
export const buildWorld = async (t: Test, options: WorldOptions = {}): Promise<World> => {
  const { isRunning = true, withToken = true } = options
  const dir = join(t.testdir(), 'data')
  const sandbox = await createSandbox({
    appId: APP_ID,
    appSecret: SECRETS.FB_APP_SECRET,
    pages: [{ id: PAGE_ID, name: 'Corner Bakery' }],
  })
  t.teardown(() => sandbox.close())
  const env: World['env'] = {
    ...SECRETS,
    FB_APP_ID: APP_ID,
    FB_GRAPH_URL: sandbox.origin,
    // Its end is not known, so the doctor says the same at any time.
    FB_GRAPH_VERSION: NEWEST_VERSION,
    DATA_DIR: dir,
    PORT: '0',
    BOT_SCRIPT: SMALL_SCRIPT,
    ALERT_URL: 'http://127.0.0.1:9/hush-alert-url',
  }
  const bootstrapToken: World['bootstrap'] = async (userToken = sandbox.userToken()) => {
    const store = await createTokenStore({ dir, key: null })
    const graph = createGraph({
      origin: sandbox.origin,
      version: 'v25.0',
      appId: APP_ID,
      appSecret: SECRETS.FB_APP_SECRET,
    })
    try {
      await bootstrap({ graph, store, appId: APP_ID, clock: systemClock, userToken, subscribe: true })
    } finally {
      await graph.close()
      await store.close()
    }
  }
  if (withToken) await bootstrapToken()
  const bot = isRunning ? await startBot(t, env) : null
  const origin = bot?.origin ?? 'http://127.0.0.1:9'
  sandbox.setWebhook({ url: `${origin}/webhook`, verifyToken: SECRETS.FB_VERIFY_TOKEN })
  // The bot brings the profile in step by itself; the checks begin when it has.
  if (bot && withToken)
    await sandbox.until(() => Object.keys(sandbox.world.pages.get(PAGE_ID)?.profile ?? {}).length > 2)
  return {
    sandbox,
    env: { ...env, PUBLIC_URL: origin, PORT: new URL(origin).port },
    seen: {},
    dir,
    origin,
    bootstrap: bootstrapToken,
    stopBot: async () => bot?.close(),
  }
}

/** The doctor as the command runs it, on what the world shows. */
export const examine = async ({ env, seen, dir }: World): Promise<Result[]> => {
  const settings = readSettings(env)
  const context = await openContext({
    settings,
    clock: systemClock,
    outside: createOutside(),
    node: { version: process.versions.node, least: '24.15' },
    envFile: join(dir, '.env'),
    holder: dataDirHolder,
    freeBytes: async () => 50e9,
    ...seen,
  })
  try {
    const clean = createCleaner([...secretsOf(env, settings), ...tokensIn(context)])
    return await runChecks({ checks: allChecks(context, settings), settings, clock: systemClock, clean })
  } finally {
    await context.close()
  }
}

const startBot = async (t: Test, env: World['env']) => {
  const app = await buildApp({ databaseThread: cheapDatabaseThread(), env, logStream: { write: () => {} } })
  t.teardown(() => app.close())
  await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    origin: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`,
    close: () => app.close(),
  }
}

/** Something that stands between the world and the bot. */
export const startProxy = async (
  t: Test,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  tls?: Pick<Issued, 'cert' | 'key'>,
): Promise<number> => {
  const server = tls ? createTlsServer(tls, handle) : createServer(handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** Passes everything on, the body as `change` makes it. */
export const passOn =
  (origin: string, change: (body: Buffer) => Buffer = (body) => body) =>
  (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { 'content-length': _length, host: _host, ...headers } = request.headers
      const onward = httpRequest(
        `${origin}${request.url ?? ''}`,
        { method: request.method ?? 'GET', headers },
        (answer) => {
          response.writeHead(answer.statusCode ?? 500, answer.headers)
          answer.pipe(response)
        },
      )
      onward.on('error', () => response.writeHead(502).end())
      onward.end(change(Buffer.concat(chunks)))
    })
  }
