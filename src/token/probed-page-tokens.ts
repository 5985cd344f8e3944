import { growingMs } from '../base/backoff.ts'
import { createListeners } from '../base/listeners.ts'
import type { TokenStore } from '../store/tokens/token-store.ts'
import type { Duty } from '../base/duty.ts'
import { createAppRemovals } from './app-removals.ts'
import { createEntryStates, type EntryStatesDeps } from './entry-states.ts'
import type { KeptStates } from './kept-states.ts'
import type { PageTokenStatus, PageTokens } from './page-tokens.ts'
import { createProbing, PROBES_APART_MS, type ProbingDeps } from './probing.ts'
import { createStoredTokens } from './stored-tokens.ts'
import { createEntry, toStatus, type TokenEntry } from './token-entry.ts'

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
  const { adopt, doubt, endDoubt } = states
  const { schedule, probeAfresh } = createProbing({ ...deps, random, isRunning, states })
  const { sync } = createStoredTokens({ store, entries, clock, duty, states, schedule })
  const removals = createAppRemovals({ entries, kept, log, isRunning, move: states.move, probeAfresh })
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
      if (isOurs) take(entry, taken++ * PROBES_APART_MS)
      else drop(entry)
    }
    void removals.takeReports()
  }

  const heedOthers = (): void => {
    for (const entry of entries.values()) if (!entry.isOurs) adopt(entry)
    void removals.takeReports()
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

    deauthorized: removals.deauthorized,

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
      for (const [index, entry] of [...entries.values()].entries()) schedule(entry, index * PROBES_APART_MS)
      void removals.takeReports()
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
