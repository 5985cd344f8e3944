/**
 * Small texts by kind and id that all instances share: needs, sent notices, ended sessions. Each write gets a new version, which is never
 * given again, so a writer can tell whether it has read the newest.
 */
export interface Records {
  /** Records of a kind that have not ended, in the order of their ids. */
  list: (kind: string) => Promise<KeptRecord[]>
  get: (kind: string, id: string) => Promise<KeptRecord | null>
  /** @returns the new version; null, without a write, when the record does not match `record.ifVersion` */
  put: (record: NewRecord) => Promise<number | null>
  /**
   * Deletes the record; of several callers, one gets it.
   *
   * @param ifVersion - a record with another version stays
   */
  take: (kind: string, id: string, ifVersion?: number) => Promise<KeptRecord | null>
}

export interface KeptRecord {
  id: string
  version: number
  data: string
}

export interface NewRecord {
  kind: string
  id: string
  data: string
  /** The record ends after this time, by the clock of the database; never when absent. */
  forMs?: number
  /** The version that the writer has read; null for a record that must not exist. When absent, the record is always written. */
  ifVersion?: number | null
}
