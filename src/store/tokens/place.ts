import type { Adapter } from 'lowdb'
import { basename, join } from 'node:path'
import type { Clock } from '../../base/clock.ts'
import { watchFile } from '../../base/watch-file.ts'
import { createFolder, createTokenFile } from './file.ts'
import { withLock } from './lock.ts'
import type { TokenData } from './records.ts'

/** Where tokens are kept: lowdb's adapter, and what several processes need besides. */
export interface TokenPlace {
  adapter: Adapter<TokenData>
  /** What an operator knows it by, such as its path. */
  name: string
  /** Whether what is kept is another version than was last read or written here. */
  changed: () => Promise<boolean>
  /** Whether what was read last is in the clear although there is a key. */
  isExposed: () => boolean
  /**
   * Runs a task that reads, changes and writes, so that no change of another process gets lost. The task may be run again.
   *
   * @throws BotError `BOT_STORE_UNAVAILABLE`
   */
  alone: <Result>(task: () => Promise<Result>) => Promise<Result>
  /** Writes what was read with another key, and leaves nothing behind that the old one opens. */
  rewrite: (data: TokenData, key: Buffer) => Promise<void>
  /** Calls `check` when there may be another version. @returns what ends it */
  watch: (check: () => void, clock: Pick<Clock, 'after'>) => () => void
  close: () => Promise<void>
}

/** How often a place is looked at for what another process has saved: a new token is to be in use within a second. */
export const POLL_MS = 500

/** Where a data folder keeps its tokens. */
export const tokenFileIn = (dir: string): string => join(dir, 'tokens.json')

/** What is locked while they are changed. */
const tokenLockIn = (dir: string): string => join(dir, 'tokens.lock')

/** The token file of a data folder, which is made, for the owner only, where it is not there. @throws BotError */
export const placeInFolder = (dir: string, key: Buffer | null): TokenPlace => {
  createFolder(dir)
  const file = createTokenFile(tokenFileIn(dir), key)
  return {
    adapter: file,
    name: file.path,
    changed: file.changed,
    isExposed: file.isExposed,
    // A writer that has read nothing keeps no previous version.
    rewrite: (data, to) => createTokenFile(file.path, to).write(data),
    alone: (task) => withLock(tokenLockIn(dir), task),
    watch: (check, clock) => watchFile({ dir, name: basename(file.path), pollMs: POLL_MS, clock, check }),
    close: () => Promise.resolve(),
  }
}
