import type { Clock } from '../base/clock.ts'
import { createListeners } from '../base/listeners.ts'
import type { Log } from '../base/logger.ts'
import { createPump } from '../base/pump.ts'
import type { Duty, Instances } from '../base/duty.ts'
import { createNeedRows, type NeedRowsDeps, type Published } from './need-rows.ts'
import { keyOf, WHOLE_BOT, type Need, type Needs, type OpenNeed } from './needs.ts'

/** The needs of all instances as rows, unique by cause and Page, kept over restarts. */
export interface SharedNeeds extends Needs {
  /** Reads the needs of other instances and from before a restart. */
  start: () => Promise<void>
  stop: () => Promise<void>
}

export interface SharedNeedsDeps extends Omit<NeedRowsDeps, 'later'> {
  /** The needs of this instance. */
  own: Needs
  instances: Instances
  duty: Duty
  clock: Pick<Clock, 'now' | 'after'>
  log: Pick<Log, 'warn'>
}

const TOPIC = 'needs'
const RETRY_MS = 5000

export const createSharedNeeds = (deps: SharedNeedsDeps): SharedNeeds => {
  const { own, instances, duty, clock, log } = deps
  const changes = createListeners<[{ need: OpenNeed; opened: boolean }]>()
  const rewordings = createListeners()
  let shown = new Map<string, OpenNeed>()
  let isStarted = false
  let isStopped = false
  let cancelLater = (): void => undefined
  let laterMs = Number.POSITIVE_INFINITY

  const ownByKey = (): Map<string, OpenNeed> => new Map(own.open().map((need) => [keyOf(need), need]))

  const refresh = (): void => {
    const before = shown
    shown = rows.shown(ownByKey())
    for (const [key, need] of before) if (!shown.has(key)) changes.tell({ need, opened: false })
    for (const [key, need] of shown) if (!before.has(key)) changes.tell({ need, opened: true })
    const isReworded = [...shown].some(([key, { what }]) => (before.get(key)?.what ?? what) !== what)
    if (isReworded) rewordings.tell()
  }

  const later = (ms: number): void => {
    if (isStopped || clock.now() + ms >= laterMs) return
    cancelLater()
    laterMs = clock.now() + ms
    cancelLater = clock.after(ms, () => {
      laterMs = Number.POSITIVE_INFINITY
      publishing.wake()
    })
  }

  const rows = createNeedRows({ ...deps, later })

  const load = async (): Promise<void> => {
    await rows.load()
    refresh()
  }

  /** Needs of the script and the token file belong to every instance, because each reads its own. */
  const isOurs = ({ pageId, cause }: Need): boolean =>
    cause === 'script' ||
    cause === 'token_file' ||
    (pageId === WHOLE_BOT ? duty.isHead() : duty.keeps(pageId))

  const publishing = createPump({
    run: async () => {
      if (!isStarted || isStopped) return
      await load()
      const mine = ownByKey()
      const results = new Set<Published>()
      for (const key of new Set([...mine.keys(), ...rows.keys()]))
        results.add(await rows.publish(key, mine.get(key)))
      if (!results.has('written') && !results.has('outrun')) return
      await load()
      instances.tell(TOPIC)
      return results.has('outrun')
    },
    onError: (error) => {
      if (isStopped) return
      log.warn({ err: error }, 'what a person has to mend could not be kept; tried again')
      later(RETRY_MS)
    },
  })

  const stops = [
    own.onChange(({ need, opened }) => {
      if (opened) rows.found(keyOf(need))
      refresh()
      publishing.wake()
    }),
    duty.onChange(() => {
      for (const need of own.open()) {
        if (isOurs(need)) continue
        rows.leave(keyOf(need))
        own.settle(need.pageId, need.cause)
      }
      publishing.wake()
    }),
  ]

  const notFound: Needs['notFound'] = (pageId, cause) => {
    const key = keyOf({ pageId, cause })
    if (ownByKey().has(key) || !rows.notFound(key)) return
    refresh()
    publishing.wake()
  }

  return {
    raise: own.raise,
    update: (need) => {
      if (ownByKey().has(keyOf(need))) own.update(need)
      else if (shown.has(keyOf(need))) own.raise(need)
      refresh()
      publishing.wake()
    },
    settle: (pageId, cause) => {
      own.settle(pageId, cause)
      for (const need of shown.values()) {
        if (need.pageId === pageId && (cause === undefined || need.cause === cause))
          notFound(pageId, need.cause)
      }
    },
    notFound,
    onReworded: rewordings.add,
    open: () => [...shown.values()],
    confirmed: () => {
      const mine = ownByKey()
      return [...shown].flatMap(([key, need]) => (mine.has(key) || rows.isFoundElsewhere(key) ? [need] : []))
    },
    onChange: changes.add,
    start: async () => {
      isStarted = true
      await load()
      stops.push(instances.onTold(TOPIC, publishing.wake))
      publishing.wake()
    },
    stop: async () => {
      isStopped = true
      cancelLater()
      for (const stop of stops) stop()
      await publishing.idle()
    },
  }
}
