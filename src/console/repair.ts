import type { BotErrorCode } from '../base/errors.ts'
import type { BootstrappedPage } from '../token/finish.ts'
import type { BootstrapStep } from '../token/steps.ts'

/** A repair with one user token. */
export interface Repair {
  id: string
  view: () => RepairView
  /** The operator's choice among {@link RepairView.choices}; ignored unless one is asked for. */
  choose: (pageIds: readonly string[]) => Promise<void>
  onChange: (listener: () => void) => () => void
  /** Resolves when the repair is over or needs a choice. */
  settled: () => Promise<void>
}

/** A repair at one moment, as its page shows it. */
export interface RepairView {
  is: 'running' | 'choosing' | 'done' | 'failed'
  steps: { status: BootstrapStep['status']; text: string }[]
  choices: { id: string; name: string; likely: boolean; unusable: string | null }[]
  /** The Pages that have a new token. */
  pages: BootstrappedPage[]
  /** Replies of those Pages that waited when the repair began. */
  waited: number
  /** Whether no Page had a token before. */
  isFirst: boolean
  failure: { code: BotErrorCode; what: string; remedy: string | null } | null
}
