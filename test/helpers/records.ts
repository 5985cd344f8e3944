import type { Clock } from '../../src/base/clock.ts'
import type { KeptRecord, Records } from '../../src/store/records.ts'

/**
 * Records in memory, as several instances see them; test/store/contract-records.ts checks the same contract for the real ones.
 */
export const createFakeRecords = (clock: Pick<Clock, 'now'>) => {
  const rows = new Map<string, KeptRecord & { kind: string; untilMs: number | null }>()
  let versions = 0
  /** Thrown by every call while it is set. */
  let trouble: Error | null = null
  const keyOf = (kind: string, id: string): string => `${kind} ${id}`
  const find = (kind: string, id: string): KeptRecord | null => {
    const row = rows.get(keyOf(kind, id))
    if (row === undefined || (row.untilMs !== null && row.untilMs <= clock.now())) return null
    return { id, version: row.version, data: row.data }
  }
  const answer = async <Value>(make: () => Value): Promise<Value> => {
    if (trouble !== null) throw trouble
    return make()
  }
  const records: Records = {
    list: (kind) =>
      answer(() =>
        [...rows.values()]
          .filter((row) => row.kind === kind)
          .flatMap(({ id }) => find(kind, id) ?? [])
          .toSorted((a, b) => (a.id < b.id ? -1 : 1)),
      ),
    get: (kind, id) => answer(() => find(kind, id)),
    put: ({ kind, id, data, forMs, ifVersion }) =>
      answer(() => {
        if (ifVersion !== undefined && (find(kind, id)?.version ?? null) !== ifVersion) return null
        versions += 1
        const untilMs = forMs === undefined ? null : clock.now() + forMs
        rows.set(keyOf(kind, id), { kind, id, data, version: versions, untilMs })
        return versions
      }),
    take: (kind, id, ifVersion) =>
      answer(() => {
        const found = find(kind, id)
        if (found === null || (ifVersion !== undefined && found.version !== ifVersion)) return null
        rows.delete(keyOf(kind, id))
        return found
      }),
  }
  return {
    ...records,
    fail: (error: Error | null): void => {
      trouble = error
    },
  }
}

export type FakeRecords = ReturnType<typeof createFakeRecords>
