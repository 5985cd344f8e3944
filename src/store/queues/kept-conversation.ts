import type { DeadReason } from '../../messages.ts'
import type { KeptConversation } from '../store.ts'
import { errorOf } from './dead-letter-box.ts'
import type { KeptRows } from './operations.ts'

/** Converts the rows of one conversation to the store's type. */
export const toKeptConversation = (
  { windowEndsMs, inbox, outbox, sent, dead }: KeptRows,
  idOf: (seq: number) => string,
): KeptConversation => ({
  windowEndsMs,
  events: inbox,
  replies: outbox.map(({ seq, doubtMs, ...rest }) => ({
    ...rest,
    id: idOf(seq),
    seq,
    doubtSinceMs: doubtMs,
  })),
  sent: sent.map(({ seq, ...rest }) => ({ ...rest, replyId: idOf(seq) })),
  dead: dead.map(({ seq, reason, error, ...rest }) => ({
    ...rest,
    id: idOf(seq),
    reason: reason as DeadReason,
    error: errorOf({ error }),
  })),
})
