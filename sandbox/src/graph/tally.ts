/** Counts events of a rolling span of time in slices, so that many events take no more memory than few. */
export interface Tally {
  add: () => void
  total: () => number
  /** How long until at most `below` events are left, if no new one comes; ms. */
  waitMs: (below: number) => number
}

const SLICES = 60

export const createTally = ({ spanMs, nowMs }: { spanMs: number; nowMs: () => number }): Tally => {
  const sliceMs = spanMs / SLICES
  /** Oldest first. */
  let slices: { startMs: number; count: number }[] = []

  const current = () => {
    const oldestMs = nowMs() - spanMs
    slices = slices.filter(({ startMs }) => startMs > oldestMs)
    return slices
  }

  const total = () => current().reduce((sum, { count }) => sum + count, 0)

  return {
    add: () => {
      const startMs = Math.floor(nowMs() / sliceMs) * sliceMs
      const last = current().at(-1)
      if (last?.startMs === startMs) last.count += 1
      else slices.push({ startMs, count: 1 })
    },
    total,
    waitMs: (below) => {
      let left = total()
      for (const { startMs, count } of slices) {
        if (left <= below) break
        left -= count
        if (left <= below) return Math.max(0, startMs + spanMs - nowMs())
      }
      return 0
    },
  }
}
