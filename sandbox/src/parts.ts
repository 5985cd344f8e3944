import type { Bus } from './bus.ts'
import type { Chat } from './chat.ts'
import type { SandboxClock } from './clock.ts'
import type { FileStore } from './files.ts'
import type { Usage } from './graph/usage.ts'
import type { Rng } from './rng.ts'
import type { Tokens } from './tokens.ts'
import type { TrafficLog } from './traffic.ts'
import type { Trouble } from './trouble.ts'
import type { Courier } from './webhooks/courier.ts'
import type { World } from './world.ts'

/** The parts of the sandbox; every room gets its dependencies from here. */
export interface SandboxParts {
  settings: Settings
  world: World
  clock: SandboxClock
  /** Chance for what stays: ids, tokens, mids. */
  rng: Rng
  /** Chance for what only has to differ, so that its timing does not shift the ids. */
  traces: Rng
  bus: Bus
  tokens: Tokens
  files: FileStore
  usage: Usage
  trouble: Trouble
  traffic: TrafficLog
  courier: Courier
  chat: Chat
}

export interface Settings {
  /** The version of calls that name none. */
  graphVersion: string
  /** The app whose webhook and tokens the control API shows. */
  appId: string
  /** The mode of the app at the start. */
  mode: 'live' | 'development'
  /** Most entries in one page of a list. */
  pageSize: number
  /** How long a Graph call takes. */
  latencyMs: number
  /** Whether visitors' names may be read (the feature Business Asset User Profile Access). */
  profileAccess: boolean
  /** The command that gives the bot a valid token again; null when the sandbox runs alone. */
  repairCommand: string | null
  /** Known once it listens. */
  origin: () => string
}
