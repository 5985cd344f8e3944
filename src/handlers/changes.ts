import { stat } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { stampOf, watchFile } from '../base/watch-file.ts'

/** The changes of a file from when it was first looked at. */
export interface FileChanges {
  start: () => void
  stop: () => void
}

/** A change counts this long after the last one, because editors may write a file in several steps. */
const SETTLE_MS = 100
const POLL_MS = 2000

export const changesOf = async (deps: {
  file: string
  clock: Clock
  onChange: () => void
}): Promise<FileChanges> => {
  const { file, clock, onChange } = deps
  let stamp = await stampOfFile(file)
  let isStopped = false
  let stopWatching = (): void => undefined
  let cancelSettle = (): void => undefined

  const look = async (): Promise<void> => {
    const now = await stampOfFile(file)
    // While an editor replaces the file, it may be missing.
    if (isStopped || now === null || now === stamp) return
    stamp = now
    cancelSettle()
    cancelSettle = clock.after(SETTLE_MS, onChange)
  }

  return {
    start: () => {
      const path = resolve(file)
      stopWatching = watchFile({
        dir: dirname(path),
        name: basename(path),
        pollMs: POLL_MS,
        clock,
        check: () => void look(),
      })
    },
    stop: () => {
      isStopped = true
      stopWatching()
      cancelSettle()
    },
  }
}

/** Null where the file cannot be read. */
const stampOfFile = (file: string): Promise<string | null> => stat(file).then(stampOf, () => null)
