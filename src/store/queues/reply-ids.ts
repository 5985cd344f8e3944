import type { StoredReply } from '../store.ts'
import type { OutboxRow } from './rows.ts'

/** Converts between replies' ids and sequence numbers. */
export interface ReplyIds {
  idOf: (seq: number) => string
  /** The sequence number in a reply's id; null when another database made it. */
  seqOf: (replyId: string) => number | null
}

/** @param instance - unique among all databases */
export const replyIds = (instance: string): ReplyIds => {
  const prefix = `${instance}.`
  return {
    idOf: (seq) => prefix + seq.toString(36),
    seqOf: (replyId) => {
      const digits = replyId.startsWith(prefix) ? replyId.slice(prefix.length) : ''
      const seq = /^[0-9a-z]{1,11}$/.test(digits) ? Number.parseInt(digits, 36) : Number.NaN
      return Number.isSafeInteger(seq) ? seq : null
    },
  }
}

/** A claimed reply. */
export const toStoredReply = (
  ids: Pick<ReplyIds, 'idOf'>,
  { seq, body, acceptedMs, doubtMs }: Pick<OutboxRow, 'seq' | 'body' | 'acceptedMs' | 'doubtMs'>,
): StoredReply => ({ id: ids.idOf(seq), seq, body, acceptedMs, doubtSinceMs: doubtMs })
