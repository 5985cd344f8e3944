import type { Clock } from '../base/clock.ts'
import type { Duty } from '../base/duty.ts'
import type { Records } from '../store/records.ts'
import { isOrphan, othersOf, wantedRow, type NeedRow, type Reader } from './need-row.ts'
import type { OpenNeed } from './needs.ts'

export interface NeedRowsDeps extends Reader {
  records: Pick<Records, 'list' | 'put' | 'take'>
  duty: Pick<Duty, 'isHead'>
  clock: Pick<Clock, 'now'>
  /** Called with the time after which the rows have to be loaded again. */
  later: (ms: number) => void
}

/** `outrun`: another instance has written the row since the load. */
export type Published = 'same' | 'written' | 'outrun'

/** The rows of all instances' needs as of the last load, with what this instance knows of them beside. */
export interface NeedRows {
  load: () => Promise<void>
  keys: () => Iterable<string>
  /** The needs of this instance and those of the rows, the oldest first. */
  shown: (own: ReadonlyMap<string, OpenNeed>) => Map<string, OpenNeed>
  /** Whether another running instance finds the trouble. */
  isFoundElsewhere: (key: string) => boolean
  /**
   * Brings a row in line with what this instance finds.
   *
   * @param mine - the need as this instance finds it; undefined where it finds none
   */
  publish: (key: string, mine: OpenNeed | undefined) => Promise<Published>
  /** This instance finds the trouble. */
  found: (key: string) => void
  /** The need was found here, and the Page, or the whole bot, now belongs to another instance. */
  leave: (key: string) => void
  /** A check found no trouble. Returns whether that ends a need whose instances are gone. */
  notFound: (key: string) => boolean
}

const KIND = 'need'
/** A need counts as mended when its instance is gone and no other instance finds it again for this long. */
export const LOOK_AGAIN_MS = 30 * 60_000

export const createNeedRows = (deps: NeedRowsDeps): NeedRows => {
  const { records, duty, clock, later } = deps
  let rows = new Map<string, { version: number; row: NeedRow }>()
  /** Keys of rows whose instances are gone and whose trouble this instance found to be over. */
  const over = new Set<string>()
  /** Keys of rows that are left to the next keeper. */
  const left = new Set<string>()
  const orphanedMs = new Map<string, number>()

  /** Only the head counts the time, so that two instances do not count from different moments. */
  const giveUp = (key: string): void => {
    const sinceMs = orphanedMs.get(key) ?? clock.now()
    orphanedMs.set(key, sinceMs)
    const leftMs = sinceMs + LOOK_AGAIN_MS - clock.now()
    if (leftMs > 0) later(leftMs)
    else if (duty.isHead()) over.add(key)
  }

  return {
    load: async () => {
      const kept = await records.list(KIND)
      rows = new Map(kept.map(({ id, version, data }) => [id, { version, row: JSON.parse(data) as NeedRow }]))
      for (const key of [...over, ...orphanedMs.keys()]) {
        const row = rows.get(key)?.row
        if (row !== undefined && isOrphan(row, deps)) continue
        over.delete(key)
        orphanedMs.delete(key)
      }
      for (const [key, { row }] of rows) if (isOrphan(row, deps)) giveUp(key)
    },

    keys: () => rows.keys(),

    shown: (own) => {
      const found = new Map(own)
      for (const [key, { row }] of rows) {
        const mine = found.get(key)
        if (mine !== undefined) found.set(key, { ...mine, sinceMs: Math.min(mine.sinceMs, row.sinceMs) })
        else if (othersOf(row, deps).length > 0 || left.has(key) || (isOrphan(row, deps) && !over.has(key)))
          found.set(key, { ...row.need, sinceMs: row.sinceMs })
      }
      return new Map([...found].toSorted(([, a], [, b]) => a.sinceMs - b.sinceMs))
    },

    isFoundElsewhere: (key) => {
      const row = rows.get(key)?.row
      return row !== undefined && othersOf(row, deps).length > 0
    },

    publish: async (key, mine) => {
      const kept = rows.get(key)
      const row = kept?.row ?? null
      const wanted = wantedRow(row, deps, { mine, isOver: over.has(key), isLeft: left.has(key) })
      if (wanted === row) return 'same'
      if (wanted === null)
        return (await records.take(KIND, key, kept?.version)) === null ? 'outrun' : 'written'
      const data = JSON.stringify(wanted)
      const isSame = row !== null && data === JSON.stringify(row)
      if (!isSame) {
        const version = await records.put({ kind: KIND, id: key, data, ifVersion: kept?.version ?? null })
        if (version === null) return 'outrun'
      }
      // The row no longer names this instance, and so is with the next keeper.
      if (mine === undefined) left.delete(key)
      return isSame ? 'same' : 'written'
    },

    found: (key) => {
      over.delete(key)
      left.delete(key)
    },

    leave: (key) => left.add(key),

    notFound: (key) => {
      const row = rows.get(key)?.row
      if (row === undefined || !isOrphan(row, deps) || over.has(key)) return false
      over.add(key)
      return true
    },
  }
}
