import type { HandlersProcess } from './process.ts'

/** The processes with the handlers: the one in service, which gets the new events, and those that only finish their last ones. */
export interface Processes {
  /** Null while none is in service. */
  current: () => HandlersProcess | null
  /** The last process in service: it tells kinds and time limit while none is in service. */
  known: () => HandlersProcess
  /** Puts a process into service. The one before finishes its events. */
  put: (next: HandlersProcess) => void
  /** Takes the process out of service; false where it is not in service, or too many are out of service. */
  retire: (one: HandlersProcess) => boolean
  /** Puts the latest process that is out of service back, where none is in service. @returns whether it did */
  recall: () => boolean
  /** The process has ended. @returns whether it was out of service and had no events */
  ended: (one: HandlersProcess) => boolean
  /** Ends the process if it is out of service and has no events left. */
  endIfDone: (one: HandlersProcess) => void
  /** Ends all of them. */
  stop: () => void
}

/** At most this many replaced processes may still be finishing their events. */
const MOST_RETIRED = 2

/** @param isIdle - whether the process has no events */
export const createProcesses = (isIdle: (one: HandlersProcess) => boolean): Processes => {
  const retired = new Set<HandlersProcess>()
  let current: HandlersProcess | null = null
  let known: HandlersProcess

  const endIfDone = (one: HandlersProcess): void => {
    if (retired.has(one) && isIdle(one)) one.kill()
  }

  return {
    current: () => current,
    known: () => known,
    put: (next) => {
      const before = current
      current = known = next
      if (before === null) return
      retired.add(before)
      endIfDone(before)
    },
    retire: (one) => {
      if (one !== current || retired.size >= MOST_RETIRED) return false
      retired.add(one)
      current = null
      return true
    },
    recall: () => {
      const busy = [...retired].at(-1)
      if (current !== null || busy === undefined) return false
      retired.delete(busy)
      current = busy
      return true
    },
    ended: (one) => {
      if (one === current) current = null
      return retired.delete(one) && isIdle(one)
    },
    endIfDone,
    stop: () => {
      for (const one of retired) one.kill()
      current?.kill()
    },
  }
}
