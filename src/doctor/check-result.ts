/** What a check found: `skipped` when it could not be made, because something before it is wrong. */
export interface CheckResult {
  status: 'ok' | 'warning' | 'failure' | 'skipped'
  /** In one sentence or less, without secrets. */
  what: string
  /** The exact next step; null where there is nothing to do. */
  next: string | null
}

export const ok = (what: string): CheckResult => ({ status: 'ok', what, next: null })

/** The bot works, but not as well or not as long as it should. */
export const warning = (what: string, next: string): CheckResult => ({ status: 'warning', what, next })

/** The bot cannot do its work. */
export const failure = (what: string, next: string): CheckResult => ({ status: 'failure', what, next })

export const skipped = (why: string, next: string | null = null): CheckResult => ({
  status: 'skipped',
  what: `not checked, because ${why}`,
  next,
})
