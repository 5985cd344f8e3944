import { systemClock } from '../base/clock.ts'
import { configWarnings } from '../base/config-warnings.ts'
import { loadConfig, secretFrom, withDotEnv, type Env } from '../base/config.ts'
import type { Config } from '../base/settings.ts'
import { BotError } from '../base/errors.ts'
import { NEEDED_SCOPES } from '../channel/messenger.ts'
import { fitCommands, fitError, surroundingsOf } from '../cures/surroundings.ts'
import { createGraph } from '../graph/client.ts'
import type { AppWebhook } from '../token/app-webhook.ts'
import { webhookAt } from '../token/app-webhook.ts'
import { openTokenPlace } from '../store/tokens/open.ts'
import { openTokenStore, type TokenStore } from '../store/tokens/token-store.ts'
import { bootstrap, type BootstrapOptions, type BootstrappedPage } from '../token/bootstrap.ts'
import type { BootstrapStep } from '../token/steps.ts'
import { tokenSource } from '../token/token-source.ts'
import { readToken } from './bootstrap-token/input.ts'
import { logIn, type LoginOptions } from './bootstrap-token/login.ts'
import { createScreen, type Screen } from './bootstrap-token/screen.ts'
import { command, EXIT, wrongUsage, type Io, type Output } from './command.ts'

export const bootstrapToken = command({
  name: 'bootstrap-token',
  about: 'Makes a Page token that never expires, proves it and saves it.',
  usage: [
    ['npm run bootstrap-token', 'asks for a user token'],
    ['pass show facebook | npm run bootstrap-token', 'takes it from standard input'],
    ['FB_USER_TOKEN=...  npm run bootstrap-token', 'takes it from the environment'],
    ['npm run bootstrap-token -- --login', 'gets it by a login in your browser'],
  ],
  options: {
    page: {
      type: 'string',
      multiple: true,
      value: 'ID',
      about: 'the Page; repeatable; also one that Facebook does not list',
    },
    all: { type: 'boolean', about: 'every Page the token reaches' },
    'no-subscribe': { type: 'boolean', about: 'leave the webhook subscriptions of Page and app alone' },
    login: {
      type: 'boolean',
      about: `open Facebook's login dialog and wait for its answer on this machine; for apps in
development mode, since Facebook comes back to http://localhost for these alone`,
    },
    json: { type: 'boolean', harmless: true, about: 'print the result as one JSON object' },
  },
  notes:
    "The token itself is never an argument: arguments show up in process lists and in the shell's history.",
  exit: '0 done, 1 refused or failed, 2 wrong usage.',
  noPlain: () =>
    new BotError('BOT_USAGE', 'Nothing but options may stand on the command line, and never a token.', {
      remedy:
        'Pipe the token in, or set FB_USER_TOKEN; if it was a real token, it is in your shell history now: remove it there. See --help.',
    }),
  run: ({ values }, io) => {
    const pageIds = values.page ?? []
    const all = values.all ?? false
    if (!pageIds.every((id) => /^\d{1,30}$/.test(id)))
      wrongUsage('--page needs the id of a Page, which is a number.')
    if (all && pageIds.length > 0) wrongUsage('--page and --all exclude each other.')
    return work(
      {
        pageIds,
        all,
        subscribe: !values['no-subscribe'],
        login: values.login ?? false,
        json: values.json ?? false,
      },
      io,
    ).catch((error: unknown) => {
      throw error instanceof BotError ? inTwoLines(error) : error
    })
  },
})

interface Wanted {
  pageIds: readonly string[]
  all: boolean
  subscribe: boolean
  login: boolean
  json: boolean
}

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
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
] as const

type Settings = Pick<Config, (typeof SETTINGS)[number]>

/** The dependencies of one run of the command. */
interface Run {
  io: Io
  settings: Settings
  wanted: Wanted
  store: TokenStore
  /** What an operator knows the place of the tokens by. */
  keptIn: string
  fromEnvironment: string | undefined
  logIn: (options: Pick<LoginOptions, 'show' | 'onStranger'>) => Promise<string>
  attempt: (options: Pick<BootstrapOptions, 'userToken' | 'choose' | 'report'>) => Promise<BootstrappedPage[]>
  /** Whether a token was saved so far. */
  isSaved: () => boolean
}

/** The operator has stopped it. */
class GivenUp extends Error {}

const work = async (wanted: Wanted, io: Io): Promise<number> => {
  const env = withDotEnv(io.env)
  // Before a refusal: a setting is missing where its name is misspelt.
  for (const { what, next } of configWarnings(io.env)) say(io.stderr, `Note: ${what}. ${next}.`)
  const settings = loadConfig(env, SETTINGS)
  // Opened first: a store that cannot take the token is better known before the operator fetches one.
  const place = await openTokenPlace(settings)
  const store = await openTokenStore({ place })
  const graph = createGraph({
    origin: settings.FB_GRAPH_URL,
    version: settings.FB_GRAPH_VERSION,
    appId: settings.FB_APP_ID,
    appSecret: settings.FB_APP_SECRET,
    proxies: settings,
    onVersionMismatch: ({ asked, ran }) =>
      say(io.stderr, `Note: Graph runs ${ran}, not ${asked}; look at FB_GRAPH_VERSION.`),
  })
  const webhook = webhookOf(env, settings)
  const surroundings = surroundingsOf(io.env)
  let isSaved = false
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
        options.report?.({ ...step, text: fitCommands(step.text, surroundings) })
      },
    }).catch((error: unknown) => {
      throw error instanceof BotError ? fitError(error, surroundings) : error
    })
  const run: Run = {
    io,
    settings,
    wanted,
    store,
    keptIn: place.name,
    fromEnvironment: wanted.login ? undefined : secretFrom(env, 'FB_USER_TOKEN'),
    logIn: (options) =>
      logIn({ ...options, graph, settings, env: io.env, mayOpenBrowser: io.stdout.isTTY === true }),
    attempt,
    isSaved: () => isSaved,
  }
  try {
    const output = wanted.json || !io.stdout.isTTY ? io.stderr : io.stdout
    const pages = io.stdin.isTTY && output.isTTY ? await inTerminal(run, output) : await unattended(run)
    if (wanted.json) say(io.stdout, JSON.stringify({ pages }))
    return EXIT.done
  } catch (error) {
    if (error instanceof GivenUp) return stopped(run)
    throw error
  } finally {
    await graph.close()
    await store.close()
  }
}

