import type { NeedCause } from '../../alerts/causes.ts'
import type { Need, Needs } from '../../alerts/needs.ts'

/** Why a gate closes: trouble that the operator must mend, or trouble that passes by itself. */
export type Closing =
  ({ cause: MendableCause } & Pick<Need, 'what' | 'remedy' | 'byToken'>) | { cause: 'rate_limited' }

type MendableCause = Extract<NeedCause, 'configuration' | 'permission' | 'restricted'>

/** Tells the operator of the closings that only a person can mend. */
export interface ClosingNeeds {
  raise: (pageId: string, why: Closing) => void
  settle: (pageId: string, why: Closing) => void
}

export const createClosingNeeds = (
  needs: Pick<Needs, 'raise' | 'settle'>,
  nameOf: (pageId: string) => string | null,
): ClosingNeeds => ({
  raise: (pageId, why) => {
    if ('what' in why) needs.raise({ pageId, pageName: nameOf(pageId), ...why })
  },
  settle: (pageId, why) => {
    if ('what' in why) needs.settle(pageId, why.cause)
  },
})
