/** Why a person is needed. Each cause holds back the replies of its Page until it is mended. */
export type NeedCause = 'token_missing' | 'token_invalid' | 'configuration' | 'permission' | 'restricted'

export interface Need {
  pageId: string
  pageName: string | null
  cause: NeedCause
  /** What happened, as one sentence without secrets. */
  what: string
  /** What to do, as one sentence. */
  remedy: string
}

export interface OpenNeed extends Need {
  sinceMs: number
}

/** What the operator has to mend, at this moment. Those who notice trouble raise it; those who tell the operator listen. */
export interface Needs {
  /** Opens the need, or does nothing when the same one is open already. */
  raise: (need: Need) => void
  /** Closes the Page's need of that cause, or all of its needs. */
  settle: (pageId: string, cause?: NeedCause) => void
  open: () => OpenNeed[]
  /** Hears of needs opened and closed. Returns the function that stops it. */
  onChange: (listener: (change: { need: OpenNeed; opened: boolean }) => void) => () => void
}