/** One line saying what happened, one saying what to do. */
const inTwoLines = (error: BotError): BotError =>
  new BotError(error.code, oneLine(error.message), {
    remedy: oneLine(error.remedy ?? 'Run this again; see docs/errors.md for the details.'),
  })

const oneLine = (text: string): string => text.replace(/:\s*\n\s*/g, ': ').replace(/\s*\n\s*/g, '; ')

const stopped = ({ io, isSaved }: Run): number => {
  say(
    io.stderr,
    ...(isSaved()
      ? ['Stopped after the token was saved.', 'Run this again to finish the webhook subscription.']
      : ['Stopped; nothing was saved.', 'Run this again whenever you like.']),
  )
  return EXIT.interrupted
}

/** Only with a public address is there anything for Facebook to verify. */
const webhookOf = (env: Env, { PUBLIC_URL }: Settings): AppWebhook | undefined => {
  if (PUBLIC_URL === undefined) return undefined
  const { FB_VERIFY_TOKEN: verifyToken } = loadConfig(env, ['FB_VERIFY_TOKEN'])
  return { url: webhookAt(PUBLIC_URL), verifyToken }
}

const unattended = async (run: Run): Promise<BootstrappedPage[]> => {
  const { wanted, attempt, io } = run
  const userToken = await (wanted.login ? logInUnattended(run) : tokenWithoutAsking(run))
  const report = (step: BootstrapStep): void =>
    // Beside the JSON, which has no room for it.
    wanted.json ? say(io.stderr, ...warningLines(step)) : say(io.stdout, ...stepLines(step))
  const pages = await attempt({ userToken, report })
  if (!wanted.json) say(io.stdout, `Done: ${pages.map(({ name, id }) => `${name} (${id})`).join(', ')}.`)
  return pages
}

const tokenWithoutAsking = async ({ fromEnvironment, io: { stdin, stderr } }: Run): Promise<string> => {
  if (stdin.isTTY && !fromEnvironment) {
    throw new BotError('BOT_USAGE', 'There is no terminal to ask for the token in.', {
      remedy: 'Do not redirect the output, or pipe the token in. See --help.',
    })
  }
  return stdin.isTTY
    ? (fromEnvironment ?? '')
    : readToken({
        stdin,
        fromEnvironment,
        hint: () => say(stderr, 'Waiting for the user token on standard input …'),
      })
}

/** Standard output is for the result. */
const logInUnattended = ({ logIn: ask, io: { stderr } }: Run): Promise<string> =>
  ask({
    show: (dialogUrl, hints) => say(stderr, `Log in to Facebook: ${dialogUrl}`, ...hints),
    onStranger: () => say(stderr, STRANGER),
  })

const STRANGER = 'A browser came with the answer to another login; still waiting for the right one.'

/** A failure ends the command, and is told there. */
const stepLines = (step: BootstrapStep): string[] => {
  if (step.status === 'done') return [`✔ ${step.text}`]
  if (step.status === 'skipped') return [`- ${step.text}`]
  return warningLines(step)
}

const warningLines = ({ status, text }: BootstrapStep): string[] => (status === 'warned' ? [`! ${text}`] : [])

const inTerminal = async (run: Run, output: Output): Promise<BootstrappedPage[]> => {
  const { settings, store, io } = run
  const screen = createScreen(output, io.stdin)
  const interrupted = Promise.withResolvers<never>()
  io.onInterrupt(() => interrupted.reject(new GivenUp()))

  screen.open({
    appId: settings.FB_APP_ID,
    version: settings.FB_GRAPH_VERSION,
    keptIn: run.keptIn,
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
  const going = run.fromEnvironment
    ? withGivenToken(run.fromEnvironment, screen, attempt)
    : run.wanted.login
      ? logInUntilGood(run, screen, attempt)
      : askUntilGood(settings, screen, attempt)
  try {
    const pages = await Promise.race([going, interrupted.promise])
    screen.done(pages, run.keptIn)
    return pages
  } finally {
    screen.stop()
  }
}

type Attempt = (userToken: string) => Promise<BootstrappedPage[]>

const withGivenToken = (userToken: string, screen: Screen, attempt: Attempt): Promise<BootstrappedPage[]> => {
  screen.note('Using the user token in FB_USER_TOKEN.')
  return attempt(userToken)
}

/** A permission that was left out is asked for again. */
const logInUntilGood = async (run: Run, screen: Screen, attempt: Attempt): Promise<BootstrappedPage[]> => {
  for (;;) {
    const userToken = await run.logIn({
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

const say = (output: Output, ...lines: string[]): void => {
  if (lines.length > 0) output.write(`${lines.join('\n')}\n`)
}
