import type { DeadReason } from '../../messages.ts'
import type { DeadLetter, DeadLetters, DeadMark, DeadSelection, GraphFacts } from '../dead-letters.ts'
import type { DeadMarkRow, DeadPlace, DeadRow, StoreDatabase } from './operations.ts'
import type { ReplyIds } from './reply-ids.ts'

// One transaction each, so that a long list does not hold up acceptance.
const AT_ONCE = 200

/** Graph's error for a dead letter. */
export const errorOf = ({ error }: Pick<DeadRow, 'error'>): GraphFacts | null =>
  error === null ? null : (JSON.parse(error) as GraphFacts)

/** The dead letters of the database, by their replies' ids. */
export const createDeadLetters = (deps: {
  database: Pick<StoreDatabase, 'run'>
  ids: ReplyIds
  /** Called with the Pages that have waiting replies again. */
  returned: (pageIds: Iterable<string>) => void
}): DeadLetters => {
  const { database, ids, returned } = deps

  const toMark = ({ seq, page, windowEndsMs }: DeadMarkRow): DeadMark => ({
    id: ids.idOf(seq),
    pageId: page,
    windowEndsMs,
  })

  const toLetter = (row: DeadRow): DeadLetter => ({
    ...toMark(row),
    psid: row.psid === '' ? null : row.psid,
    reason: row.reason as DeadReason,
    error: errorOf(row),
    acceptedMs: row.acceptedMs,
    diedMs: row.diedMs,
    body: row.body,
  })

  /** The selected dead letters in chunks. New ones come before the current place, and are left out. */
  const chunksOf = async function* (which: DeadSelection): AsyncGenerator<number[]> {
    if ('ids' in which) {
      const seqs = [...new Set(which.ids)].map(ids.seqOf).filter((seq) => seq !== null)
      for (let from = 0; from < seqs.length; from += AT_ONCE) yield seqs.slice(from, from + AT_ONCE)
      return
    }
    let before: DeadPlace | null = null
    for (;;) {
      const page: string | null = which.pageId ?? null
      const rows: DeadRow[] = await database.run({
        op: 'list_dead',
        page,
        reason: null,
        before,
        limit: AT_ONCE,
      })
      const last = rows.at(-1)
      if (last === undefined) return
      before = { diedMs: last.diedMs, seq: last.seq }
      yield rows.map(({ seq }) => seq)
    }
  }

  const apply = async (op: 'retry_dead' | 'drop_dead', which: DeadSelection): Promise<DeadMark[]> => {
    const marks: DeadMark[] = []
    for await (const seqs of chunksOf(which)) {
      const done = (await database.run({ op, seqs })).map(toMark)
      marks.push(...done)
      if (op === 'retry_dead' && done.length > 0) returned(done.map(({ pageId }) => pageId))
    }
    return marks
  }

  return {
    list: async ({ pageId, reason, limit, after }) => {
      // One row more than wanted shows whether there is a rest.
      const rows = await database.run({
        op: 'list_dead',
        page: pageId ?? null,
        reason: reason ?? null,
        before: after === undefined ? null : readPlace(after),
        limit: limit + 1,
      })
      const letters = rows.slice(0, limit)
      const last = letters.at(-1)
      const next = rows.length > limit && last !== undefined ? `${last.diedMs}.${last.seq}` : null
      return { letters: letters.map(toLetter), next }
    },
    get: async (id) => {
      const seq = ids.seqOf(id)
      const row = seq === null ? null : await database.run({ op: 'get_dead', seq })
      return row === null ? null : toLetter(row)
    },
    retry: (which) => apply('retry_dead', which),
    drop: (which) => apply('drop_dead', which),
  }
}

/** An unreadable cursor starts from the beginning. */
const readPlace = (after: string): DeadPlace | null => {
  const [diedMs = Number.NaN, seq = Number.NaN] = after.split('.').map(Number)
  return Number.isSafeInteger(diedMs) && Number.isSafeInteger(seq) ? { diedMs, seq } : null
}
