import { parseArgs } from 'node:util'
import { randomBytes } from 'node:crypto'
import closeWithGrace from 'close-with-grace'
import { isLoopback } from '../sandbox/control/guard.ts'
import { createSandbox, type Sandbox, type SandboxOptions } from '../sandbox/server.ts'

const USAGE = `Facebook Messenger on your own machine: Graph API, login dialog, signed webhooks and a chat page, for any bot.

npm run sandbox -- [options]

  --webhook URL         where your bot takes webhooks, such as http://127.0.0.1:3000/webhook
  --verify-token TEXT   what your bot expects in the verification; made up when left out
  --app-id DIGITS       made up when left out
  --app-secret TEXT     made up when left out
  --page NAME           a Page; may be given several times
  --visitor NAME        somebody to write to it; may be given several times
  --port N              4000 when left out; 0 picks a free one
  --host ADDRESS        127.0.0.1 when left out
  --seed N              the same seed gives the same ids and tokens in the same order
  --help
`

const OPTIONS = {
  webhook: { type: 'string' },
  'verify-token': { type: 'string' },
  'app-id': { type: 'string' },
  'app-secret': { type: 'string' },
  page: { type: 'string', multiple: true },
  visitor: { type: 'string', multiple: true },
  port: { type: 'string' },
  host: { type: 'string' },
  seed: { type: 'string' },
  help: { type: 'boolean' },
} as const

interface Plan extends SandboxOptions {
  verifyToken: string
}

class WrongUsage extends Error {}

const main = async (): Promise<void> => {
  let plan: Plan | null
  try {
    plan = readArguments(process.argv.slice(2))
  } catch (error) {
    if (!(error instanceof WrongUsage)) throw error
    process.stderr.write(`${error.message}\n\n${USAGE}`)
    process.exitCode = 2
    return
  }
  if (plan === null) {
    process.stdout.write(USAGE)
    return
  }
  let sandbox: Sandbox
  try {
    sandbox = await createSandbox(plan)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why = code === 'EADDRINUSE' ? `Port ${plan.port} is taken; try --port 0.` : (error as Error).message
    process.stderr.write(`The sandbox could not start. ${why}\n`)
    process.exitCode = 1
    return
  }
  closeWithGrace({ delay: 2000 }, async () => sandbox.close())
  process.stdout.write(welcome(sandbox, plan))
}

const readArguments = (args: string[]): Plan | null => {
  const given = parse(args)
  if (given.help) return null
  const appId =
    given['app-id'] ?? `60000000${String(randomBytes(4).readUInt32BE()).padStart(8, '0').slice(0, 8)}`
  // Longer ids lose their last digits as JSON numbers, which is how echoes carry them.
  if (!/^\d{1,15}$|^\d{16}$/.test(appId)) throw new WrongUsage('--app-id must be up to 16 digits.')
  const webhook = given.webhook
  if (webhook !== undefined && !/^https?:$/.test(URL.parse(webhook)?.protocol ?? '')) {
    throw new WrongUsage('--webhook must be an http or https URL.')
  }
  const secret = given['app-secret'] ?? randomBytes(16).toString('hex')
  if (secret === '') throw new WrongUsage('--app-secret must not be empty.')
  const seed = number('--seed', given.seed, 2 ** 32 - 1)
  return {
    appId,
    appSecret: secret,
    verifyToken: given['verify-token'] ?? randomBytes(8).toString('hex'),
    host: given.host ?? '127.0.0.1',
    port: number('--port', given.port, 65_535) ?? 4000,
    ...(seed !== undefined && { seed }),
    ...(webhook !== undefined && { webhookUrl: webhook }),
    ...(given.page && { pages: given.page.map((name) => ({ name })) }),
    ...(given.visitor && { visitors: given.visitor.map((name) => ({ name })) }),
  }
}

const parse = (args: string[]) => {
  try {
    return parseArgs({ args, options: OPTIONS, strict: true }).values
  } catch (error) {
    throw new WrongUsage((error as Error).message, { cause: error })
  }
}

const number = (name: string, text: string | undefined, most: number): number | undefined => {
  if (text === undefined) return undefined
  if (/^\d{1,10}$/.test(text) && Number(text) <= most) return Number(text)
  throw new WrongUsage(`${name} must be a whole number from 0 to ${most}.`)
}

const welcome = (sandbox: Sandbox, plan: Plan): string => {
  const { origin, appId, appSecret } = sandbox
  const [page] = sandbox.world.pages.values()
  const webhook =
    plan.webhookUrl ?? 'none yet: start again with --webhook URL, or POST to /{app-id}/subscriptions'
  const open = isLoopback(plan.host ?? '')
    ? 'Only this machine can reach it.'
    : `Attention: everybody who can reach ${plan.host} can use it.`
  return `
Facebook is running on this machine. ${open}

  Chat page      ${origin}/
  Webhooks go to ${webhook}

Give your bot:

  FB_GRAPH_URL=${origin}
  FB_LOGIN_URL=${origin}
  FB_APP_ID=${appId}
  FB_APP_SECRET=${appSecret}
  FB_VERIFY_TOKEN=${plan.verifyToken}

A short-lived user token, as the Graph API Explorer gives one (another: POST /sandbox/user-token):

  ${sandbox.userToken()}

List the Pages and their tokens, then subscribe the Page; from then on its webhooks arrive:

  curl '${origin}/v25.0/me/accounts?access_token=USER_TOKEN'
  curl -X POST '${origin}/v25.0/${page?.id ?? 'PAGE_ID'}/subscribed_apps?subscribed_fields=messages,messaging_postbacks&access_token=PAGE_TOKEN'

docs/sandbox.md tells the rest. Ctrl-C ends it; nothing stays behind.
`
}

await main()
