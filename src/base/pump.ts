/** Runs a task, never twice at the same time, and once more if it was woken meanwhile. */
export interface Pump {
  wake: () => void
  isBusy: () => boolean
  /** Resolves when no run is in progress. */
  idle: () => Promise<void>
}

/**
 * @param deps.run - resolves to true when there may be more work, so that it runs again at once
 * @param deps.onError - called with the error of a failed run; the next wake runs again
 */
export const createPump = (deps: {
  run: () => Promise<boolean | void>
  onError: (error: unknown) => void
}): Pump => {
  const { run, onError } = deps
  let running: Promise<void> | null = null
  let woken = false

  const runAll = async (): Promise<void> => {
    do {
      woken = false
      try {
        if ((await run()) === true) woken = true
      } catch (error) {
        onError(error)
      }
    } while (woken)
    running = null
  }

  return {
    wake: () => {
      if (running === null) running = runAll()
      else woken = true
    },
    isBusy: () => running !== null,
    idle: async () => {
      await running
    },
  }
}
