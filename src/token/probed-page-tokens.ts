import { growingMs } from '../base/backoff.ts'
import { createListeners } from '../base/listeners.ts'
import type { StoredPageToken } from '../store/tokens/records.ts'
import type { TokenStore } from '../store/tokens/token-store.ts'
import type { Duty } from '../base/duty.ts'
import { createEntryStates, type EntryStatesDeps } from './entry-states.ts'
import type { KeptStates } from './kept-states.ts'
import type { PageTokenStatus, PageTokens } from './page-tokens.ts'
import { createProbing, type ProbingDeps } from './probing.ts'
import { createEntry, fingerprintOf, toStatus, type TokenEntry } from './token-entry.ts'

export interface ProbedPageTokensDeps
  extends
    Omit<EntryStatesDeps, 'onChange' | 'isRunning'>,
    Pick<ProbingDeps, 'graph' | 'appId' | 'probeSeconds' | 'heal'> {
  store: Pick<TokenStore, 'pages' | 'onChange'>
  /** The Pages whose tokens are probed by this instance. */
  duty: Pick<Duty, 'keeps' | 'onChange'>
  /** The states that the keepers of the Pages have stored. */
  kept: KeptStates
  /** In [0, 1). */
  random?: () => number
}

const FIRST_PROBES_APART_MS = 20
/**
 * The wait before the probes after a login. Each further new token restarts it, so that many Pages healed one after the other
 * cause only one probe of each other Page.
 */
const AFTER_LOGIN_MS = 5000
const DISPUTE = { baseMs: 1000, capMs: 5 * 60_000 }
/** After this long without a doubt, earlier disputes are forgotten. */
const CALM_MS = 15 * 60_000

/** Keeps the state of every Page's token: from the store, from doubts raised by calls, and from `debug_token`. */
export const createProbedPageTokens = (deps: ProbedPageTokensDeps): PageTokens => {
  const { store, clock, log, duty, kept, random = Math.random } = deps
  const createdMs = clock.now()
  const entries = new Map<string, TokenEntry>()
  const changes = createListeners<[PageTokenStatus]>()
  const isRunning = (): boolean => running
  const states = createEntryStates({ ...deps, isRunning, onChange: (entry) => changes.tell(toStatus(entry)) })
  const { move, adopt, doubt, endDoubt, setTrouble } = states
  const { schedule, probeAfresh } = createProbing({ ...deps, random, isRunning, states })
  let stops: (() => void)[] = []
  let running = false

  const take = (entry: TokenEntry, afterMs: number): void => {
    entry.isOurs = true
    adopt(entry)
    if (entry.state === 'suspect') doubt(entry, entry.reason ?? '')
    schedule(entry, afterMs)
  }

  const drop = (entry: TokenEntry): void => {
    entry.isOurs = false
    entry.cancelTimer()
    entry.generation += 1
    endDoubt(entry)
    entry.trouble = undefined
  }

  /** This instance took Pages, or gave some away. */
  const heedDuty = (): void => {
    let taken = 0
    for (const entry of entries.values()) {
      const isOurs = duty.keeps(entry.pageId)
      if (isOurs === entry.isOurs) continue
      // Spread the probes: hundreds of Pages share one app's rate limit.
      if (isOurs) take(entry, taken++ * FIRST_PROBES_APART_MS)
      else drop(entry)
    }
    void heedReports()
  }

  const heedOthers = (): void => {
    for (const entry of entries.values()) if (!entry.isOurs) adopt(entry)
    void heedReports()
  }

  const heedReports = async (): Promise<void> => {
    try {
      const pageIds = await kept.takeReports((pageId) => entries.get(pageId)?.isOurs === true)
      await removed(pageIds.flatMap((pageId) => entries.get(pageId) ?? []))
    } catch (error) {
      // If this read fails, the next refused call or probe finds the removal.
      if (running) log.warn({ err: error }, 'whether the app was removed from a Page could not be read')
    }
  }

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

  /** Takes over the tokens in the store. */
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
      if (entry.stored === null || pages.has(entry.pageId)) continue
      entry.stored = null
      entry.fingerprint = null
      entry.generation += 1
      entry.cancelTimer()
      setTrouble(entry, null)
      move(entry, 'removed', 'The token was taken out of the token file.')
    }
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
    for (const [index, entry] of others.entries())
      schedule(entry, AFTER_LOGIN_MS + index * FIRST_PROBES_APART_MS)
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

  return {
    tokenFor: (pageId) => {
      const entry = entries.get(pageId)
      if (entry === undefined || entry.stored === null) return null
      return entry.state === 'valid' || entry.doubt?.isHearsay ? entry.stored.token : null
    },

    status: (pageId) => toStatus(entries.get(pageId) ?? createEntry(pageId, createdMs)),

    statuses: () => [...entries.values()].map(toStatus),

    suspect: (pageId, token, { message, hint, remedy = null }) => {
      const entry = entries.get(pageId)
      if (!entry || entry.stored?.token !== token) return
      if (entry.state !== 'valid' && !entry.doubt?.isHearsay) return
      const nowMs = clock.now()
      if (nowMs - entry.doubtedAtMs > CALM_MS) entry.disputes = 0
      entry.doubtedAtMs = nowMs
      const told = `A call was refused because of the token: ${message}.`.replace(/\.\.$/, '.')
      doubt(entry, told, { proof: hint === 'token_dead' ? told : null, remedy })
      // The more often `debug_token` contradicted the calls, the later it is asked, so that sends and probes do not loop.
      schedule(entry, entry.disputes === 0 ? 0 : growingMs(2 * (entry.disputes - 1), DISPUTE))
    },

    deauthorized: async ({ userId, pageId }) => {
      const concerned = [...entries.values()].filter(
        ({ stored }) => stored && (stored.pageId === pageId || (userId !== null && stored.userId === userId)),
      )
      await Promise.all([
        removed(concerned.filter(({ isOurs }) => isOurs)),
        ...concerned.filter(({ isOurs }) => !isOurs).map((entry) => kept.report(entry.pageId)),
      ])
    },

    probe: async (pageId) => {
      const wanted =
        pageId === undefined
          ? [...entries.values()]
          : [entries.get(pageId)].filter((entry) => entry !== undefined)
      await Promise.all(wanted.map(probeAfresh))
    },

    onChange: changes.add,

    start: async () => {
      running = true
      await kept.start()
      stops = [store.onChange(sync), duty.onChange(heedDuty), kept.onChange(heedOthers)]
      sync()
      // Spread the probes: hundreds of Pages share one app's rate limit.
      for (const [index, entry] of [...entries.values()].entries())
        schedule(entry, index * FIRST_PROBES_APART_MS)
      void heedReports()
    },

    stop: async () => {
      running = false
      for (const stop of stops) stop()
      for (const entry of entries.values()) {
        entry.cancelTimer()
        entry.doubt?.cancelTimer()
      }
      await kept.stop()
    },
  }
}
