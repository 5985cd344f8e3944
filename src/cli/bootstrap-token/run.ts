import type { Config } from '../../base/settings.ts'
import type { TokenStore } from '../../store/tokens/token-store.ts'
import type { BootstrapOptions } from '../../token/bootstrap.ts'
import type { BootstrappedPage } from '../../token/finish.ts'
import type { Io } from '../command.ts'
import type { LoginOptions } from './login.ts'

export const SETTINGS = [
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

export type Settings = Pick<Config, (typeof SETTINGS)[number]>

export interface Wanted {
  pageIds: readonly string[]
  all: boolean
  subscribe: boolean
  login: boolean
  json: boolean
}

/** The dependencies of one run of the command. */
export interface Run {
  io: Io
  settings: Settings
  wanted: Wanted
  store: TokenStore
  /** The name of the place of the tokens, for the operator. */
  keptIn: string
  fromEnvironment: string | undefined
  logIn: (options: Pick<LoginOptions, 'show' | 'onStranger'>) => Promise<string>
  attempt: (options: Pick<BootstrapOptions, 'userToken' | 'choose' | 'report'>) => Promise<BootstrappedPage[]>
  /** Whether this run has saved a token. */
  isSaved: () => boolean
}

/** Thrown when the operator stops the command. */
export class GivenUp extends Error {}

export const STRANGER = 'A browser came with the answer to another login; still waiting for the right one.'
