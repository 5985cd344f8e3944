import type { DeadReason } from '../../messages.ts'

/** Counts the outcomes of replies for metrics. */
export interface DeliveryReport {
  /** @param waited - whether the reply waited for a token */
  sent: (pageId: string, latencyMs: number, psid: string | null, waited: boolean) => void
  dead: (pageId: string, reason: DeadReason, psid: string | null) => void
  refused: (pageId: string, verdict: string) => void
  /** The conversation was read for a reply in doubt, or could not be. */
  settled: (outcome: SettledDoubt) => void
  /** A send was held back because its Page no longer belonged to this instance. */
  heldBack: () => void
}

/** `found`: the reply was there; `not_found` and `unreadable`: it is sent again. */
export type SettledDoubt = 'found' | 'not_found' | 'unreadable'
