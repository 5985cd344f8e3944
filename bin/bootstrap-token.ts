import { join } from 'node:path'
import type { WriteStream } from 'node:tty'
import { NEEDED_SCOPES } from '../src/channel/messenger.ts'
import { systemClock } from '../src/base/clock.ts'
import { loadConfig, withDotEnv, type Config, type Env } from '../src/base/config.ts'
import { BotError } from '../src/base/errors.ts'
import { createGraph } from '../src/graph/client.ts'
import { toTokenKey } from '../src/store/tokens/cipher.ts'
import { createTokenStore, type TokenStore } from '../src/store/tokens/token-store.ts'
import { webhookAt, type AppWebhook } from '../src/reception/app-webhook.ts'
import {
  bootstrap,
  type BootstrapOptions,
  type BootstrappedPage,
  type BootstrapStep,
} from '../src/token/bootstrap.ts'
import { tokenSource } from '../src/token/token-source.ts'
import { readArguments, USAGE, type Arguments } from '../src/cli/bootstrap-token/arguments.ts'
import { readToken } from '../src/cli/bootstrap-token/input.ts'
import { logIn, type LoginOptions } from '../src/cli/bootstrap-token/login.ts'
import { createScreen, type Screen } from '../src/cli/bootstrap-token/screen.ts'

const SETTINGS = [
  'FB_APP_ID',
  'FB_APP_SECRET',
  'FB_GRAPH_VERSION',
  'FB_GRAPH_URL',
  'FB_LOGIN_URL',
  'DATA_DIR',
  'DATABASE_URL',
  'TOKEN_KEY',
  'PUBLIC_URL',
] as const

type Settings = Pick<Config, (typeof SETTINGS)[number]>

/** What one run of the command works with. */
interface Run {
  settings: Settings
  wanted: Arguments
  store: TokenStore
  fromEnvironment: string | undefined
  logIn: (options: Pick<LoginOptions, 'again' | 'show' | 'onStranger'>) => Promise<string>
  attempt: (options: Pick<BootstrapOptions, 'userToken' | 'choose' | 'report'>) => Promise<BootstrappedPage[]>
}

/** The operator has stopped it. */
class GivenUp extends Error {}

const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130 }

let isSaved = false

const main = async (): Promise<void> => {
  const wanted = readArguments(process.argv.slice(2))
  if (wanted.help) return void process.stdout.write(USAGE)
  const env = withDotEnv(process.env)
  const settings = loadConfig(env, SETTINGS)
  const key = toTokenKey(settings.TOKEN_KEY)
  // Opened first: a store that cannot take the token is better known before anybody fetches one.
  const store = await createTokenStore({ dir: settings.DATA_DIR, key })
  const graph = createGraph({
    origin: settings.FB_GRAPH_URL,
    version: settings.FB_GRAPH_VERSION,
    appId: settings.FB_APP_ID,
    appSecret: settings.FB_APP_SECRET,
    onVersionMismatch: ({ asked, ran }) =>
      console.error(`Note: Graph runs ${ran}, not ${asked}; look at FB_GRAPH_VERSION.`),
  })
  const webhook = webhookOf(env, settings)
  const attempt: Run['attempt'] = (options) =>
    bootstrap({
      ...options,
      webhook,
      graph,
      store,
      appId: settings.FB_APP_ID,
      clock: systemClock,
      pageIds: wanted.pageIds,
      all: wanted.all,
      subscribe: wanted.subscribe,
      report: (step) => {
        if (step.name === 'save' && step.status === 'done') isSaved = true
        options.report?.(step)
      },
    })
  const run: Run = {
    settings,
    wanted,
    store,
    fromEnvironment: wanted.login ? undefined : env['FB_USER_TOKEN'],
    logIn: (options) => logIn({ ...options, graph, settings, env: process.env }),
    attempt,
  }
  try {
    const output = wanted.json || !process.stdout.isTTY ? process.stderr : process.stdout
    const pages = process.stdin.isTTY && output.isTTY ? await inTerminal(run, output) : await unattended(run)
    if (wanted.json) process.stdout.write(`${JSON.stringify({ pages })}\n`)
  } finally {
    await graph.close()
    await store.close()
  }
}

/** Only with a public address is there anything for Facebook to verify. */
const webhookOf = (env: Env, { PUBLIC_URL }: Settings): AppWebhook | undefined => {
  if (PUBLIC_URL === undefined) return undefined
  const { FB_VERIFY_TOKEN: verifyToken } = loadConfig(env, ['FB_VERIFY_TOKEN'])
  return { url: webhookAt(PUBLIC_URL), verifyToken }
}

const unattended = async (run: Run): Promise<BootstrappedPage[]> => {
  const { wanted, attempt } = run
  const userToken = await (wanted.login ? logInUnattended(run) : tokenWithoutAsking(run))
  const pages = await attempt({ userToken, ...(!wanted.json && { report: printStep }) })
  if (!wanted.json) console.log(`Done: ${pages.map(({ name, id }) => `${name} (${id})`).join(', ')}.`)
  return pages
}

