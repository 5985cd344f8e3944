import type { Visitor } from '../api.ts'
import type { SandboxClock } from '../clock.ts'
import type { Trouble } from '../trouble.ts'
import type { App, Page, World } from '../world.ts'
import { createFailures } from './failures.ts'
import type { Item } from './items.ts'
import { CHANGES_FIELDS, STANDBY_FIELDS } from './fields.ts'
import type { Entry, Verification, Wire } from './wire.ts'

/** Delivers webhook events to the apps subscribed to a Page, as Facebook does (docs/messenger-platform.md#e2, #e3, #e8). */
export interface Courier {
  /** Queues an event for each app that is subscribed to its field at both levels. @returns whether there is any */
  post: (parcel: Parcel) => boolean
  /** Sends the verification GET; true once the callback has echoed the challenge. */
  verify: (app: App, callback?: { url: string; verifyToken: string }) => Promise<Verification>
  /** Sends entries once and at once, before all waiting events. @returns whether they were answered with 200 */
  deliver: Wire['deliver']
  /** Posts a form to an address of the app, once; the answer is only logged. */
  notify: (url: string, form: string) => void
  /** Tries all waiting events now. */
  hurry: () => void
  pending: () => number
  /** The number of conversations that wait for their next attempt. */
  backingOff: () => number
  lastStatus: () => number | null
  /** Since when callbacks to the app have failed, ms since the epoch; null while they succeed. */
  failingSinceMs: (appId: string) => number | null
  /** Resolves when no callback is in flight. */
  idle: () => Promise<void>
  clear: () => void
  /** Faults for the next events, for tests. */
  hooks: CourierHooks
}

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

export interface Parcel {
  page: Page
  /** The visitor; events of one visitor stay in order. */
  psid: string
  item: Item
  /** Whether an app gets the event as `standby`, because another one holds the thread. */
  standby?: (appId: string) => boolean
  /** Sent only to this app. */
  only?: string
  onOutcome?: (outcome: 'delivered' | 'failed') => void
}

export interface CourierDeps {
  world: World
  clock: SandboxClock
  wire: Wire
  trouble: Trouble
  /** Most waiting events in one callback. */
  batchSize: number
  stateChanged: () => void
}

interface Callback {
  app: App
  parcel: Parcel
  entry: Entry
}

interface Lane {
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

/** "A few immediate retries", then growing pauses; the last one repeats. */
const RETRY_AFTER_MS = [100, 500, 2_000, 5_000, 15_000, 30_000, 60_000, 120_000, 300_000]
/** Most callbacks in flight; a lane has at most one. */
const MOST_IN_FLIGHT = 64
const NO_HOOKS: CourierHooks = { duplicate: 0, drop: 0, swap: 0, batch: 0 }

export const createCourier = (deps: CourierDeps): Courier => {
  const { world, clock, wire, trouble, batchSize, stateChanged } = deps
  const lanes = new Map<string, Lane>()
  const failures = createFailures({ nowMs: clock.nowMs })
  const hooks: CourierHooks = { ...NO_HOOKS }
  const idlers = new Set<() => void>()
  const slots: (() => void)[] = []
  /** Events collected for one callback. */
  let gathered: Callback[] = []
  let inFlight = 0
  let pending = 0
  let sideLanes = 0
  /** Rises when all lanes are dropped; lanes of an earlier epoch stop by themselves. */
  let epoch = 0

  const settle = (callback: Callback, outcome: 'delivered' | 'failed') => {
    pending -= 1
    callback.parcel.onOutcome?.(outcome)
    stateChanged()
    if (pending > 0) return
    for (const done of idlers) done()
    idlers.clear()
  }

  const enqueue = (callback: Callback) => {
    pending += 1
    if (hooks.drop > 0) {
      hooks.drop -= 1
      return settle(callback, 'failed')
    }
    if (hooks.batch > 0 && gathered.every(({ app }) => app === callback.app)) return gather(callback)
    const key = `${callback.app.id} ${callback.parcel.page.id} ${callback.parcel.psid}`
    const lane = lanes.get(key) ?? newLane()
    if (hooks.swap > 0 && !lane.held) {
      hooks.swap -= 1
      lane.held = callback
    } else {
      lane.waiting.push(callback)
      if (hooks.duplicate > 0) {
        hooks.duplicate -= 1
        pending += 1
        lane.waiting.push({ ...callback, parcel: { ...callback.parcel, onOutcome: () => undefined } })
      }
      if (lane.held) lane.waiting.push(lane.held)
      lane.held = null
    }
    start(key, lane)
  }

  const gather = (callback: Callback) => {
    gathered.push(callback)
    hooks.batch -= 1
    if (hooks.batch === 0) sendGathered()
  }

  const sendGathered = () => {
    if (gathered.length > 0) startAside({ waiting: gathered, together: true })
    gathered = []
    hooks.batch = 0
  }

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
          failures.over(callback.app, callback.parcel.page)
          settle(callback, 'delivered')
        }
        continue
      }
      lane.waiting = lane.waiting.filter((callback) => {
        if (!failures.another(callback.app, callback.parcel.page)) return true
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
    post: ({ page, item, only, standby, ...parcel }) => {
      let any = false
      for (const [appId, fields] of page.subscriptions) {
        const app = world.apps.get(appId)
        if (!app?.subscription || (only !== undefined && only !== appId)) continue
        if (!hearsOf(app, world.visitors.get(parcel.psid))) continue
        const { fields: appFields } = app.subscription
        const hears = (field: string) => fields.has(field) && appFields.has(field)
        const entry = entryFor(page, item, hears, standby?.(appId) ?? false)
        if (!entry) continue
        any = true
        enqueue({ app, parcel: { page, item, ...parcel }, entry })
      }
      if (any) stateChanged()
      return any
    },
    verify: wire.verify,
    notify: wire.notify,
    deliver: wire.deliver,
    hurry: () => {
      sendGathered()
      hurry()
    },
    pending: () => pending,
    backingOff: () => [...lanes.values()].filter((lane) => lane.hurry !== null).length,
    lastStatus: wire.lastStatus,
    failingSinceMs: failures.sinceMs,
    idle: () => (pending === 0 ? Promise.resolve() : new Promise((resolve) => idlers.add(resolve))),
    clear: () => {
      epoch += 1
      for (const lane of lanes.values()) lane.hurry?.()
      lanes.clear()
      failures.clear()
      wire.forget()
      gathered = []
      Object.assign(hooks, NO_HOOKS)
      pending = 0
      for (const done of idlers) done()
      idlers.clear()
    },
    hooks,
  }
}

const newLane = (): Lane => ({
  waiting: [],
  held: null,
  running: false,
  attempts: 0,
  together: false,
  hurry: null,
})

/** In development an app gets only events of people with a role on it (docs/messenger-platform.md#e8, #k9). */
const hearsOf = (app: App, visitor: Visitor | undefined) =>
  app.mode === 'live' || visitor === undefined || visitor.appRole

/** The event in the form for this app; null if the app does not get it. */
const entryFor = (
  page: Page,
  item: Item,
  hears: (field: string) => boolean,
  isStandby: boolean,
): Entry | null => {
  const { field, content } = item
  if (!hears(field)) return null
  if (CHANGES_FIELDS.has(field))
    return { pageId: page.id, channel: 'changes', content: { field, value: content } }
  if (isStandby && !(hears('standby') && STANDBY_FIELDS.has(field))) return null
  const channel = isStandby ? 'standby' : 'messaging'
  return { pageId: page.id, channel, content: item.shapeFor?.({ channel, hears }) ?? content }
}
