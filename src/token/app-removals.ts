import type { KeptStates } from './kept-states.ts'
import type { EntryStates, EntryStatesDeps } from './entry-states.ts'
import type { PageTokens } from './page-tokens.ts'
import type { Probing } from './probing.ts'
import type { TokenEntry } from './token-entry.ts'

export interface AppRemovals {
  deauthorized: PageTokens['deauthorized']
  /** Probes the Pages kept here whose removal another instance has reported. */
  takeReports: () => Promise<void>
}

/** Probes the tokens of Pages from which the app was removed on Facebook, each on the instance that keeps the Page. */
export const createAppRemovals = (
  deps: Pick<EntryStatesDeps, 'log' | 'isRunning'> &
    Pick<EntryStates, 'move'> &
    Pick<Probing, 'probeAfresh'> & {
      entries: ReadonlyMap<string, TokenEntry>
      kept: Pick<KeptStates, 'report' | 'takeReports'>
    },
): AppRemovals => {
  const { entries, kept, log, isRunning, move, probeAfresh } = deps

  const removed = async (concerned: readonly TokenEntry[]): Promise<void> => {
    for (const entry of concerned) {
      if (entry.state === 'valid')
        entry.doubt = {
          isHearsay: true,
          proof: null,
          remedy: null,
          isOverdue: false,
          cancelTimer: () => undefined,
        }
      entry.generation += 1
      move(entry, 'doubted', 'The app was removed on Facebook.')
    }
    await Promise.all(concerned.map(probeAfresh))
  }

  return {
    deauthorized: async ({ userId, pageId }) => {
      const concerned = [...entries.values()].filter(
        ({ stored }) => stored && (stored.pageId === pageId || (userId !== null && stored.userId === userId)),
      )
      await Promise.all([
        removed(concerned.filter(({ isOurs }) => isOurs)),
        ...concerned.filter(({ isOurs }) => !isOurs).map((entry) => kept.report(entry.pageId)),
      ])
    },

    takeReports: async () => {
      try {
        const pageIds = await kept.takeReports((pageId) => entries.get(pageId)?.isOurs === true)
        await removed(pageIds.flatMap((pageId) => entries.get(pageId) ?? []))
      } catch (error) {
        // If this read fails, the next refused call or probe finds the removal.
        if (isRunning()) log.warn({ err: error }, 'whether the app was removed from a Page could not be read')
      }
    },
  }
}
