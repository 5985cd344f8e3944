/** The result of a check; `skipped` if an earlier check that it depends on failed. */
export interface CheckResult {
  status: 'ok' | 'warning' | 'failure' | 'skipped'
  /** The result in at most one sentence, without secrets. */
  what: string
  /** The exact next step; null where there is nothing to do. */
  next: string | null
}

export const ok = (what: string): CheckResult => ({ status: 'ok', what, next: null })

/** The bot works, but not as well or not as long as it should. */
export const warning = (what: string, next: string): CheckResult => ({ status: 'warning', what, next })

/** The bot cannot do its work. */
export const failure = (what: string, next: string): CheckResult => ({ status: 'failure', what, next })

export const skipped = (why: string): CheckResult => ({
  status: 'skipped',
  what: `not checked, because ${why}`,
  next: null,
})
