import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import { createSandbox } from '../../sandbox/src/server.ts'
import { buildSetup } from '../../app/setup.ts'
import { withDotEnv, type Env } from '../../src/base/config.ts'
import type { Outside } from '../../src/doctor/outside.ts'
import { createSetupCode } from '../../src/setup/code.ts'
import { openTab, type Tab } from '../helpers/console.ts'

export const KEYS = { appId: '600000000000001', appSecret: 'app-secret-1' }
/** As the first form takes them. */
export const APP = { app_id: KEYS.appId, app_secret: KEYS.appSecret }
const EXAMPLE = readFileSync(fileURLToPath(new URL('../../.env.example', import.meta.url)), 'utf8')

/** The set-up beside a sandbox, with a browser that has not brought the code. */
export interface Scene {
  app: FastifyInstance
  tab: Tab
  code: () => string
  envPath: string
  /** What the bot was made of, each time. */
  starts: Env[]
  isDone: () => boolean
  log: () => string
}

export interface SceneOptions {
  env?: Env
  /** What answers at the public address; the set-up itself by default. */
  outside?: Outside['fetch']
  startBot?: (env: Env) => Promise<void>
  dir?: string
}

export const buildScene = async (t: Test, options: SceneOptions = {}): Promise<Scene> => {
  const sandbox = await createSandbox(KEYS)
  t.teardown(() => sandbox.close())
  const dir = options.dir ?? t.testdir()
  const envPath = join(dir, '.env')
  const starts: Env[] = []
  const lines: string[] = []
  let isDone = false
  const code = createSetupCode()
  const app = await buildSetup({
    readEnv: () => withDotEnv({ FB_GRAPH_URL: sandbox.origin, ...options.env }, envPath),
    envFile: { path: envPath, template: EXAMPLE },
    outside: {
      fetch: async (url) => {
        if (options.outside) return options.outside(url)
        const answer = await app.inject({
          url: new URL(url).pathname,
          headers: { host: new URL(url).host, 'x-forwarded-for': '192.0.2.7' },
        })
        return { status: answer.statusCode, headers: {}, text: answer.body }
      },
    },
    code,
    onEnter: () => undefined,
    startBot: async (env) => {
      await options.startBot?.(env)
      starts.push(env)
    },
    onDone: () => (isDone = true),
    logStream: { write: (line) => void lines.push(line) },
  })
  t.teardown(() => app.close())
  return {
    app,
    tab: openTab(app),
    code: code.current,
    envPath,
    starts,
    isDone: () => isDone,
    log: () => lines.join(''),
  }
}

/** Brings the code. */
export const enter = async ({ tab, code }: Scene): Promise<void> => {
  await tab.get(`/setup/code/${code()}`)
  await tab.get('/setup/app')
}

/** Posts a step's form, and opens what it leads to. */
export const give = async (tab: Tab, step: string, fields: Record<string, string>) => {
  const answer = await tab.submit(`/setup/${step}`, fields)
  if (answer.statusCode === 303) {
    const next = await tab.get('/setup')
    await tab.get(String(next.headers.location))
  }
  return answer
}

/** All steps but the start. */
export const walkToEnd = async (
  scene: Scene,
  { publicUrl = 'https://bot.example.com', password = '' } = {},
): Promise<void> => {
  await enter(scene)
  await give(scene.tab, 'app', APP)
  await give(scene.tab, 'address', { public_url: publicUrl })
  await give(scene.tab, 'operator', { password })
}
