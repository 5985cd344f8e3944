import type { Clock } from '../base/clock.ts'
import type { Config } from '../base/settings.ts'
import { BotError } from '../base/errors.ts'
import { within } from '../base/within.ts'
import type { Check } from './check.ts'
import { failure, skipped, type CheckResult } from './check-result.ts'
import type { ReadSettings } from './settings.ts'
import { reasonOf } from './words.ts'

/** A check and its result. */
export interface Result extends CheckResult {
  id: string
  pageId: string | null
  section: string
  title: string
}

export interface RunOptions {
  checks: readonly Check[]
  settings: ReadSettings
  clock: Pick<Clock, 'after'>
  /** Removes secrets from a text. */
  clean: (text: string) => string
  /** Called with each check, in the order of the list, before it is waited for. */
  onStart?: (check: Check) => void
  /** Called with each result, in the order of the list. */
  onResult?: (result: Result) => void
}

/** Time limit of one check. Graph calls and callbacks have shorter limits. */
const LIMIT_MS = 20_000

/** Runs all checks at the same time, apart from those that wait for others. Never throws. */
export const runChecks = async (options: RunOptions): Promise<Result[]> => {
  const { checks, clean, onStart, onResult } = options
  const found = new Map<string, Promise<Result>>()
  for (const check of checks) found.set(check.id, examine(check, found, options))
  const results: Result[] = []
  for (const check of checks) {
    onStart?.(check)
    const result = await found.get(check.id)
    if (result === undefined) continue
    const cleaned = { ...result, what: clean(result.what), next: result.next && clean(result.next) }
    results.push(cleaned)
    onResult?.(cleaned)
  }
  return results
}

const examine = async (
  check: Check,
  found: ReadonlyMap<string, Promise<Result>>,
  options: RunOptions,
): Promise<Result> => {
  const { id, pageId, section, title } = check
  return { id, pageId, section, title, ...(await findingOf(check, found, options)) }
}

const findingOf = async (
  check: Check,
  found: ReadonlyMap<string, Promise<Result>>,
  { settings, clock }: RunOptions,
): Promise<CheckResult> => {
  const unreadable = check.settings.filter((name) => settings.problems.has(name))
  if (unreadable.length > 0) {
    return skipped(
      `${unreadable.join(' and ')} ${unreadable.length === 1 ? 'is' : 'are'} missing or malformed`,
    )
  }
  for (const id of check.after) {
    const before = await found.get(id)
    if (before?.status === 'failure') return skipped(`"${before.title}" failed`)
    if (before?.status === 'skipped') return { status: 'skipped', what: before.what, next: null }
  }
  try {
    // All settings that the check names are valid, and its type hides the others.
    return await within(clock, LIMIT_MS, Promise.resolve(check.run(settings.values as Config)), OVERDUE)
  } catch (error) {
    return error instanceof BotError
      ? failure(reasonOf(error), error.remedy ?? 'See docs/errors.md for what this means.')
      : failure(`the check itself failed: ${reasonOf(error)}`, 'Please report this; the other checks hold.')
  }
}

const OVERDUE = failure(
  `no answer within ${LIMIT_MS / 1000} seconds`,
  'Run this again; if it stays so, see what keeps this machine busy.',
)