const tokenWithoutAsking = async ({ fromEnvironment }: Run): Promise<string> => {
  if (process.stdin.isTTY && !fromEnvironment) {
    throw new BotError('BOT_USAGE', 'There is no terminal to ask for the token in.', {
      remedy: 'Do not redirect the output, or pipe the token in. See --help.',
    })
  }
  return process.stdin.isTTY
    ? (fromEnvironment ?? '')
    : readToken({
        stdin: process.stdin,
        fromEnvironment,
        hint: () => console.error('Waiting for the user token on standard input …'),
      })
}

/** Standard output is for the result. */
const logInUnattended = ({ logIn: ask }: Run): Promise<string> =>
  ask({
    show: (dialogUrl, hints) => console.error([`Log in to Facebook: ${dialogUrl}`, ...hints].join('\n')),
    onStranger: () => console.error(STRANGER),
  })

const STRANGER = 'A browser came with the answer to another login; still waiting for the right one.'

const printStep = ({ name, status, text }: BootstrapStep): void => {
  if (status === 'done') console.log(`✔ ${text}`)
  if (status === 'skipped') console.log(`- ${text}`)
  // Every other failure ends the command, and is told there.
  if (status === 'failed' && name === 'webhook') console.log(`! ${text}`)
}

const inTerminal = async (run: Run, output: WriteStream): Promise<BootstrappedPage[]> => {
  const { settings, store } = run
  const screen = createScreen(output)
  const keptIn = join(settings.DATA_DIR, 'tokens.json')
  process.once('SIGINT', () => {
    screen.stop()
    reportFailure(new GivenUp())
    process.exit()
  })
  process.once('exit', () => screen.stop())

  screen.open({
    appId: settings.FB_APP_ID,
    version: settings.FB_GRAPH_VERSION,
    keptIn,
    encrypted: settings.TOKEN_KEY !== undefined,
  })
  const choose = async (...[pages]: Parameters<NonNullable<BootstrapOptions['choose']>>): Promise<string[]> =>
    demand(
      await screen.choosePages(
        pages,
        store.pages().map(({ pageId }) => pageId),
      ),
    )
  const attempt = (userToken: string) => run.attempt({ userToken, choose, report: screen.step })

  const pages = await (run.fromEnvironment
    ? withGivenToken(run.fromEnvironment, screen, attempt)
    : run.wanted.login
      ? logInUntilGood(run, screen, attempt)
      : askUntilGood(settings, screen, attempt))
  screen.done(pages, keptIn)
  return pages
}

type Attempt = (userToken: string) => Promise<BootstrappedPage[]>

const withGivenToken = (userToken: string, screen: Screen, attempt: Attempt): Promise<BootstrappedPage[]> => {
  screen.note('Using the user token in FB_USER_TOKEN.')
  return attempt(userToken)
}

/** Whoever left out a permission is asked for it again. */
const logInUntilGood = async (run: Run, screen: Screen, attempt: Attempt): Promise<BootstrappedPage[]> => {
  for (let again = false; ; again = true) {
    const userToken = await run.logIn({
      again,
      show: (dialogUrl, hints) => {
        screen.explainLogin(dialogUrl, hints)
        screen.wait('Waiting for your browser')
      },
      onStranger: () => screen.note(STRANGER),
    })
    try {
      return await attempt(userToken)
    } catch (error) {
      if (!(error instanceof BotError) || error.code !== 'BOT_USER_TOKEN_SCOPE_MISSING') throw error
      screen.refused(error.message, 'Log in again, and leave every permission ticked.')
    }
  }
}

/** A token that is no good is asked for again: the wrong one is quickly copied. */
const askUntilGood = async (
  settings: Settings,
  screen: Screen,
  attempt: Attempt,
): Promise<BootstrappedPage[]> => {
  const { url, isFacebook } = tokenSource(settings)
  if (isFacebook) screen.explainToken(url, NEEDED_SCOPES)
  else screen.explainSandbox(url)
  for (;;) {
    try {
      return await attempt(demand(await screen.askToken()))
    } catch (error) {
      if (!(error instanceof BotError) || !error.code.startsWith('BOT_USER_TOKEN_')) throw error
      screen.refused(error.message, error.remedy)
    }
  }
}

const demand = <Answer>(answer: Answer | null): Answer => {
  if (answer === null) throw new GivenUp()
  return answer
}

/** One line saying what happened, one saying what to do. */
const reportFailure = (error: unknown): void => {
  const [code, what, remedy] = explain(error)
  process.exitCode = code
  console.error(oneLine(what))
  console.error(oneLine(remedy))
}

const explain = (error: unknown): [code: number, what: string, remedy: string] => {
  if (error instanceof GivenUp) {
    return isSaved
      ? [
          EXIT.interrupted,
          'Stopped after the token was saved.',
          'Run this again to finish the webhook subscription.',
        ]
      : [EXIT.interrupted, 'Stopped; nothing was saved.', 'Run this again whenever you like.']
  }
  if (error instanceof BotError) {
    const code = error.code === 'BOT_USAGE' ? EXIT.usage : EXIT.failed
    return [code, error.message, error.remedy ?? 'Run this again; see docs/errors.md for the details.']
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return [
    EXIT.failed,
    `Something went wrong that should not have: ${stack}`,
    'Please report this, with the line above.',
  ]
}

const oneLine = (text: string): string => text.replace(/:\s*\n\s*/g, ': ').replace(/\s*\n\s*/g, '; ')

try {
  await main()
} catch (error) {
  reportFailure(error)
}
// Whoever writes to our standard input may go on for ever.
process.stdin.destroy()
