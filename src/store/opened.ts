import type { Duty, Instances } from '../base/duty.ts'
import type { RunningInstances } from '../base/running-instances.ts'
import type { Store } from './store.ts'

/** A store that this process works on, and its part of the work. */
export interface OpenedStore {
  store: Store
  /** Resolves when this process has to end: it can accept nothing more; what was accepted is kept. */
  lost: Promise<Error>
  duty: Duty
  instances: Instances
  /** Null where the database is this process's own. */
  running: RunningInstances | null
  /** Begins to take Pages, where they are shared. Call it when the bot listens. */
  begin: () => void
  /**
   * Gives the Pages to other instances, if there are any, once what is sent for them has come home, and takes no more. Events are
   * still accepted.
   */
  leave: () => Promise<void>
  /**
   * The same for so long, or until there is no other instance.
   *
   * @returns false where no other instance takes Pages; then nothing happens
   */
  rest: (ms: number) => Promise<boolean>
  close: () => Promise<void>
}
