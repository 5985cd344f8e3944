import type { NeedCause } from '../alerts/causes.ts'
import type { Needs } from '../alerts/needs.ts'
import type { Trouble } from '../alerts/page-trouble.ts'
import type { BotError } from '../base/errors.ts'
import type { EntryStatesDeps } from './entry-states.ts'
import type { TokenTrouble } from './trouble.ts'

const CAUSES: readonly TokenTrouble['cause'][] = [
  'configuration',
  'permission',
  'restricted',
  'token_expires',
]

/** Raises a need for the trouble that probes of a Page find, and settles it when the trouble is over. */
export const createTroubleNeeds = ({
  needs,
  nameOf,
}: {
  needs: Pick<Needs, 'raise' | 'settle' | 'notFound'>
  nameOf: (pageId: string) => string | null
}): Required<Pick<EntryStatesDeps, 'onTrouble' | 'onNoTrouble'>> => {
  const raised = new Map<string, NeedCause>()

  return {
    onTrouble: (pageId, trouble) => {
      const before = raised.get(pageId)
      if (before) needs.settle(pageId, before)
      raised.delete(pageId)
      if (!trouble) return
      raised.set(pageId, trouble.cause)
      needs.raise({ pageId, pageName: nameOf(pageId), ...trouble })
    },
    onNoTrouble: (pageId) => {
      for (const cause of CAUSES) needs.notFound(pageId, cause)
    },
  }
}

/** The need of a token file that cannot be read. */
export const unreadable = ({ message, remedy }: BotError): Trouble => ({
  what: `${message} The bot goes on with the tokens that it has in memory; it cannot take a new one, and needs the file at its next start.`,
  remedy: remedy ?? 'Run `npm run doctor`.',
})
