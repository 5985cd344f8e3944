import type { Clock } from '../../base/clock.ts'
import { STANDARD_WINDOW_MS } from '../../channel/messenger.ts'

/**
 * Detects that Facebook calls one visitor of a Page after another unreachable for the same reason, while it takes no message of the Page.
 * The first refusal counts for its visitor. From the second on the Page may be the reason: its token is another Page's, or another app
 * has its conversations.
 */
export interface OneAfterAnother {
  /**
   * @param reason - equal for refusals with the same cause
   * @returns whether the Page may be the reason
   */
  unreachable: (pageId: string, conversation: number, reason: string) => boolean
  /** Facebook has taken a message of the Page, or may have taken one from another instance. */
  over: (pageId: string) => void
}

interface Row {
  reason: string
  conversations: Set<number>
  lastMs: number
}

/** How long a reply may wait for the Page's trouble. With less, a Page with few visitors would lose the reply to each. */
const APART_MS = STANDARD_WINDOW_MS
const BELIEVED = 1

export const createOneAfterAnother = ({ clock }: { clock: Pick<Clock, 'elapsed'> }): OneAfterAnother => {
  const rows = new Map<string, Row>()
  return {
    unreachable: (pageId, conversation, reason) => {
      const nowMs = clock.elapsed()
      const last = rows.get(pageId)
      const goesOn = last?.reason === reason && nowMs - last.lastMs < APART_MS
      const row = goesOn ? last : { reason, conversations: new Set<number>(), lastMs: nowMs }
      row.lastMs = nowMs
      if (row.conversations.size <= BELIEVED) row.conversations.add(conversation)
      rows.set(pageId, row)
      return row.conversations.size > BELIEVED
    },
    over: (pageId) => void rows.delete(pageId),
  }
}
