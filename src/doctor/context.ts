import type { RunningInstance } from '../base/running-instances.ts'
import { systemClock, type Clock } from '../base/clock.ts'
import { BotError } from '../base/errors.ts'
import type { Config } from '../base/settings.ts'
import { SCRIPT_VARIABLES } from '../conversation/variables.ts'
import { createGraph } from '../graph/client.ts'
import type { AppSubscription, Graph, TokenFacts } from '../graph/graph.ts'
import { scriptToRead } from '../script/own-script.ts'
import { openScriptFiles, type ScriptFiles } from '../script/script-files.ts'
import { toTokenKey } from '../store/tokens/cipher.ts'
import type { ServerFindings } from '../store/postgres/inspect.ts'
import { databaseIn } from '../store/sqlite/data-dir.ts'
import { readNotes } from '../store/sqlite/inspect.ts'
import { createTokenFile } from '../store/tokens/file.ts'
import { noTokens, type TokenData } from '../store/tokens/records.ts'
import { tokenFileIn } from '../store/tokens/place.ts'
import type { Outside } from './outside.ts'
import type { ReadSettings } from './settings.ts'

/** The sources of the checks. Each fact is fetched once, even if several checks need it. */
export interface DoctorContext {
  clock: Pick<Clock, 'now'>
  outside: Outside
  /** The version of Node.js, and the lowest version that the bot supports. */
  node: { version: string; least: string }
  /** The path of the `.env` file, which need not exist. */
  envFile: string
  /** The stored tokens, or the error of reading them. */
  tokens: TokenData | Error
  /** Only for checks that name {@link GRAPH_SETTINGS}. */
  graph: () => Graph
  /** The Graph version that answered instead of the requested one; null if the requested one did. */
  otherVersion: () => string | null
  /** The main script and the scripts it names for Pages. @throws BotError `BOT_SCRIPT_INVALID` */
  scripts: (file: string) => Promise<ScriptFiles>
  inspect: (token: string) => Promise<TokenFacts>
  appSubscriptions: () => Promise<AppSubscription[]>
  /** The processes that work on the data: the one that locks the data folder, or the instances on the server; null for none. */
  holder: (dir: string) => string | null
  /** Facts about the server of DATABASE_URL; null without one. */
  server: ServerFindings | null
  /** The bot's notes whose names begin with the prefix, by name. */
  notes: (dir: string, prefix: string) => ReadonlyMap<string, string>
  /** Free bytes on the disk of that folder. */
  freeBytes: (dir: string) => Promise<number>
  close: () => Promise<void>
}

export interface ContextOptions extends Pick<
  DoctorContext,
  'clock' | 'outside' | 'node' | 'envFile' | 'holder' | 'freeBytes'
> {
  settings: ReadSettings
}

/** The settings that calls to Graph need. */
export const GRAPH_SETTINGS = ['FB_GRAPH_URL', 'FB_GRAPH_VERSION', 'FB_APP_ID', 'FB_APP_SECRET'] as const

const GRAPH_TIMEOUT_MS = 8000

