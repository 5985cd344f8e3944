import { watch, type FSWatcher, type Stats } from 'node:fs'
import type { Clock } from './clock.ts'

/**
 * Calls `check` whenever the file `name` in `dir` may have changed: at once if the system reports a change, and every `pollMs`,
 * because network and container file systems do not report all changes. Watches the folder, because many editors replace the
 * file, after which a watch on the file itself reports nothing. Does not keep the process alive.
 */
export const watchFile = (deps: {
  dir: string
  name: string
  pollMs: number
  clock: Pick<Clock, 'after'>
  /** @param isTold - true if the system reported a change, false for a regular look */
  check: (isTold: boolean) => void
}): (() => void) => {
  const { dir, name, pollMs, clock, check } = deps
  let cancel = (): void => {}
  const poll = (): void => {
    check(false)
    cancel = clock.after(pollMs, poll)
  }
  cancel = clock.after(pollMs, poll)
  const watcher = listen(dir, name, check)
  return () => {
    cancel()
    watcher?.close()
  }
}

const listen = (dir: string, name: string, check: (isTold: boolean) => void): FSWatcher | undefined => {
  try {
    const watcher = watch(dir, { persistent: false }, (_event, changed) => {
      if (changed === null || changed === name) check(true)
    })
    // The folder was removed, or the system has no watches left; polling goes on.
    return watcher.on('error', () => watcher.close())
  } catch {
    return undefined
  }
}

/** Changes whenever the file is written or replaced. */
export const stampOf = ({ mtimeMs, size, ino }: Pick<Stats, 'mtimeMs' | 'size' | 'ino'>): string =>
  `${mtimeMs} ${size} ${ino}`
