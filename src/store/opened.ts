import type { Duty, Instances } from '../base/duty.ts'
import type { Store } from './store.ts'

/** A store that is this process's own to work on. */
export interface OpenedStore {
  store: Store
  /** Resolves when it is this process's own no more: nothing can be accepted, what was accepted is kept. */
  lost: Promise<Error>
  /** Whether this process may say something now. To be asked in the moment in which it is said. */
  maySend: () => boolean
  duty: Duty
  instances: Instances
  close: () => Promise<void>
}
