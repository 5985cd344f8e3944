/** Events of a store's work, for metrics. */
export interface StoreReport {
  /**
   * A transaction was committed.
   *
   * @param ms - from its begin until it was known to be durable
   */
  committed: (ms: number) => void
  /**
   * This instance has taken a Page.
   *
   * @param why - `new`: no instance kept it before; `left`: its keeper gave it away; `lapsed`: its keeper's lease had run out;
   *   `unknown`: the answer of the database was lost
   */
  pageTaken: (why: string) => void
  /**
   * This instance keeps a Page no longer.
   *
   * @param why - `balanced`: another instance has fewer; `stopped`: this one ends; `rested`: this one gives its Pages away for a while;
   * `lapsed`: the lease ran out or was taken
   */
  pageGone: (why: string) => void
  /** A write for a Page was refused, because another instance keeps the Page. */
  writeFenced: () => void
  /**
   * A connection to the server was opened again.
   *
   * @param what - `leases` (it also gets notifications) or `queues`
   */
  reconnected: (what: string) => void
}

const nothing = (): void => undefined

export const UNHEARD: StoreReport = {
  committed: nothing,
  pageTaken: nothing,
  pageGone: nothing,
  writeFenced: nothing,
  reconnected: nothing,
}
