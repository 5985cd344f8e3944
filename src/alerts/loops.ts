import type { Clock } from '../base/clock.ts'
import type { TellTrouble } from './page-trouble.ts'

/** Tells the operator that another program answers the bot, once for as long as it goes on. */
export interface Loops {
  /** The same words came again, and were not answered. */
  met: (pageId: string, psid: string | null) => void
  stop: () => void
}

/** So long without the same words, and it is over. */
const OVER_MS = 30 * 60_000

export const createLoops = (deps: { tell: TellTrouble; clock: Clock }): Loops => {
  const { tell, clock } = deps
  const open = new Map<string, { psid: string | null; cancelEnd: () => void }>()
  return {
    met: (pageId, psid) => {
      const before = open.get(pageId)
      before?.cancelEnd()
      // Other conversations of the Page are the same trouble.
      const first = before === undefined ? psid : before.psid
      const cancelEnd = clock.after(OVER_MS, () => {
        open.delete(pageId)
        tell(pageId, null)
      })
      open.set(pageId, { psid: first, cancelEnd })
      tell(pageId, {
        what: `A visitor (${first ?? 'unknown'}) sends the same words over and over, as another bot does; the bot has stopped answering them there for a while.`,
        remedy:
          'Look at the conversation in the Page inbox; where it is a bot, block that account or end its automatic replies. Other words are answered all the same.',
      })
    },
    stop: () => {
      for (const { cancelEnd } of open.values()) cancelEnd()
    },
  }
}
