import type { SandboxClock } from '../clock.ts'
import type { Rng } from '../rng.ts'
import type { TrafficLog } from '../traffic.ts'
import type { Trouble } from '../trouble.ts'
import type { App, Page, World } from '../world.ts'
import { facebookJson, signatures } from './bytes.ts'
import type { Item } from './items.ts'
import type { Line } from './line.ts'

/** Brings webhook events to the apps subscribed to a Page, as Facebook does (reference E2, E3, E8). */
export interface Courier {
  /** Queues an event for every app that subscribed to its field, at both levels. Whether there was any. */
  post: (parcel: Parcel) => boolean
  /** Sends the verification GET; true once the callback has echoed the challenge. */
  verify: (app: App, callback?: { url: string; verifyToken: string }) => Promise<Verification>
  /** Posts a form to an address of the app, once; what comes back is only logged. */
  notify: (url: string, form: string) => void
  /** Tries everything that waits for its next attempt now. */
  hurry: () => void
  pending: () => number
  /** Conversations whose next attempt waits for its time. */
  backingOff: () => number
  lastStatus: () => number | null
  /** Resolves once nothing is on its way. */
  idle: () => Promise<void>
  clear: () => void
  /** What to do to the next events, for tests. */
  hooks: CourierHooks
}

export interface CourierHooks {
  /** This many of the next events are sent twice. */
  duplicate: number
  /** This many of the next events are never sent. */
  drop: number
  /** This many of the next events are overtaken by the one after them. */
  swap: number
}

export interface Parcel {
  page: Page
  /** Order holds among events of the same visitor. */
  psid: string
  atMs: number
  item: Item
  /** Apps that get it as `standby`, because another one holds the thread. */
  standby?: (appId: string) => boolean
  /** Only to this app. */
  only?: string
  onOutcome?: (outcome: 'delivered' | 'failed') => void
}

export type Verification = { ok: true } | { ok: false; problem: string }

export interface CourierDeps {
  world: World
  clock: SandboxClock
  rng: Rng
  line: Line
  trouble: Trouble
  traffic: TrafficLog
  stateChanged: () => void
}

interface Callback {
  app: App
  parcel: Parcel
  channel: 'messaging' | 'standby'
}

interface Lane {
  waiting: Callback[]
  /** Waits to be overtaken by the next event. */
  held: Callback | null
  running: boolean
  attempts: number
  /** Cuts a back-off short; null while not backing off. */
  hurry: (() => void) | null
}

/** "A few immediate retries", then with growing pauses; the last one goes on. */
const RETRY_AFTER_MS = [100, 500, 2_000, 5_000, 15_000, 30_000, 60_000, 120_000, 300_000]
/** After an hour of failure the app is unsubscribed from the Page. */
const GIVE_UP_AFTER_MS = 3600_000
/** Callbacks under way at once; a lane has at most one. */
const MOST_IN_FLIGHT = 64

