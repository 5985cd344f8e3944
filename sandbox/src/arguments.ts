import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { createClock } from './clock.ts'
import type { AppSeed } from './populate.ts'
import type { SandboxOptions } from './server.ts'
import { ifGiven } from './if-given.ts'

export const USAGE = `Facebook Messenger on your own machine: Graph API, login dialog, signed webhooks and a chat page, for any bot.

npm run sandbox -- [options]

Your bot
  --webhook URL         where your bot takes webhooks, such as http://127.0.0.1:3000/webhook
  --verify-token TEXT   what your bot expects in the verification; made up when left out
  --deauthorize URL     called when a person removes the app
  --app-id DIGITS       made up when left out
  --app-secret TEXT     made up when left out

A second bot on the same Pages, so that the two can hand over; it is there once one of these is given
  --second-webhook URL  where it takes webhooks
  --second-verify-token TEXT, made up when left out like the two below
  --second-app-id DIGITS
  --second-app-secret TEXT

Who is there
  --page NAME           a Page; may be given several times
  --portfolio NAME      the Pages are in a business portfolio: /me/accounts is empty
  --visitor NAME        a visitor of the Page; may be given several times
  --tester NAME         a visitor with a role on the app; may be given several times

How strict Facebook is
  --development         the app is in development: it reaches people with a role on it alone
  --limits              calls are limited as by Facebook, with usage headers
  --require-proof       calls without appsecret_proof are refused
  --latency MS          how long each Graph call takes
  --batch N             up to N webhook events in one callback, where several wait

The sandbox itself
  --port N              4000 when left out; 0 picks a free one
  --host ADDRESS        127.0.0.1 when left out
  --host-name NAME      another host name it answers to; may be given several times
  --public-url URL      the origin in addresses it hands out, where that is not the one it listens on
  --tls                 it is https://graph.facebook.com and https://www.facebook.com too, for clients that know no other
                        address: as an HTTP proxy on its port, and over TLS on a second one
  --tls-port N          4443 when left out; 443 for an entry in the hosts file
  --tls-folder FOLDER   where its certificates are kept; .sandbox-tls when left out
  --state FILE          keeps everything in this file from one start to the next, tokens and secrets included
  --seed N              the same seed gives the same ids and tokens in the same order
  --start TIME          the clock begins there, such as 2026-11-21T12:00:00Z
  --frozen              the clock moves when told alone (POST /sandbox/clock)
  --help
`

