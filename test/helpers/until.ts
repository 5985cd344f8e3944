import { setTimeout as pause } from 'node:timers/promises'

/** Longer than anything takes on a machine that is busy with other things. */
const PATIENCE_MS = 120_000

/**
 * Resolves once it is so.
 *
 * @param options.everyMs - between two looks; a loop without a pause takes a whole core from what it waits for
 * @param options.what - what is waited for, for the error
 * @throws Error when it is not so within two minutes
 */
export const until = async (
  isSo: () => boolean | Promise<boolean>,
  { everyMs = 2, what = isSo.toString() }: { everyMs?: number; what?: string } = {},
): Promise<void> => {
  const endMs = performance.now() + PATIENCE_MS
  while (!(await isSo())) {
    if (performance.now() > endMs) throw new Error(`never happened: ${what}`)
    await pause(everyMs)
  }
}
