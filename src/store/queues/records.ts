import type { Clock } from '../../base/clock.ts'
import type { Records } from '../records.ts'
import type { RecordCondition, StoreDatabase } from './operations.ts'

export const createRecords = (database: Pick<StoreDatabase, 'run'>, clock: Pick<Clock, 'now'>): Records => ({
  list: (kind) => database.run({ op: 'list_records', kind, id: null, nowMs: clock.now() }),
  get: async (kind, id) => {
    const [record = null] = await database.run({ op: 'list_records', kind, id, nowMs: clock.now() })
    return record
  },
  put: ({ kind, id, data, forMs = null, ifVersion }) =>
    database.run({
      op: 'put_record',
      kind,
      id,
      data,
      forMs,
      condition: conditionOf(ifVersion),
      nowMs: clock.now(),
    }),
  take: (kind, id, ifVersion) =>
    database.run({ op: 'take_record', kind, id, version: ifVersion ?? null, nowMs: clock.now() }),
})

const conditionOf = (ifVersion: number | null | undefined): RecordCondition =>
  ifVersion === undefined ? 'any' : (ifVersion ?? 'absent')
