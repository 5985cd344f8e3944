import { join } from 'node:path'
import { BotError } from '../../base/errors.ts'
import { holdDataDir, LOCK } from './data-dir.ts'
import { markOf } from './in-place.ts'

/**
 * Keeps a data folder held whose lock file is deleted, as by a cleaner or by an operator who takes it for stale: this process takes the
 * lock anew, before another bot gets one on a new file and both answer the same events.
 *
 * @param dir - a folder that this process holds
 * @param assertInPlace - of its database: no lock is made in a folder that is gone, or on a disk that is not mounted
 */
export const keepHold = (
  dir: string,
  assertInPlace: () => void,
): {
  /**
   * Takes the lock anew where its file is not the same any more.
   *
   * @throws BotError `BOT_DATA_DIR_IN_USE` when another process was faster; this one must not work on the folder any more
   */
  check: () => void
  release: () => void
} => {
  const lock = join(dir, LOCK)
  let mark = markOf(lock)
  let held: { release: () => void } | null = null

  return {
    check: () => {
      if (mark !== null && markOf(lock) === mark) return
      try {
        assertInPlace()
        held = holdDataDir(dir)
        mark = markOf(lock)
      } catch (error) {
        if (error instanceof BotError && error.code === 'BOT_DATA_DIR_IN_USE') throw error
        // Where this process can make no file, no other one of its user can; the next check tries again.
      }
    },
    release: () => held?.release(),
  }
}
