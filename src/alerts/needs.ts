import type { Clock } from '../base/clock.ts'
import type { NeedCause } from './causes.ts'
import { CHECKOUT, fitCommands, type Surroundings } from '../cures/surroundings.ts'

export interface Need {
  pageId: string
  pageName: string | null
  cause: NeedCause
  /** What happened, as one sentence without secrets. */
  what: string
  /** What to do on the bot's own machine, as one sentence. */
  remedy: string
  /** Whether a new user token mends it, which can be given in the console, too. */
  byToken?: boolean
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

/** Stands for the bot as a whole where no single Page can be named: before the first token there is none. */
export const WHOLE_BOT = '*'

/** Keeps the open needs in memory: whoever notices the trouble raises it again after a restart. */
export const createNeeds = ({
  clock,
  surroundings = CHECKOUT,
}: {
  clock: Pick<Clock, 'now'>
  surroundings?: Surroundings
}): Needs => {
  const open = new Map<string, OpenNeed>()
  const listeners = new Set<Parameters<Needs['onChange']>[0]>()

  const announce = (need: OpenNeed, opened: boolean): void => {
    for (const listener of listeners) listener({ need, opened })
  }

  return {
    raise: (need) => {
      const key = keyOf(need)
      if (open.has(key)) return
      const opened = { ...need, remedy: fitCommands(need.remedy, surroundings), sinceMs: clock.now() }
      open.set(key, opened)
      announce(opened, true)
    },
    settle: (pageId, cause) => {
      for (const [key, need] of open) {
        if (need.pageId !== pageId || (cause !== undefined && need.cause !== cause)) continue
        open.delete(key)
        announce(need, false)
      }
    },
    open: () => [...open.values()],
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** Equal for the same trouble of the same Page. */
export const keyOf = (need: Pick<Need, 'pageId' | 'cause'>): string => `${need.cause} ${need.pageId}`
