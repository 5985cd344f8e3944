/**
 * Small texts by kind and id that all instances share: what the operator has to mend, what was told, sessions that ended. A
 * version names one writing of one record and is never given again, so that a writer can tell whether it has read the newest.
 */
export interface Records {
  /** Those of a kind that are not over, in the order of their ids. */
  list: (kind: string) => Promise<KeptRecord[]>
  get: (kind: string, id: string) => Promise<KeptRecord | null>
  /** @returns the new version; null, and then nothing was written, when the record is not as `record.ifVersion` says */
  put: (record: NewRecord) => Promise<number | null>
  /**
   * Takes the record away: of several callers, one gets it.
   *
   * @param ifVersion - leaves it where it has another version
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
  /** The record is over after so long, by the clock of the database; never where left out. */
  forMs?: number
  /** The version that the writer has read; null for a record that is not there. Left out, the record is written in any case. */
  ifVersion?: number | null
}
