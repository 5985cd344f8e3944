import { fileURLToPath } from 'node:url'
import type { FastifyInstance, InjectOptions } from 'fastify'
import type { Test } from 'tap'
import { buildApp } from '../../app/bot.ts'
import { cheapDatabaseThread } from './database-thread.ts'
import type { Env } from '../../src/base/config.ts'
import type { Surroundings } from '../../src/cures/surroundings.ts'
import { createPasswordHash } from '../../src/people/secrets.ts'
import { createFakeClock, type FakeClock } from './clock.ts'
import { ENV } from './surface.ts'
import { witness } from './until.ts'

export const PASSWORD = 'correct horse battery'
/** A small script, because the program's sample takes 26 ms of CPU time to read. */
export const SMALL_SCRIPT = fileURLToPath(new URL('../fixtures/small-bot.yaml', import.meta.url))
/**
 * A cheap hash, because at the full cost each sign-in takes 50 ms of CPU time; test/people/people.test.ts checks the full cost.
 */
export const CHEAP_HASH = createPasswordHash(2)

export interface Console {
  app: FastifyInstance
  clock: FakeClock
  dir: string
  /** The log so far, as text. */
  log: () => string
}

/** The whole bot, with an operator console. Graph is not reached unless `env` says where. */
export const buildConsole = async (
  t: Test,
  {
    env = {},
    dir = t.testdir(),
    clock = createFakeClock(),
    surroundings,
  }: { env?: Env; dir?: string; clock?: FakeClock; surroundings?: Surroundings } = {},
): Promise<Console> => {
  const lines: string[] = []
  const app = await buildApp({
    databaseThread: cheapDatabaseThread(),
    passwordHash: CHEAP_HASH,
    env: {
      ...ENV,
      DATA_DIR: dir,
      FB_GRAPH_URL: 'http://127.0.0.1:9',
      FB_LOGIN_URL: 'http://127.0.0.1:9',
      BOT_SCRIPT: SMALL_SCRIPT,
      OPERATOR_PASSWORD: PASSWORD,
      ...env,
    },
    clock,
    ...(surroundings && { surroundings }),
    logStream: { write: (line) => void lines.push(line) },
  })
  t.teardown(() => app.close())
  witness(t, "the bot's log", () => lines)
  // The bot works only after it listens.
  await app.listen({ host: '127.0.0.1', port: 0 })
  return { app, clock, dir, log: () => lines.join('') }
}

export const basic = (user: string, password: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
})

/** A browser with one open tab: it keeps cookies and posts the forms it was shown. */
export interface Tab {
  get: (url: string, headers?: Record<string, string>) => ReturnType<Visit>
  /** Posts the form of the last page that goes to this address, with the given values. */
  submit: (
    action: string,
    fields?: Record<string, string | string[]>,
    headers?: Record<string, string>,
  ) => ReturnType<Visit>
  cookies: Map<string, string>
  /** The last page. */
  page: () => string
}

type Visit = (options: InjectOptions) => Promise<Awaited<ReturnType<FastifyInstance['inject']>>>

const HOST = 'localhost:80'

/** @param host - as which the browser knows the bot; anything but this machine is reached by https */
export const openTab = (app: FastifyInstance, remoteAddress = '127.0.0.1', host = HOST): Tab => {
  const cookies = new Map<string, string>()
  let page = ''
  const visit: Visit = async (options) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await app.inject({
      remoteAddress,
      ...options,
      headers: { host, accept: 'text/html', ...(cookie && { cookie }), ...options.headers },
    })
    for (const { name, value, maxAge } of answer.cookies) {
      if (maxAge === 0) cookies.delete(name)
      else cookies.set(name, encodeURIComponent(value))
    }
    if (String(answer.headers['content-type']).includes('html')) page = answer.body
    return answer
  }
  return {
    cookies,
    page: () => page,
    get: (url, headers = {}) => visit({ url, headers }),
    submit: (action, fields = {}, headers = {}) => {
      const form = new URLSearchParams(hiddenFields(page, action))
      for (const [name, value] of Object.entries(fields)) {
        form.delete(name)
        for (const one of [value].flat()) form.append(name, one)
      }
      return visit({
        method: 'POST',
        url: action,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          origin: host === HOST ? `http://${host}` : `https://${host}`,
          'sec-fetch-site': 'same-origin',
          ...headers,
        },
        payload: form.toString(),
      })
    },
  }
}

/** A tab in which the operator has signed in. */
export const signedInTab = async (app: FastifyInstance): Promise<Tab> => {
  const tab = openTab(app)
  await tab.get('/operator/sign-in')
  const answer = await tab.submit('/operator/sign-in', { user: 'operator', password: PASSWORD })
  if (answer.statusCode !== 303) throw new Error(`could not sign in: ${answer.statusCode} ${answer.body}`)
  await tab.get('/operator')
  return tab
}

/** The hidden fields of the page's form that goes to this address. */
export const hiddenFields = (page: string, action: string): [string, string][] => {
  const forms = page.split('<form').slice(1)
  const form = forms.find((text) => text.includes(`action="${action}"`))?.split('</form>')[0] ?? ''
  return [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(
    ([, name = '', value = '']) => [name, value],
  )
}
