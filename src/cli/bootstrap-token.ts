import { systemClock } from '../base/clock.ts'
import { configWarnings } from '../base/config-warnings.ts'
import { loadConfig, secretFrom, withDotEnv, type Env } from '../base/config.ts'
import { BotError } from '../base/errors.ts'
import { fitCommands, fitError, surroundingsOf } from '../cures/surroundings.ts'
import { createGraph } from '../graph/client.ts'
import { webhookAt, type AppWebhook } from '../token/app-webhook.ts'
import { openTokenPlace } from '../store/tokens/open.ts'
import { openTokenStore } from '../store/tokens/token-store.ts'
import { jsonLine } from '../terminal/terminal-text.ts'
import { bootstrap } from '../token/bootstrap.ts'
import { inTerminal } from './bootstrap-token/in-terminal.ts'
import { logIn } from './bootstrap-token/login.ts'
import { GivenUp, SETTINGS, type Run, type Settings, type Wanted } from './bootstrap-token/run.ts'
import { unattended } from './bootstrap-token/unattended.ts'
import { command, EXIT, writeLines, wrongUsage, type Io } from './command.ts'

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

const work = async (wanted: Wanted, io: Io): Promise<number> => {
  const env = withDotEnv(io.env)
  // Shown before a refusal, because a setting counts as missing if its name is misspelt.
  for (const { what, next } of configWarnings(io.env)) writeLines(io.stderr, `Note: ${what}. ${next}.`)
  const settings = loadConfig(env, SETTINGS)
  // Opened first, so that a store that cannot save the token is reported before the operator fetches one.
  const place = await openTokenPlace(settings)
  const store = await openTokenStore({ place })
  const graph = createGraph({
    origin: settings.FB_GRAPH_URL,
    version: settings.FB_GRAPH_VERSION,
    appId: settings.FB_APP_ID,
    appSecret: settings.FB_APP_SECRET,
    proxies: settings,
    onVersionMismatch: ({ asked, ran }) =>
      writeLines(io.stderr, `Note: Graph runs ${ran}, not ${asked}; look at FB_GRAPH_VERSION.`),
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
    if (wanted.json) writeLines(io.stdout, jsonLine({ pages }))
    return EXIT.done
  } catch (error) {
    if (error instanceof GivenUp) return stopped(run)
    throw error
  } finally {
    await graph.close()
    await store.close()
  }
}

/** The error with a message and a remedy of one line each. */
const inTwoLines = (error: BotError): BotError =>
  new BotError(error.code, oneLine(error.message), {
    remedy: oneLine(error.remedy ?? 'Run this again; see docs/errors.md for the details.'),
  })

const oneLine = (text: string): string => text.replace(/:\s*\n\s*/g, ': ').replace(/\s*\n\s*/g, '; ')

const stopped = ({ io, isSaved }: Run): number => {
  writeLines(
    io.stderr,
    ...(isSaved()
      ? ['Stopped after the token was saved.', 'Run this again to finish the webhook subscription.']
      : ['Stopped; nothing was saved.', 'Run this again whenever you like.']),
  )
  return EXIT.interrupted
}

/** The app's webhook; undefined without PUBLIC_URL, because Facebook then has no address to verify. */
const webhookOf = (env: Env, { PUBLIC_URL }: Settings): AppWebhook | undefined => {
  if (PUBLIC_URL === undefined) return undefined
  const { FB_VERIFY_TOKEN: verifyToken } = loadConfig(env, ['FB_VERIFY_TOKEN'])
  return { url: webhookAt(PUBLIC_URL), verifyToken }
}
