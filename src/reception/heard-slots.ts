import type { Clock } from '../base/clock.ts'
import { SLOT_MS } from './rhythm.ts'

/** Notes which Pages had webhooks in each slot. */
export interface HeardSlots {
  /** Notes a webhook of the Page. @returns whether it is the Page's first one in this slot */
  hear: (pageId: string) => boolean
  /** Begins with the next slot, the first one it observes from beginning to end. */
  start: () => void
  stop: () => void
}

export interface HeardSlot {
  /** Ms since the epoch. */
  beganMs: number
  /** The Pages that had a webhook in it. */
  heard: ReadonlySet<string>
}

/** If a timer is later than this, the machine slept and no webhook could arrive. */
const LATE_MS = 60_000

/** Calls `onSlot` at the end of each slot. A slot in which the machine slept is left out, and so is the rest of the next one. */
export const createHeardSlots = ({
  clock,
  onSlot,
}: {
  clock: Clock
  onSlot: (slot: HeardSlot) => void
}): HeardSlots => {
  let heard = new Set<string>()
  let slotMs = 0
  let cancel = (): void => {}

  const start = (): void => {
    slotMs = Math.ceil(clock.now() / SLOT_MS) * SLOT_MS
    heard = new Set()
    cancel = clock.after(slotMs - clock.now(), observe)
  }

  const observe = (): void => {
    heard = new Set()
    cancel = clock.after(slotMs + SLOT_MS - clock.now(), end)
  }

  const end = (): void => {
    const slot = { beganMs: slotMs, heard }
    if (clock.now() - (slotMs + SLOT_MS) > LATE_MS) return start()
    slotMs += SLOT_MS
    observe()
    onSlot(slot)
  }

  return {
    hear: (pageId) => {
      const isFirst = !heard.has(pageId)
      heard.add(pageId)
      return isFirst
    },
    start,
    stop: () => cancel(),
  }
}
