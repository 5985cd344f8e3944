/** What a store tells of its work as it goes on, for those who count it. */
export interface StoreReport {
  /** A transaction was carried out. @param ms - from its begin until it was known to be durable */
  committed: (ms: number) => void
  /**
   * This instance has taken a Page.
   *
   * @param why - `new`: no instance kept it before; `left`: its keeper gave it away; `lapsed`: its keeper's lease had run out;
   *   `unknown`: the answer of the database was lost
   */
  pageTaken: (why: string) => void
  /**
   * This instance keeps a Page no more.
   *
   * @param why - `balanced`: another instance has fewer; `stopped`: this one ends; `rested`: this one gives its Pages away for a while;
   *   `lapsed`: the lease ran out or was taken
   */
  pageGone: (why: string) => void
  /** What was to be stored for a Page was not, because another instance keeps the Page by now. */
  writeFenced: () => void
  /** A connection to the server was opened anew. @param what - `leases` (it hears notifications, too) or `queues` */
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
