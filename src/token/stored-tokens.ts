import type { Clock } from '../base/clock.ts'
import type { Duty } from '../base/duty.ts'
import type { StoredPageToken } from '../store/tokens/records.ts'
import type { TokenStore } from '../store/tokens/token-store.ts'
import type { EntryStates } from './entry-states.ts'
import { PROBES_APART_MS, type Probing } from './probing.ts'
import { createEntry, fingerprintOf, type TokenEntry } from './token-entry.ts'

/**
 * The wait before the probes after a login. Each further new token restarts it, so that many Pages healed one after the other
 * cause only one probe of each other Page.
 */
const AFTER_LOGIN_MS = 5000

/** Brings the entries in line with the token store: new tokens, tokens taken out, and what a login says of the person's other Pages. */
export const createStoredTokens = (deps: {
  store: Pick<TokenStore, 'pages'>
  entries: Map<string, TokenEntry>
  clock: Pick<Clock, 'now'>
  duty: Pick<Duty, 'keeps'>
  states: Pick<EntryStates, 'move' | 'adopt' | 'doubt' | 'setTrouble'>
  schedule: Probing['schedule']
}): { sync: () => void } => {
  const { store, entries, clock, duty, schedule } = deps
  const { move, adopt, doubt, setTrouble } = deps.states

  const sync = (): void => {
    const pages = new Map(store.pages().map((page) => [page.pageId, page]))
    const renewed = new Map<string, StoredPageToken>()
    for (const page of pages.values()) {
      const entry = entries.get(page.pageId) ?? createEntry(page.pageId, clock.now())
      entries.set(page.pageId, entry)
      const isNew = entry.stored?.token !== page.token || entry.stored.provedAtMs !== page.provedAtMs
      entry.isOurs = duty.keeps(page.pageId)
      entry.stored = page
      entry.fingerprint = fingerprintOf(page.token)
      if (!isNew) continue
      accept(entry, page)
      renewed.set(page.pageId, page)
    }
    probeOthersOf(renewed)
    for (const entry of entries.values()) {
      if (entry.stored !== null && !pages.has(entry.pageId)) forget(entry)
    }
  }

  /** A token that was just proved counts as valid, and is probed at once. */
  const accept = (entry: TokenEntry, page: StoredPageToken): void => {
    entry.generation += 1
    entry.disputes = 0
    entry.undecided = 0
    entry.scopes = page.scopes
    // No other token is stored.
    entry.expiresAtMs = null
    entry.dataAccessExpiresAtMs = page.dataAccessExpiresAtMs
    if (entry.trouble) setTrouble(entry, null)
    if (!adopt(entry)) move(entry, 'stored', null)
    else if (entry.isOurs && entry.state === 'suspect') doubt(entry, entry.reason ?? '')
    schedule(entry, 0)
  }

  /**
   * A login replaces all that the person had granted the app: Pages left unticked lose their permissions
   * (docs/messenger-platform.md#m), so the person's other Pages are probed soon, while the person is still at the screen.
   */
  const probeOthersOf = (renewed: ReadonlyMap<string, StoredPageToken>): void => {
    const people = new Set([...renewed.values()].flatMap(({ userId }) => userId ?? []))
    const others = [...entries.values()].filter(
      ({ pageId, state, stored }) =>
        state === 'valid' && stored?.userId && people.has(stored.userId) && !renewed.has(pageId),
    )
    for (const [index, entry] of others.entries()) schedule(entry, AFTER_LOGIN_MS + index * PROBES_APART_MS)
  }

  const forget = (entry: TokenEntry): void => {
    entry.stored = null
    entry.fingerprint = null
    entry.generation += 1
    entry.cancelTimer()
    setTrouble(entry, null)
    move(entry, 'removed', 'The token was taken out of the token file.')
  }

  return { sync }
}
