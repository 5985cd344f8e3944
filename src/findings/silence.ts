/** Whether Facebook is silent, by what became of the calls of the Graph API. */
export interface Silence {
  /** A call has ended. */
  heard: (isAnswered: boolean) => void
  /**
   * The first and the last of the calls since the last answer, by the clock that was given; null where the last call was answered,
   * or is too old to say anything.
   */
  span: () => { firstMs: number; lastMs: number } | null
}

/** @param options.freshMs - so long a call without an answer says something of now */
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
