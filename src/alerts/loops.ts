import type { Clock } from '../base/clock.ts'
import type { TellTrouble, Trouble } from './page-trouble.ts'

/** Raises one need while another program answers the bot. */
export interface Loops {
  /** The same words came again, and were not answered. */
  met: (pageId: string, psid: string | null) => void
  /** Visitors were forgotten: their names are removed from notices. */
  forgotten: () => Promise<void>
  stop: () => void
}

/** The loop is over when the same words have not come for this long. */
const OVER_MS = 30 * 60_000

export const createLoops = (deps: {
  tell: TellTrouble
  /** Changes the words of an open need without a second notice. */
  correct: (pageId: string, trouble: Trouble) => void
  /** Whether the store knows this visitor. */
  isKnown: (pageId: string, psid: string) => Promise<boolean>
  clock: Clock
}): Loops => {
  const { tell, correct, isKnown, clock } = deps
  const open = new Map<string, { psid: string | null; cancelEnd: () => void }>()
  return {
    met: (pageId, psid) => {
      // Loops in other conversations of the Page belong to the same need.
      const one = open.get(pageId) ?? { psid, cancelEnd: () => undefined }
      one.cancelEnd()
      one.cancelEnd = clock.after(OVER_MS, () => {
        open.delete(pageId)
        tell(pageId, null)
      })
      open.set(pageId, one)
      tell(pageId, troubleOf(one.psid))
    },
    forgotten: async () => {
      for (const [pageId, one] of open) {
        if (one.psid === null || (await isKnown(pageId, one.psid))) continue
        one.psid = null
        if (open.has(pageId)) correct(pageId, troubleOf(null))
      }
    },
    stop: () => {
      for (const { cancelEnd } of open.values()) cancelEnd()
    },
  }
}

const troubleOf = (psid: string | null): Trouble => ({
  what: `A visitor (${psid ?? 'unknown'}) sends the same words over and over, as another bot does; the bot has stopped answering them there for a while.`,
  remedy:
    'Look at the conversation in the Page inbox; where it is a bot, block that account or end its automatic replies. Other words are answered all the same.',
})
