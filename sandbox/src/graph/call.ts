import type { App, Page, Token, User } from '../world.ts'
import type { SentFile } from './multipart.ts'
import type { Params } from './params.ts'

export type Method = 'GET' | 'POST' | 'DELETE'

/** One Graph call, independent of how its parameters were sent. */
export interface Call {
  method: Method
  /** The version it runs on. */
  version: string
  /** The origin for links to further pages if the call came under one of Facebook's names; null for the sandbox's own address. */
  origin: string | null
  /** The path after the version, decoded: `['me', 'messages']`. */
  path: string[]
  params: Params
  token: string | null
  /** Files of a multipart body. */
  files: readonly SentFile[]
}

export type Caller =
  | { kind: 'app'; app: App }
  | { kind: 'user'; app: App; user: User; token: Token }
  | { kind: 'page'; app: App; user: User; page: Page; token: Token }

export type PageCaller = Caller & { kind: 'page' }
export type UserCaller = Caller & { kind: 'user' }
