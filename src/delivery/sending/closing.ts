import type { NeedCause } from '../../alerts/causes.ts'
import type { Need } from '../../alerts/needs.ts'

/** Why a gate closes: what the operator must mend, or what passes by itself. */
export type Closing =
  ({ cause: MendableCause } & Pick<Need, 'what' | 'remedy' | 'byToken'>) | { cause: 'rate_limited' }

type MendableCause = Extract<NeedCause, 'configuration' | 'permission' | 'restricted'>
