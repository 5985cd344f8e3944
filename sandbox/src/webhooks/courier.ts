import type { Visitor } from '../api.ts'
import type { SandboxClock } from '../clock.ts'
import type { Trouble } from '../trouble.ts'
import type { App, Page, World } from '../world.ts'
import { createFailures } from './failures.ts'
import { createFaults, type CourierHooks } from './faults.ts'
import type { Item } from './items.ts'
import { CHANGES_FIELDS, STANDBY_FIELDS } from './fields.ts'
import { createLanes } from './lanes.ts'
import { createUnderWay } from './under-way.ts'
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
  /** What is wrong with the last answer of the app's bot and what to do; null if it was right. */
  problem: Wire['problem']
  /** Since when callbacks to the app have failed, ms since the epoch; null while they succeed. */
  failingSinceMs: (appId: string) => number | null
  /** Resolves when no callback is in flight. */
  idle: () => Promise<void>
  clear: () => void
  /** Faults for the next events, for tests. */
  hooks: CourierHooks
}

/** An event of a Page for its apps. */
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

export const createCourier = (deps: CourierDeps): Courier => {
  const { world, clock, wire, trouble, batchSize, stateChanged } = deps
  const underWay = createUnderWay({ stateChanged })
  const failures = createFailures({ nowMs: clock.nowMs })
  const lanes = createLanes({
    clock,
    wire,
    trouble,
    failures,
    batchSize,
    settle: underWay.settle,
    stateChanged,
  })
  const faults = createFaults({ lanes, underWay })

  return {
    post: ({ page, psid, item, only, standby, onOutcome }) => {
      let any = false
      for (const [appId, fields] of page.subscriptions) {
        const app = world.apps.get(appId)
        if (!app?.subscription || (only !== undefined && only !== appId)) continue
        if (!hearsOf(app, world.visitors.get(psid))) continue
        const { fields: appFields } = app.subscription
        const hears = (field: string) => fields.has(field) && appFields.has(field)
        const entry = entryFor(page, item, hears, standby?.(appId) ?? false)
        if (!entry) continue
        any = true
        faults.enqueue({ app, page, psid, entry, ...(onOutcome && { onOutcome }) })
      }
      if (any) stateChanged()
      return any
    },
    verify: wire.verify,
    notify: wire.notify,
    deliver: wire.deliver,
    hurry: () => {
      faults.sendGathered()
      lanes.hurry()
    },
    pending: underWay.count,
    backingOff: lanes.backingOff,
    lastStatus: wire.lastStatus,
    problem: wire.problem,
    failingSinceMs: failures.sinceMs,
    idle: underWay.idle,
    clear: () => {
      lanes.clear()
      failures.clear()
      wire.forget()
      faults.clear()
      underWay.clear()
    },
    hooks: faults.hooks,
  }
}

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
