/** Whether Facebook is silent, judged by the results of calls to the Graph API. */
export interface Silence {
  /** Notes the end of a call. */
  heard: (isAnswered: boolean) => void
  /**
   * The times of the first and the last unanswered call since the last answer, by the clock of {@link createSilence}; null if the
   * last call was answered or is older than `freshMs`.
   */
  span: () => { firstMs: number; lastMs: number } | null
}

/** @param options.freshMs - an unanswered call counts for this long */
export const createSilence = (options: { nowMs: () => number; freshMs: number }): Silence => {
  const { nowMs, freshMs } = options
  let silence: { firstMs: number; lastMs: number } | null = null
  const span: Silence['span'] = () =>
    silence !== null && nowMs() - silence.lastMs <= freshMs ? silence : null
  return {
    heard: (isAnswered) => {
      silence = isAnswered ? null : { firstMs: span()?.firstMs ?? nowMs(), lastMs: nowMs() }
    },
    span,
  }
}
