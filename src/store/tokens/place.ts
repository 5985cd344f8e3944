import type { Adapter } from 'lowdb'
import { dirname, join } from 'node:path'
import { linkTarget } from '../../base/link-target.ts'
import { createFolder, createTokenFile } from './file.ts'
import { withLock } from './lock.ts'
import type { TokenData } from './records.ts'

/** The place of the tokens: lowdb's adapter, and functions for several processes. */
export interface TokenPlace {
  adapter: Adapter<TokenData>
  /** Name for the operator, such as its path. */
  name: string
  /** Whether the stored version differs from the one that was last read or written here. */
  changed: () => Promise<boolean>
  /** Whether the version that was read last is unencrypted although there is a key. */
  isExposed: () => boolean
  /**
   * Runs a task that reads, changes and writes, so that no change of another process gets lost. The task may run more than once.
   *
   * @throws BotError `BOT_STORE_UNAVAILABLE`
   */
  alone: <Result>(task: () => Promise<Result>) => Promise<Result>
  /** Writes the data with another key, and leaves nothing that the old key opens. */
  rewrite: (data: TokenData, key: Buffer) => Promise<void>
  close: () => Promise<void>
}

/** The token file of a data folder. */
export const tokenFileIn = (dir: string): string => join(dir, 'tokens.json')

/** Runs a task that changes the token file of a data folder, so that no change of another process gets lost. @throws BotError */
export const aloneInFolder = async <Result>(dir: string, task: () => Promise<Result>): Promise<Result> =>
  withLock(await lockOf(tokenFileIn(dir)), task)

/**
 * The lock file for changes of the token file. It is beside the link's target, because other data folders may have links to the
 * same file.
 */
const lockOf = async (path: string): Promise<string> =>
  join(dirname(await linkTarget(path).catch(() => path)), 'tokens.lock')

/**
 * The token file of a data folder; creates the folder, for the owner only.
 *
 * @throws BotError
 */
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
    alone: (task) => aloneInFolder(dir, task),
    close: () => Promise.resolve(),
  }
}