const OPTIONS = {
  webhook: { type: 'string' },
  'verify-token': { type: 'string' },
  deauthorize: { type: 'string' },
  'app-id': { type: 'string' },
  'app-secret': { type: 'string' },
  'second-webhook': { type: 'string' },
  'second-verify-token': { type: 'string' },
  'second-app-id': { type: 'string' },
  'second-app-secret': { type: 'string' },
  page: { type: 'string', multiple: true },
  portfolio: { type: 'string' },
  visitor: { type: 'string', multiple: true },
  tester: { type: 'string', multiple: true },
  development: { type: 'boolean' },
  limits: { type: 'boolean' },
  'require-proof': { type: 'boolean' },
  latency: { type: 'string' },
  batch: { type: 'string' },
  port: { type: 'string' },
  host: { type: 'string' },
  'host-name': { type: 'string', multiple: true },
  'public-url': { type: 'string' },
  tls: { type: 'boolean' },
  'tls-port': { type: 'string' },
  'tls-folder': { type: 'string' },
  state: { type: 'string' },
  seed: { type: 'string' },
  start: { type: 'string' },
  frozen: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

export interface SandboxPlan {
  options: SandboxOptions
  /** The app that was asked for by its id; null when it was made up. */
  askedAppId: string | null
  stateFile: string | null
  /** Null without `--tls`. */
  tls: { port: number; folder: string } | null
}

/** Wrong arguments; the message says which. */
export class WrongUsage extends Error {}

/**
 * @param env - the environment, in which npm leaves options that stood before `--`
 * @returns null when only help was asked for
 */
export const readArguments = (args: string[], env: NodeJS.ProcessEnv = {}): SandboxPlan | null => {
  refuseSwallowed(env)
  const given = parse(args)
  if (given.help) return null
  refuseEmpty(given)
  const askedAppId = given['app-id'] ?? null
  const appId = askedAppId ?? newAppId()
  checkAppId('--app-id', appId)
  const secret = given['app-secret'] ?? randomBytes(16).toString('hex')
  if (given.state === '') throw new WrongUsage('--state must name a file.')
  const second = secondApp(given, appId)
  const { page, visitor, tester, portfolio } = given
  const startMs = moment(given.start)
  const options: SandboxOptions = {
    appId,
    appSecret: secret,
    verifyToken: given['verify-token'] ?? randomBytes(8).toString('hex'),
    host: given.host ?? '127.0.0.1',
    port: number('--port', given.port, 65_535) ?? 4000,
    ...ifGiven('seed', number('--seed', given.seed, 2 ** 32 - 1)),
    ...ifGiven('latencyMs', number('--latency', given.latency, 600_000)),
    ...ifGiven('webhookBatch', number('--batch', given.batch, 1000, 1)),
    ...ifGiven('webhookUrl', webAddress('--webhook', given.webhook)),
    ...(second && { otherApps: [second] }),
    hostNames: (given['host-name'] ?? []).map((name) => hostName('--host-name', name)),
    ...ifGiven('publicUrl', origin('--public-url', given['public-url'])),
    ...ifGiven('deauthorizeUrl', webAddress('--deauthorize', given.deauthorize)),
    ...((page ?? portfolio !== undefined) && {
      pages: (page ?? ['Corner Bakery']).map((name) => ({ name, ...ifGiven('portfolio', portfolio) })),
    }),
    ...((visitor ?? tester) && {
      visitors: [
        ...(visitor ?? []).map((name) => ({ name })),
        ...(tester ?? []).map((name) => ({ name, appRole: true })),
      ],
    }),
    ...(given.development && { mode: 'development' }),
    ...(given.limits && { limits: 'facebook' }),
    ...(given['require-proof'] && { requireProof: true }),
    ...((startMs !== undefined || given.frozen) && {
      clock: createClock({ ...ifGiven('startMs', startMs), frozen: given.frozen ?? false }),
    }),
  }
  return { options, askedAppId, stateFile: given.state ?? null, tls: secureDoor(given) }
}

type Given = ReturnType<typeof parse>

const NEVER_EMPTY = [
  'app-secret',
  'second-app-secret',
  'verify-token',
  'second-verify-token',
  'page',
  'visitor',
  'tester',
  'portfolio',
] as const

/** An empty text is what a shell makes of a variable that is not set. */
const refuseEmpty = (given: Given) => {
  for (const name of NEVER_EMPTY) {
    if ([given[name] ?? []].flat().some((text) => text.trim() === ''))
      throw new WrongUsage(`--${name} must not be empty.`)
  }
}

const newAppId = () => `60000000${String(randomBytes(4).readUInt32BE()).padStart(8, '0').slice(0, 8)}`

/** Longer ids lose their last digits as JSON numbers, which is how echoes carry them. */
const checkAppId = (name: string, id: string) => {
  if (!/^\d{1,16}$/.test(id)) throw new WrongUsage(`${name} must be up to 16 digits.`)
}

const secondApp = (given: Given, firstId: string): AppSeed | undefined => {
  const asked = given['second-app-id']
  const url = webAddress('--second-webhook', given['second-webhook'])
  const [secret, verifyToken] = [given['second-app-secret'], given['second-verify-token']]
  if ((asked ?? url ?? secret ?? verifyToken) === undefined) return undefined
  if (given.state !== undefined && asked === undefined) {
    throw new WrongUsage(
      'With --state the second app needs a --second-app-id, to be the same at the next start.',
    )
  }
  const id = asked ?? newAppId()
  checkAppId('--second-app-id', id)
  if (id === firstId) throw new WrongUsage('--second-app-id must differ from --app-id.')
  return {
    id,
    name: 'Second sandbox app',
    secret: secret ?? randomBytes(16).toString('hex'),
    ...(url !== undefined && {
      webhook: { url, verifyToken: verifyToken ?? randomBytes(8).toString('hex') },
    }),
  }
}

const secureDoor = (given: Given): SandboxPlan['tls'] => {
  const [folder, port] = [given['tls-folder'], given['tls-port']]
  if (given.tls !== true) {
    if ((folder ?? port) === undefined) return null
    throw new WrongUsage('--tls-port and --tls-folder belong to --tls.')
  }
  if (folder === '') throw new WrongUsage('--tls-folder must name a folder.')
  return { port: number('--tls-port', port, 65_535) ?? 4443, folder: folder ?? '.sandbox-tls' }
}

const refuseSwallowed = (env: NodeJS.ProcessEnv): void => {
  if (env['npm_lifecycle_event'] !== 'sandbox') return
  const taken = Object.keys(OPTIONS).find((name) => `npm_config_${name.replaceAll('-', '_')}` in env)
  if (taken === undefined) return
  throw new WrongUsage(
    `npm took --${taken} for an option of its own. Put -- before it: npm run sandbox -- --${taken}`,
  )
}

const parse = (args: string[]) => {
  try {
    return parseArgs({ args, options: OPTIONS, strict: true }).values
  } catch (error) {
    throw new WrongUsage((error as Error).message, { cause: error })
  }
}

const number = (name: string, text: string | undefined, most: number, least = 0): number | undefined => {
  if (text === undefined) return undefined
  if (/^\d{1,10}$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text)
  throw new WrongUsage(`${name} must be a whole number from ${least} to ${most}.`)
}

const webAddress = (name: string, text: string | undefined): string | undefined => {
  if (text === undefined || /^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text
  throw new WrongUsage(`${name} must be an http or https URL.`)
}

const origin = (name: string, text: string | undefined): string | undefined => {
  const url = webAddress(name, text)
  if (url === undefined || /^https?:\/\/[^/?#@]+\/?$/.test(url)) return url
  throw new WrongUsage(`${name} must be an origin alone, such as http://sandbox:4000.`)
}

const hostName = (name: string, text: string): string => {
  if (/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(text)) return text
  throw new WrongUsage(`${name} must be a host name alone, such as sandbox.`)
}

const moment = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  const ms = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(ms)) return ms
  throw new WrongUsage('--start must be a time such as 2026-11-21T12:00:00Z.')
}
