import type { SandboxClock } from '../clock.ts'
import type { Trouble } from '../trouble.ts'
import type { App, Page } from '../world.ts'
import type { Failures } from './failures.ts'
import type { Entry, Wire } from './wire.ts'

/** An event on its way to an app. */
export interface Callback {
  app: App
  page: Page
  psid: string
  entry: Entry
  onOutcome?: (outcome: 'delivered' | 'failed') => void
}

/** Callbacks that keep their order: those of one visitor of a Page to an app. */
export interface Lane {
  waiting: Callback[]
  /** The event that waits to be overtaken by the next one. */
  held: Callback | null
  running: boolean
  attempts: number
  /** Whether all its events are sent in one callback. */
  together: boolean
  /** Cuts a back-off short; null while not backing off. */
  hurry: (() => void) | null
}

/** Sends callbacks in their lanes, side by side, and again until the app takes them or has failed for an hour. */
export interface Lanes {
  /** The lane of the callback, a new one where it has none. It runs after {@link start}. */
  of: (callback: Callback) => Lane
  start: (callback: Callback, lane: Lane) => void
  /** Starts a lane of its own, past all others. */
  startAside: (lane: Partial<Lane>) => void
  /** Ends all pauses. */
  hurry: () => void
  backingOff: () => number
  /** Drops all lanes. */
  clear: () => void
}

/** "A few immediate retries", then growing pauses; the last one repeats. */
const RETRY_AFTER_MS = [100, 500, 2_000, 5_000, 15_000, 30_000, 60_000, 120_000, 300_000]
/** Most callbacks in flight; a lane has at most one. */
const MOST_IN_FLIGHT = 64

export const createLanes = (deps: {
  clock: SandboxClock
  wire: Pick<Wire, 'verify' | 'deliver'>
  trouble: Trouble
  failures: Failures
  /** Most waiting events in one callback. */
  batchSize: number
  settle: (callback: Callback, outcome: 'delivered' | 'failed') => void
  stateChanged: () => void
}): Lanes => {
  const { clock, wire, trouble, failures, batchSize, settle, stateChanged } = deps
  const lanes = new Map<string, Lane>()
  const slots: (() => void)[] = []
  let inFlight = 0
  let sideLanes = 0
  /** Rises when all lanes are dropped; lanes of an earlier epoch stop by themselves. */
  let epoch = 0

  const startAside = (lane: Partial<Lane>) => {
    sideLanes += 1
    start(`aside ${sideLanes}`, { ...newLane(), ...lane })
  }

  const start = (key: string, lane: Lane) => {
    lanes.set(key, lane)
    if (lane.running) return
    lane.running = true
    void run(key, lane, epoch)
  }

  const run = async (key: string, lane: Lane, born: number): Promise<void> => {
    // The caller finishes first, because it may still be answering a Graph call.
    await new Promise(setImmediate)
    if (lane.attempts > 0) await pause(lane)
    while (born === epoch && lane.waiting.length > 0) {
      const batch = lane.waiting.slice(0, lane.together ? lane.waiting.length : batchSize)
      const delivered = await attempt(batch)
      if (born !== epoch) return
      if (delivered) {
        lane.attempts = 0
        lane.waiting.splice(0, batch.length)
        for (const callback of batch) {
          failures.over(callback.app, callback.page)
          settle(callback, 'delivered')
        }
        continue
      }
      lane.waiting = lane.waiting.filter((callback) => {
        if (!failures.another(callback.app, callback.page)) return true
        settle(callback, 'failed')
        // Wakes waiting lanes, so that they fail at once, too.
        hurry()
        return false
      })
      if (lane.waiting.length === 0) break
      lane.attempts += 1
      stateChanged()
      if (trouble.webhookUnordered && lane.waiting.length > batch.length) {
        startAside({ waiting: lane.waiting.splice(0, batch.length), attempts: lane.attempts, together: true })
      } else await pause(lane)
    }
    if (born !== epoch) return
    lane.running = false
    lane.attempts = 0
    // A lane with a held event stays, because the event waits for the next one.
    if (!lane.held) lanes.delete(key)
  }

  const attempt = async (batch: readonly Callback[]): Promise<boolean> => {
    if (inFlight >= MOST_IN_FLIGHT) await new Promise<void>((resolve) => slots.push(resolve))
    inFlight += 1
    try {
      const [first] = batch
      const subscription = first?.app.subscription
      if (!first || !subscription) return false
      if (!subscription.verified && !(await wire.verify(first.app)).ok) return false
      return await wire.deliver(
        first.app,
        subscription.callbackUrl,
        batch.map(({ entry }) => entry),
      )
    } finally {
      inFlight -= 1
      slots.shift()?.()
    }
  }

  const pause = (lane: Lane) =>
    new Promise<void>((resolve) => {
      const ms = RETRY_AFTER_MS[Math.min(lane.attempts, RETRY_AFTER_MS.length) - 1] ?? 0
      const cancel = clock.after(ms, () => lane.hurry?.())
      lane.hurry = () => {
        cancel()
        lane.hurry = null
        resolve()
      }
    })

  const hurry = () => {
    for (const lane of lanes.values()) lane.hurry?.()
  }

  return {
    of: (callback) => lanes.get(keyOf(callback)) ?? newLane(),
    start: (callback, lane) => start(keyOf(callback), lane),
    startAside,
    hurry,
    backingOff: () => [...lanes.values()].filter((lane) => lane.hurry !== null).length,
    clear: () => {
      epoch += 1
      hurry()
      lanes.clear()
    },
  }
}

const keyOf = ({ app, page, psid }: Callback): string => `${app.id} ${page.id} ${psid}`

const newLane = (): Lane => ({
  waiting: [],
  held: null,
  running: false,
  attempts: 0,
  together: false,
  hurry: null,
})
