import type { Duty, Instances } from '../base/duty.ts'
import type { RunningInstances } from '../base/running-instances.ts'
import type { Store } from './store.ts'

/** An open store, and this process's share of the Pages. */
export interface OpenedStore {
  store: Store
  /** Resolves when this process has to end, because it can accept nothing more; accepted events are kept. */
  lost: Promise<Error>
  duty: Duty
  instances: Instances
  /** Null when the database belongs to this process alone. */
  running: RunningInstances | null
  /** Starts taking Pages, where they are shared. Call it when the bot listens. */
  begin: () => void
  /** Gives the Pages to other instances, if there are any, once their sends in flight are done, and takes no more. Events are still accepted. */
  leave: () => Promise<void>
  /**
   * Gives the Pages away for this long, or until there is no other instance.
   *
   * @returns false, without any effect, when no other instance takes Pages
   */
  rest: (ms: number) => Promise<boolean>
  close: () => Promise<void>
}
