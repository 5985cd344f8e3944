import type { Need, OpenNeed } from './needs.ts'

/** A need as all instances see it. */
export interface NeedRow {
  need: Need
  sinceMs: number
  /** The instances that find the trouble now. An instance that gives its Page away is removed, and leaves the row to the next keeper. */
  by: string[]
}

/** The instance that reads the rows. */
export interface Reader {
  /** Identifies this run of this instance. */
  self: string
  isLiving: (instance: string) => boolean
}

/** The other running instances that find the trouble. */
export const othersOf = ({ by }: NeedRow, { self, isLiving }: Reader): string[] =>
  by.filter((one) => one !== self && isLiving(one))

/** Whether no running instance is named as one that finds the trouble. */
export const isOrphan = (row: NeedRow, reader: Reader): boolean =>
  othersOf(row, reader).length === 0 && row.by.every((one) => one !== reader.self)

/**
 * The row as this instance would have it; null for none.
 *
 * @param now - the need as this instance finds it, if it does; whether a row without instances has seen its trouble end; whether the row
 * is left to the next keeper of the Page
 */
export const wantedRow = (
  kept: NeedRow | null,
  reader: Reader,
  now: { mine: OpenNeed | undefined; isOver: boolean; isLeft: boolean },
): NeedRow | null => {
  const { self } = reader
  const others = kept === null ? [] : othersOf(kept, reader)
  if (now.mine !== undefined) {
    const { sinceMs, ...need } = now.mine
    if (kept === null) return { need, sinceMs, by: [self] }
    // The text of the first instance stays: two instances would overwrite each other's for ever.
    return {
      need: others.length > 0 ? kept.need : need,
      sinceMs: kept.sinceMs,
      by: [...others, self].toSorted(),
    }
  }
  if (kept === null || (!kept.by.includes(self) && !now.isOver)) return kept
  return others.length > 0 || now.isLeft ? { ...kept, by: others } : null
}