/** Reads the tokens and asks the database server, if there is one. All other facts are fetched when a check asks for them. */
export const openContext = async (options: ContextOptions): Promise<DoctorContext> => {
  const { values } = options.settings
  let otherVersion: string | null = null
  let graph: Graph | undefined
  const openGraph = (): Graph => {
    const {
      FB_GRAPH_URL: origin,
      FB_GRAPH_VERSION: version,
      FB_APP_ID: appId,
      FB_APP_SECRET: appSecret,
    } = values
    if (!origin || !version || !appId || !appSecret) throw new Error('Graph was asked without its settings.')
    const onVersionMismatch = ({ ran }: { ran: string }): void => void (otherVersion = ran)
    return createGraph({
      origin,
      version,
      appId,
      appSecret,
      proxies: values,
      timeoutMs: GRAPH_TIMEOUT_MS,
      onVersionMismatch,
    })
  }
  const inspected = new Map<string, Promise<TokenFacts>>()
  let subscriptions: Promise<AppSubscription[]> | undefined
  let scripts: Promise<ScriptFiles> | undefined
  const server = await lookAtServer(values, options.clock)
  const holder: DoctorContext['holder'] =
    server === null ? options.holder : () => (server.status === 'sound' ? hostsOf(server.instances) : null)

  const context: DoctorContext = {
    ...options,
    server,
    holder,
    notes: (dir, prefix) => {
      if (server === null) return readNotes(databaseIn(dir), holder(dir) !== null, prefix)
      const all = server.status === 'sound' ? [...server.notes] : []
      return new Map(all.filter(([name]) => name.startsWith(prefix)))
    },
    tokens: await readTokens(values, server),
    graph: () => (graph ??= openGraph()),
    otherVersion: () => otherVersion,
    scripts: (file) => (scripts ??= readScripts(scriptToRead(file), values.DATA_DIR ?? '')),
    inspect: (token) => {
      const asked = inspected.get(token) ?? context.graph().debugToken(token)
      inspected.set(token, asked)
      return asked
    },
    appSubscriptions: () => (subscriptions ??= context.graph().appSubscriptions()),
    close: async () => {
      await graph?.close()
      await options.outside.close()
    },
  }
  return context
}

/** The stored Page tokens; empty if they cannot be read. */
export const pagesOf = ({ tokens }: DoctorContext): TokenData['pages'] =>
  tokens instanceof Error ? [] : tokens.pages

/** All stored tokens, none of which may be shown. */
export const tokensIn = ({ tokens }: DoctorContext): string[] =>
  tokens instanceof Error ? [] : [...tokens.pages, ...tokens.users].map(({ token }) => token)

/** Reads the scripts as the bot does, without watching the files. */
const readScripts = (file: string, dataDir: string): Promise<ScriptFiles> =>
  openScriptFiles({
    file,
    dataDir,
    variables: SCRIPT_VARIABLES,
    clock: systemClock,
    log: { info: () => {}, warn: () => {} },
    onWrong: () => {},
  })

const lookAtServer = async (
  { DATABASE_URL: url }: Partial<Config>,
  clock: Pick<Clock, 'now'>,
): Promise<ServerFindings | null> => {
  if (url === undefined) return null
  const { inspectServer } = await import('../store/postgres/inspect.ts')
  return inspectServer(url, clock)
}

const readTokens = async (
  { DATA_DIR: dir, DATABASE_URL: url, TOKEN_KEY: key }: Partial<Config>,
  server: ServerFindings | null,
): Promise<TokenData | Error> => {
  if (dir === undefined) return new Error('DATA_DIR is malformed')
  try {
    if (server !== null) return await readRow(server, url ?? '', toTokenKey(key))
    return (await createTokenFile(tokenFileIn(dir), toTokenKey(key)).read()) ?? noTokens()
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

const readRow = async (
  server: ServerFindings,
  url: string,
  key: Buffer | null,
): Promise<TokenData | Error> => {
  if (server.status === 'absent') return noTokens()
  if (server.status !== 'sound' && server.status !== 'older') {
    const remedy = 'Mend what the check "Database" says.'
    return new BotError('BOT_STORE_UNAVAILABLE', 'the database, which holds them, cannot be read', { remedy })
  }
  if (key === null) {
    const remedy = 'Set TOKEN_KEY to what the instances have.'
    return new BotError('BOT_CONFIG_INVALID', 'TOKEN_KEY is missing, with which they are encrypted', {
      remedy,
    })
  }
  const { placeInRow } = await import('../store/postgres/token-row.ts')
  const place = placeInRow(url, key, 'there')
  try {
    return (await place.adapter.read()) ?? noTokens()
  } finally {
    await place.close()
  }
}

/** The hosts of the running instances; null if none runs. */
const hostsOf = (instances: readonly RunningInstance[]): string | null =>
  instances.map(({ host }) => host).join('; ') || null
