import type { Clock } from '../base/clock.ts'
import { createListeners } from '../base/listeners.ts'
import type { Log } from '../base/logger.ts'
import { createPump } from '../base/pump.ts'
import type { Duty, Instances } from '../base/duty.ts'
import type { Records } from '../store/records.ts'
import { keyOf, WHOLE_BOT, type Need, type Needs, type OpenNeed } from './needs.ts'

/** The needs of all instances as rows, unique by cause and Page, kept over restarts. */
export interface SharedNeeds extends Needs {
  /** Reads the needs of other instances and from before a restart. */
  start: () => Promise<void>
  stop: () => Promise<void>
}

export interface SharedNeedsDeps {
  /** The needs of this instance. */
  own: Needs
  records: Pick<Records, 'list' | 'put' | 'take'>
  instances: Instances
  duty: Duty
  /** Identifies this run of this instance. */
  self: string
  isLiving: (instance: string) => boolean
  clock: Pick<Clock, 'now' | 'after'>
  log: Pick<Log, 'warn'>
}

interface Row {
  need: Need
  sinceMs: number
  /** The instances that find the trouble now. An instance that gives its Page away is removed, and leaves the row to the next keeper. */
  by: string[]
}

const KIND = 'need'
const TOPIC = 'needs'
/** A need counts as mended when its instance is gone and no other instance finds it again for this long. */
export const LOOK_AGAIN_MS = 30 * 60_000
const RETRY_MS = 5000

export const createSharedNeeds = (deps: SharedNeedsDeps): SharedNeeds => {
  const { own, records, instances, duty, self, isLiving, clock, log } = deps
  const changes = createListeners<[{ need: OpenNeed; opened: boolean }]>()
  const rewordings = createListeners()
  let rows = new Map<string, { version: number; row: Row }>()
  /** Keys of rows whose instances are gone and whose trouble this instance found to be over. */
  const over = new Set<string>()
  /** Keys of needs found here whose Page, or the whole bot, now belongs to another instance. */
  const left = new Set<string>()
  const orphanedMs = new Map<string, number>()
  let shown = new Map<string, OpenNeed>()
  let isStarted = false
  let isStopped = false
  let cancelLater = (): void => undefined
  let laterMs = Number.POSITIVE_INFINITY

  const ownByKey = (): Map<string, OpenNeed> => new Map(own.open().map((need) => [keyOf(need), need]))
  const othersOf = ({ by }: Row): string[] => by.filter((one) => one !== self && isLiving(one))
  /** Whether no other running instance finds the trouble; the caller checks this instance. */
  const isOrphan = (row: Row): boolean => othersOf(row).length === 0 && row.by.every((one) => one !== self)

  const all = (): Map<string, OpenNeed> => {
    const found = ownByKey()
    for (const [key, { row }] of rows) {
      const mine = found.get(key)
      if (mine !== undefined) found.set(key, { ...mine, sinceMs: Math.min(mine.sinceMs, row.sinceMs) })
      else if (othersOf(row).length > 0 || left.has(key) || (isOrphan(row) && !over.has(key)))
        found.set(key, { ...row.need, sinceMs: row.sinceMs })
    }
    return new Map([...found].toSorted(([, a], [, b]) => a.sinceMs - b.sinceMs))
  }

  const refresh = (): void => {
    const before = shown
    shown = all()
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

  const load = async (): Promise<void> => {
    const kept = await records.list(KIND)
    rows = new Map(kept.map(({ id, version, data }) => [id, { version, row: JSON.parse(data) as Row }]))
    for (const key of [...over, ...orphanedMs.keys()]) {
      const row = rows.get(key)?.row
      if (row !== undefined && isOrphan(row)) continue
      over.delete(key)
      orphanedMs.delete(key)
    }
    for (const [key, { row }] of rows) if (isOrphan(row)) giveUp(key)
    refresh()
  }

  /** Only the head counts the time, so that two instances do not count from different moments. */
  const giveUp = (key: string): void => {
    const sinceMs = orphanedMs.get(key) ?? clock.now()
    orphanedMs.set(key, sinceMs)
    const leftMs = sinceMs + LOOK_AGAIN_MS - clock.now()
    if (leftMs > 0) later(leftMs)
    else if (duty.isHead()) over.add(key)
  }

  /** @returns whether the row is up to date; false where another instance has written it in between */
  const publish = async (key: string, mine: OpenNeed | undefined): Promise<boolean> => {
    const kept = rows.get(key)
    if (mine !== undefined) {
      const others = kept === undefined ? [] : othersOf(kept.row)
      const { sinceMs, ...need } = mine
      // The text of the first instance stays: two instances would overwrite each other's for ever.
      const wanted: Row =
        kept === undefined
          ? { need, sinceMs, by: [self] }
          : {
              need: others.length > 0 ? kept.row.need : need,
              sinceMs: kept.row.sinceMs,
              by: [...others, self].toSorted(),
            }
      return write(key, kept, wanted)
    }
    if (kept === undefined) return true
    const isFoundHere = kept.row.by.includes(self)
    if (!isFoundHere && !over.has(key)) return true
    const by = othersOf(kept.row)
    if (by.length > 0 || left.has(key)) {
      const isWritten = await write(key, kept, { ...kept.row, by })
      if (isWritten) left.delete(key)
      return isWritten
    }
    changed = true
    return (await records.take(KIND, key, kept.version)) !== null
  }

  let changed = false
  const write = async (
    key: string,
    kept: { version: number; row: Row } | undefined,
    row: Row,
  ): Promise<boolean> => {
    const data = JSON.stringify(row)
    if (kept !== undefined && data === JSON.stringify(kept.row)) return true
    changed = true
    return (await records.put({ kind: KIND, id: key, data, ifVersion: kept?.version ?? null })) !== null
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
      changed = false
      let isDone = true
      for (const key of new Set([...mine.keys(), ...rows.keys()])) {
        if (!(await publish(key, mine.get(key)))) isDone = false
      }
      if (!changed) return
      await load()
      instances.tell(TOPIC)
      return !isDone
    },
    onError: (error) => {
      if (isStopped) return
      log.warn({ err: error }, 'what a person has to mend could not be kept; tried again')
      later(RETRY_MS)
    },
  })

  const stops = [
    own.onChange(({ need, opened }) => {
      if (opened) {
        over.delete(keyOf(need))
        left.delete(keyOf(need))
      }
      refresh()
      publishing.wake()
    }),
    duty.onChange(() => {
      for (const need of own.open()) {
        if (isOurs(need)) continue
        left.add(keyOf(need))
        own.settle(need.pageId, need.cause)
      }
      publishing.wake()
    }),
  ]

  const notFound: Needs['notFound'] = (pageId, cause) => {
    const key = keyOf({ pageId, cause })
    const kept = rows.get(key)
    if (kept === undefined || !isOrphan(kept.row) || ownByKey().has(key) || over.has(key)) return
    over.add(key)
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
      return [...shown].flatMap(([key, need]) => {
        const row = rows.get(key)?.row
        return mine.has(key) || (row !== undefined && othersOf(row).length > 0) ? [need] : []
      })
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
