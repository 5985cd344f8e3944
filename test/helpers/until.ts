import { setTimeout as pause } from 'node:timers/promises'
import type { Test } from 'tap'

/** Longer than anything takes on a machine that is busy with other things. */
const PATIENCE_MS = 120_000
/** Of what a witness has seen the end tells most. */
const SHOWN = 4000

interface Witness {
  what: string
  see: () => unknown
}
const witnesses = new Set<Witness>()

/**
 * Has a wait that fails print what stands there then, such as the bot's log, so that a red run explains itself.
 *
 * @param see - lines, a text or a value; may take a moment
 */
export const witness = (t: Pick<Test, 'teardown'>, what: string, see: () => unknown): void => {
  const one = { what, see }
  witnesses.add(one)
  t.teardown(() => witnesses.delete(one))
}

/**
 * Resolves once it is so.
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
