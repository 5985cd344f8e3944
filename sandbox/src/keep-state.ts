import { performance } from 'node:perf_hooks'
import type { Sandbox } from './server.ts'
import type { StateFile } from './state-file.ts'

/** The delay of a write after a change, so that many changes are one write. */
const SAVE_AFTER_MS = 1000
/** The wait for the next save is at least this many times the duration of the last one, which is seconds with uploads of 256 MiB. */
const REST = 20

/** The clock of the saves; tests replace it. */
export interface SaveTimes {
  now: () => number
  /** @returns the function that cancels the wait */
  after: (delayMs: number, run: () => void) => () => void
}

const REAL: SaveTimes = {
  now: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
}

/**
 * Saves the world after changes, and once more at the end.
 *
 * @param complain - called when the file cannot be written; not again until a write has succeeded
 * @returns the function to call before the sandbox is closed
 */
export const keepState = (
  sandbox: Pick<Sandbox, 'save'> & { bus: Pick<Sandbox['bus'], 'watch'> },
  file: Pick<StateFile, 'save'>,
  complain: (error: Error) => void,
  { now, after }: SaveTimes = REAL,
): (() => Promise<void>) => {
  let cancel: (() => void) | undefined
  let writing = Promise.resolve()
  let complained = false
  let tookMs = 0

  const save = (): Promise<void> => {
    cancel?.()
    cancel = undefined
    writing = writing.then(async () => {
      const begunMs = now()
      try {
        await file.save(sandbox.save())
        complained = false
      } catch (error) {
        if (!complained) complain(error as Error)
        complained = true
      }
      tookMs = now() - begunMs
    })
    return writing
  }

  const stop = sandbox.bus.watch(() => {
    cancel ??= after(Math.max(SAVE_AFTER_MS, tookMs * REST), () => void save())
  })
  return async () => {
    stop()
    await save()
  }
}
