import { watch, type FSWatcher } from 'node:fs'
import type { Clock } from './clock.ts'

/**
 * Calls `check` whenever the file `name` in `dir` may have changed: at once where the system tells, and every `pollMs`
 * anyway, since network and container file systems do not always tell. Watches the folder: many editors replace a file by
 * another one, which a watch on the file itself does not survive. Keeps no process alive.
 */
export const watchFile = (deps: {
  dir: string
  name: string
  pollMs: number
  clock: Pick<Clock, 'after'>
  /** @param isTold - whether the system told of a change; otherwise it is time to look */
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
    // The folder went away, or the system has run out of watches: the poll goes on.
    return watcher.on('error', () => watcher.close())
  } catch {
    return undefined
  }
}
