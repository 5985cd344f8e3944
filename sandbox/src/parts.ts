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

/** The parts of the sandbox, from which each folder gets its dependencies. */
export interface SandboxParts {
  settings: Settings
  world: World
  clock: SandboxClock
  /** Random numbers for ids, tokens and mids. */
  rng: Rng
  /** Random numbers for values that only have to differ, such as trace ids, so that their number does not change the ids. */
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
  /** The version of calls without one. */
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
  /** The origin; known once the sandbox listens. */
  origin: () => string
}
