import type { SandboxEvent } from './api.ts'

/** Passes every event of the sandbox to its subscribers: the chat page, tests, scripts. */
export interface Bus {
  tell: (event: SandboxEvent) => void
  /** Something in {@link ./api.ts SandboxState} changed; told once per loop turn, however often this is called. */
  stateChanged: () => void
  watch: (listener: (event: SandboxEvent) => void) => () => void
  watched: () => boolean
}

export const createBus = (readState: () => SandboxEvent & { type: 'state' }): Bus => {
  const listeners = new Set<(event: SandboxEvent) => void>()
  let stateDue = false

  const tell = (event: SandboxEvent) => {
    for (const listener of listeners) listener(event)
  }

  return {
    tell,
    stateChanged: () => {
      if (stateDue || listeners.size === 0) return
      stateDue = true
      setImmediate(() => {
        stateDue = false
        tell(readState())
      })
    },
    watch: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    watched: () => listeners.size > 0,
  }
}
