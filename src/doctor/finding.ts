/** What a check found: `skipped` when it could not be made, because something before it is wrong. */
export interface Finding {
  status: 'ok' | 'warning' | 'failure' | 'skipped'
  /** The finding, in one sentence or less; without secrets. */
  what: string
  /** The exact next step; null where there is nothing to do. */
  next: string | null
}

export const ok = (what: string): Finding => ({ status: 'ok', what, next: null })

/** The bot works, but not as well or not as long as it should. */
export const warning = (what: string, next: string): Finding => ({ status: 'warning', what, next })

/** The bot cannot do its work. */
export const failure = (what: string, next: string): Finding => ({ status: 'failure', what, next })

export const skipped = (why: string, next: string | null = null): Finding => ({
  status: 'skipped',
  what: `not checked, because ${why}`,
  next,
})
