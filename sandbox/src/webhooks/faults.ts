import type { Callback, Lanes } from './lanes.ts'
import type { UnderWay } from './under-way.ts'

/** Faults for the next events, for tests. */
export interface CourierHooks {
  /** The number of next events that are sent twice. */
  duplicate: number
  /** The number of next events that are never sent. */
  drop: number
  /** The number of next events that are overtaken by the one after them. */
  swap: number
  /** The number of next events that are sent in one callback. */
  batch: number
}

/** Puts events into their lanes, with the faults that tests ask for. */
export interface Faults {
  hooks: CourierHooks
  enqueue: (callback: Callback) => void
  /** Sends the events collected for one callback, however few they are. */
  sendGathered: () => void
  clear: () => void
}

const NO_HOOKS: CourierHooks = { duplicate: 0, drop: 0, swap: 0, batch: 0 }

export const createFaults = ({ lanes, underWay }: { lanes: Lanes; underWay: UnderWay }): Faults => {
  const hooks: CourierHooks = { ...NO_HOOKS }
  /** Events collected for one callback. */
  let gathered: Callback[] = []

  const sendGathered = (): void => {
    if (gathered.length > 0) lanes.startAside({ waiting: gathered, together: true })
    gathered = []
    hooks.batch = 0
  }

  const gather = (callback: Callback): void => {
    gathered.push(callback)
    hooks.batch -= 1
    if (hooks.batch === 0) sendGathered()
  }

  return {
    hooks,
    enqueue: (callback) => {
      underWay.add()
      if (hooks.drop > 0) {
        hooks.drop -= 1
        return underWay.settle(callback, 'failed')
      }
      if (hooks.batch > 0 && gathered.every(({ app }) => app === callback.app)) return gather(callback)
      const lane = lanes.of(callback)
      if (hooks.swap > 0 && !lane.held) {
        hooks.swap -= 1
        lane.held = callback
      } else {
        lane.waiting.push(callback)
        if (hooks.duplicate > 0) {
          hooks.duplicate -= 1
          underWay.add()
          lane.waiting.push({ ...callback, onOutcome: () => undefined })
        }
        if (lane.held) lane.waiting.push(lane.held)
        lane.held = null
      }
      lanes.start(callback, lane)
    },
    sendGathered,
    clear: () => {
      gathered = []
      Object.assign(hooks, NO_HOOKS)
    },
  }
}
