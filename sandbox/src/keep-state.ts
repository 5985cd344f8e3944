import type { Sandbox } from './server.ts'
import type { StateFile } from './state-file.ts'

/** The delay of a write after a change, so that many changes are one write. */
const SAVE_AFTER_MS = 1000

/**
 * Saves the world after changes, and once more at the end.
 *
 * @param complain - called when the file cannot be written; not again until a write has succeeded
 * @returns the function to call before the sandbox is closed
 */
export const keepState = (
  sandbox: Sandbox,
  file: StateFile,
  complain: (error: Error) => void,
): (() => Promise<void>) => {
  let due: NodeJS.Timeout | undefined
  let writing = Promise.resolve()
  let complained = false

  const save = (): Promise<void> => {
    clearTimeout(due)
    due = undefined
    writing = writing.then(async () => {
      try {
        await file.save(sandbox.save())
        complained = false
      } catch (error) {
        if (!complained) complain(error as Error)
        complained = true
      }
    })
    return writing
  }

  const stop = sandbox.bus.watch(() => {
    due ??= setTimeout(() => void save(), SAVE_AFTER_MS)
  })
  return async () => {
    stop()
    await save()
  }
}
