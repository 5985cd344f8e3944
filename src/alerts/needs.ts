import type { Clock } from '../base/clock.ts'
import { createListeners } from '../base/listeners.ts'
import type { NeedCause } from './causes.ts'
import { CHECKOUT, fitCommands, type Surroundings } from '../cures/surroundings.ts'

export interface Need {
  pageId: string
  pageName: string | null
  cause: NeedCause
  /** The trouble, as one sentence without secrets. */
  what: string
  /** The cure on the bot's own machine, as one sentence. */
  remedy: string
  /** Whether a new user token mends it; the console can take one, too. */
  byToken?: boolean
}

export interface OpenNeed extends Need {
  sinceMs: number
}

/** The open needs: trouble that the operator must mend. The part that finds trouble raises a need; reminders, console and terminal listen. */
export interface Needs {
  /** Opens the need, or does nothing when the same one is open already. */
  raise: (need: Need) => void
  /** Updates an open need as its trouble grows or shrinks; the next reminder has the new words. */
  update: (need: Need) => void
  /** Closes the Page's need of that cause, or all of its needs. */
  settle: (pageId: string, cause?: NeedCause) => void
  /** A check found no trouble: closes the need if the instance that raised it is gone. */
  notFound: (pageId: string, cause: NeedCause) => void
  open: () => OpenNeed[]
  /** The open needs that a running instance has found. The others are from before a restart, and their checks have not run again yet. */
  confirmed: () => OpenNeed[]
  /** Called when a need opens or closes. Returns the function that stops it. */
  onChange: (listener: (change: { need: OpenNeed; opened: boolean }) => void) => () => void
  /** Called when the words of an open need change: the old ones may name a visitor who was forgotten. */
  onReworded: (listener: () => void) => () => void
}

/** The Page id of needs about the whole bot, such as before the first token. */
export const WHOLE_BOT = '*'

/** The needs of this process, in memory. {@link ./shared-needs.ts createSharedNeeds} adds those of other instances. */
export const createNeeds = ({
  clock,
  surroundings = CHECKOUT,
}: {
  clock: Pick<Clock, 'now'>
  surroundings?: Surroundings
}): Needs => {
  const open = new Map<string, OpenNeed>()
  const changes = createListeners<[{ need: OpenNeed; opened: boolean }]>()
  const rewordings = createListeners()

  const fitted = (need: Need): Need => ({ ...need, remedy: fitCommands(need.remedy, surroundings) })

  return {
    raise: (need) => {
      const key = keyOf(need)
      if (open.has(key)) return
      const opened = { ...fitted(need), sinceMs: clock.now() }
      open.set(key, opened)
      changes.tell({ need: opened, opened: true })
    },
    update: (need) => {
      const before = open.get(keyOf(need))
      if (before === undefined) return
      open.set(keyOf(need), { ...fitted(need), sinceMs: before.sinceMs })
      if (before.what !== need.what) rewordings.tell()
    },
    settle: (pageId, cause) => {
      for (const [key, need] of open) {
        if (need.pageId !== pageId || (cause !== undefined && need.cause !== cause)) continue
        open.delete(key)
        changes.tell({ need, opened: false })
      }
    },
    notFound: () => undefined,
    open: () => [...open.values()],
    confirmed: () => [...open.values()],
    onChange: changes.add,
    onReworded: rewordings.add,
  }
}

/** Equal for the same trouble of the same Page. */
export const keyOf = (need: Pick<Need, 'pageId' | 'cause'>): string => `${need.cause} ${need.pageId}`