export const createCourier = (deps: CourierDeps): Courier => {
  const { world, clock, rng, line, trouble, traffic, stateChanged } = deps
  const lanes = new Map<string, Lane>()
  /** Since when a Page's callbacks to an app have been failing. */
  const failingSince = new Map<string, number>()
  const hooks: CourierHooks = { duplicate: 0, drop: 0, swap: 0 }
  const idlers = new Set<() => void>()
  const slots: (() => void)[] = []
  let inFlight = 0
  let pending = 0
  let lastStatus: number | null = null
  /** Lanes of an earlier epoch were cleared away and stop by themselves. */
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
      settle(callback, 'failed')
      return
    }
    const key = `${callback.app.id} ${callback.parcel.page.id} ${callback.parcel.psid}`
    const lane = lanes.get(key) ?? { waiting: [], held: null, running: false, attempts: 0, hurry: null }
    lanes.set(key, lane)
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
    if (lane.running) return
    lane.running = true
    void run(key, lane, epoch)
  }

  const run = async (key: string, lane: Lane, born: number): Promise<void> => {
    // The caller's own work first: whoever posts an event may still be answering a Graph call.
    await new Promise(setImmediate)
    while (born === epoch) {
      const callback = lane.waiting[0]
      if (!callback) break
      const delivered = await attempt(callback)
      if (born !== epoch) return
      if (delivered) {
        lane.attempts = 0
        lane.waiting.shift()
        failingSince.delete(failureKey(callback))
        settle(callback, 'delivered')
        continue
      }
      if (givenUp(callback)) {
        for (const lost of lane.waiting.splice(0)) settle(lost, 'failed')
        break
      }
      const pauseMs = RETRY_AFTER_MS[Math.min(lane.attempts, RETRY_AFTER_MS.length - 1)] ?? 0
      lane.attempts += 1
      stateChanged()
      await pause(lane, pauseMs)
    }
    if (born !== epoch) return
    lane.running = false
    lane.attempts = 0
    // One that is held waits for the next event of its lane; the lane stays for it.
    if (!lane.held) lanes.delete(key)
  }

  const attempt = async (callback: Callback): Promise<boolean> => {
    if (inFlight >= MOST_IN_FLIGHT) await new Promise<void>((resolve) => slots.push(resolve))
    inFlight += 1
    try {
      const subscription = callback.app.subscription
      if (!subscription) return false
      if (!subscription.verified && !(await verify(callback.app)).ok) return false
      return await deliver(callback, subscription.callbackUrl)
    } finally {
      inFlight -= 1
      slots.shift()?.()
    }
  }

  const deliver = async ({ app, parcel, channel }: Callback, url: string): Promise<boolean> => {
    const payload = {
      object: 'page',
      entry: [{ id: parcel.page.id, time: clock.nowMs(), [channel]: [parcel.item.content] }],
    }
    const body = Buffer.from(facebookJson(payload))
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'facebookexternalua',
      accept: '*/*',
      ...signatures(app.secret, body),
    }
    return (await exchange('POST', url, headers, payload, body)).status === 200
  }

  const exchange = async (
    method: 'GET' | 'POST',
    url: string,
    headers: Record<string, string>,
    request: unknown,
    body?: Buffer,
  ): Promise<{ status: number | null; body: string }> => {
    const atMs = clock.nowMs()
    const started = performance.now()
    const answer = trouble.webhookLost
      ? { status: null, body: 'the sandbox cut the line' }
      : await line.send({ method, url, headers, ...(body && { body }) }).catch((error: unknown) => ({
          status: null,
          body:
            error instanceof Error
              ? error.cause instanceof Error
                ? error.cause.message
                : error.message
              : 'failed',
        }))
    lastStatus = answer.status
    traffic.add({
      atMs,
      kind: 'webhook',
      method,
      path: pathOf(url),
      status: answer.status,
      tookMs: Math.round(performance.now() - started),
      request,
      response: answer.body,
    })
    return answer
  }

  const verify: Courier['verify'] = async (app, callback) => {
    const subscription = app.subscription
    const url = callback?.url ?? subscription?.callbackUrl
    const verifyToken = callback?.verifyToken ?? subscription?.verifyToken
    if (url === undefined) return { ok: false, problem: 'no callback URL' }
    const challenge = String(1_000_000_000 + rng.int(1_000_000_000))
    const target = new URL(url)
    target.searchParams.set('hub.mode', 'subscribe')
    target.searchParams.set('hub.challenge', challenge)
    target.searchParams.set('hub.verify_token', verifyToken ?? '')
    const { status, body } = await exchange('GET', target.href, { accept: '*/*' }, null)
    const ok = status === 200 && body === challenge
    if (ok && subscription && !callback) subscription.verified = true
    stateChanged()
    if (ok) return { ok: true }
    if (status === null) return { ok: false, problem: body }
    return {
      ok: false,
      problem: status === 200 ? 'the challenge did not come back' : `HTTP Status Code = ${status}`,
    }
  }

  const givenUp = (callback: Callback): boolean => {
    const key = failureKey(callback)
    const since = failingSince.get(key) ?? clock.nowMs()
    failingSince.set(key, since)
    const { app, parcel } = callback
    const subscribed = parcel.page.subscriptions.has(app.id)
    if (subscribed && clock.nowMs() - since < GIVE_UP_AFTER_MS) return false
    parcel.page.subscriptions.delete(app.id)
    failingSince.delete(key)
    hurry()
    return true
  }

  const pause = (lane: Lane, ms: number) =>
    new Promise<void>((resolve) => {
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
    post: (parcel) => {
      const { page, item, only, standby } = parcel
      let any = false
      for (const [appId, fields] of page.subscriptions) {
        const app = world.apps.get(appId)
        if (!app?.subscription || (only !== undefined && only !== appId)) continue
        const channel = standby?.(appId) ? 'standby' : 'messaging'
        const needed = channel === 'standby' ? ['standby', item.field] : [item.field]
        const { fields: appFields } = app.subscription
        if (!needed.every((field) => fields.has(field) && appFields.has(field))) continue
        any = true
        enqueue({ app, parcel, channel })
      }
      if (any) stateChanged()
      return any
    },
    verify,
    notify: (url, form) => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      void exchange('POST', url, headers, form.replace(/=.*/s, '=…'), Buffer.from(form))
    },
    hurry,
    pending: () => pending,
    backingOff: () => [...lanes.values()].filter((lane) => lane.hurry !== null).length,
    lastStatus: () => lastStatus,
    idle: () => (pending === 0 ? Promise.resolve() : new Promise((resolve) => idlers.add(resolve))),
    clear: () => {
      epoch += 1
      for (const lane of lanes.values()) lane.hurry?.()
      lanes.clear()
      failingSince.clear()
      Object.assign(hooks, { duplicate: 0, drop: 0, swap: 0 })
      pending = 0
      lastStatus = null
      for (const done of idlers) done()
      idlers.clear()
    },
    hooks,
  }
}

const failureKey = ({ app, parcel }: Callback) => `${app.id} ${parcel.page.id}`

const pathOf = (url: string): string => {
  const { pathname, search } = new URL(url)
  return pathname + search
}
