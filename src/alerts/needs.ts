import type { Clock } from '../base/clock.ts'
import { createListeners } from '../base/listeners.ts'
import { CHECKOUT, fitCommands, type Surroundings } from '../cures/surroundings.ts'

/** Why a person is needed. docs/operations.md has the cure of each. */
export const NEED_CAUSES = [
  // These hold back the replies of their Page until they are mended.
  'token_missing',
  'token_invalid',
  'configuration',
  'permission',
  'restricted',
  /** Facebook refuses to send to some visitors, for a reason that may be the Page's. */
  'some_visitors',
  /** Facebook has taken nothing of a Page for long, and says no more than in an outage. */
  'outage',
  /** The token works, and will end. */
  'token_expires',
  /** The tokens that are kept cannot be read; the bot goes on with those that it has in memory. */
  'token_file',
  /** Nothing comes from Facebook, though it should. */
  'silent',
  /** Facebook does not send the Page's webhooks, and the bot cannot make it. */
  'unsubscribed',
  /** All visitors of the Page write in standby, where the bot may not answer. */
  'standby',
  /** Facebook does not take the Messenger profile that the script wants. */
  'profile',
  /** Facebook sends no webhooks of the app at all. */
  'webhook',
  /** The script in use is not the one in the file, which has a mistake. */
  'script',
  /** Facebook did not accept replies, which are dead letters now. */
  'refused',
  /** Visitors have asked for a person, and none has written. */
  'person',
  /** Another program answers the bot. */
  'loop',
  /** Instances on one database have other settings, another version or another script. */
  'instances',
] as const

export type NeedCause = (typeof NEED_CAUSES)[number]

/** How bad it is: `look` answers visitors all the same. */
export type Level = 'well' | 'look' | 'needed'

interface Kind {
  level: Exclude<Level, 'well'>
  /** Whether replies wait because of it. */
  holds: boolean
}

const KINDS: Partial<Record<NeedCause, Kind>> = {
  token_expires: { level: 'needed', holds: false },
  token_file: { level: 'needed', holds: false },
  silent: { level: 'needed', holds: false },
  unsubscribed: { level: 'needed', holds: false },
  webhook: { level: 'needed', holds: false },
  standby: { level: 'needed', holds: false },
  profile: { level: 'look', holds: false },
  script: { level: 'look', holds: false },
  refused: { level: 'look', holds: false },
  person: { level: 'look', holds: false },
  loop: { level: 'look', holds: false },
  instances: { level: 'look', holds: false },
}

/** Whether replies wait because of it. */
export const holdsReplies = (cause: string): boolean => (KINDS as Record<string, Kind>)[cause]?.holds ?? true

export const levelOf = (cause: NeedCause): Kind['level'] => KINDS[cause]?.level ?? 'needed'

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
  /** Brings an open need up to date, as its trouble grows or shrinks; the next reminder tells the operator. */
  update: (need: Need) => void
  /** Closes the Page's need of that cause, or all of its needs. */
  settle: (pageId: string, cause?: NeedCause) => void
  /** A check has looked and found nothing: closes the need if the instance that found it is gone. */
  notFound: (pageId: string, cause: NeedCause) => void
  open: () => OpenNeed[]
  /** Those that a running instance has found. The others were found before a restart, and are about to be looked for. */
  confirmed: () => OpenNeed[]
  /** Hears of needs opened and closed. Returns the function that stops it. */
  onChange: (listener: (change: { need: OpenNeed; opened: boolean }) => void) => () => void
  /** Hears that open needs have other words: those of before may name a visitor who was forgotten. */
  onReworded: (listener: () => void) => () => void
}

/** Stands for the bot as a whole where no single Page can be named: before the first token there is none. */
export const WHOLE_BOT = '*'

/** The needs that this process has found, in memory. {@link ./shared-needs.ts createSharedNeeds} adds those of the others. */
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
