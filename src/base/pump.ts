/** Runs one piece of work at a time, and once more when it was woken meanwhile. */
export interface Pump {
  wake: () => void
  isBusy: () => boolean
  /** Resolves when nothing runs. */
  idle: () => Promise<void>
}

/**
 * @param deps.run - true when there may be more to do at once
 * @param deps.onError - hears why a run failed; the next wake runs again
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
