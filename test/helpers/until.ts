import { setTimeout as pause } from 'node:timers/promises'
import type { Test } from 'tap'

/** Longer than any step takes on a busy machine. */
const PATIENCE_MS = 120_000
/** The last characters of a witness's text that are printed. */
const SHOWN = 4000

interface Witness {
  what: string
  see: () => unknown
}
const witnesses = new Set<Witness>()

/**
 * Makes a failed wait print this value, such as the bot's log, so that a red run shows its cause.
 *
 * @param see - lines, a text or a value; may take a moment
 */
export const witness = (t: Pick<Test, 'teardown'>, what: string, see: () => unknown): void => {
  const one = { what, see }
  witnesses.add(one)
  t.teardown(() => witnesses.delete(one))
}

/**
 * Resolves once the condition holds.
 *
 * @param options.everyMs - between two looks; a loop without a pause takes a whole core from what it waits for
 * @param options.what - what is waited for, for the error
 * @param options.patienceMs - two minutes where it is left out
 * @throws Error when it is not so by then, with what the witnesses see
 */
export const until = async (
  isSo: () => boolean | Promise<boolean>,
  {
    everyMs = 2,
    what = isSo.toString(),
    patienceMs = PATIENCE_MS,
  }: { everyMs?: number; what?: string; patienceMs?: number } = {},
): Promise<void> => {
  const endMs = performance.now() + patienceMs
  while (!(await isSo())) {
    if (performance.now() > endMs)
      throw new Error(
        [`never happened: ${what}`, ...(await Promise.all([...witnesses].map(tell)))].join('\n'),
      )
    await pause(everyMs)
  }
}

const tell = async ({ what, see }: Witness): Promise<string> => {
  try {
    const seen = await see()
    const text = Array.isArray(seen) ? seen.map(textOf).join('\n') : textOf(seen)
    return `${what}: ${text.length > SHOWN ? `…${text.slice(-SHOWN)}` : text}`
  } catch (error) {
    return `${what} cannot be seen: ${String(error)}`
  }
}

const textOf = (seen: unknown): string =>
  typeof seen === 'string' ? seen.trimEnd() : (JSON.stringify(seen) ?? 'nothing')
