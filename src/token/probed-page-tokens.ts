import { growingMs } from '../base/backoff.ts'
import { createListeners } from '../base/listeners.ts'
import { GraphError } from '../graph/error.ts'
import type { Graph, TokenFacts } from '../graph/graph.ts'
import type { StoredPageToken } from '../store/tokens/records.ts'
import type { TokenStore } from '../store/tokens/token-store.ts'
import type { Duty } from '../base/duty.ts'
import { createEntryStates, type EntryStatesDeps } from './entry-states.ts'
import type { Healer } from './heal.ts'
import type { KeptStates } from './kept-states.ts'
import type { PageTokenStatus, PageTokens } from './page-tokens.ts'
import { deathRemedy, meaningOf } from './refusals.ts'
import { createEntry, fingerprintOf, toStatus, troubleAfter, type Entry } from './token-entry.ts'
import { troubles, type TokenTrouble } from './trouble.ts'

export interface ProbedPageTokensDeps extends Omit<EntryStatesDeps, 'onChange' | 'isRunning'> {
  store: Pick<TokenStore, 'pages' | 'onChange'>
  graph: Pick<Graph, 'debugToken'>
  appId: string
  /** Which Pages' tokens are probed here. */
  duty: Pick<Duty, 'keeps' | 'onChange'>
  /** What the keepers of the Pages know. */
  kept: KeptStates
  /** How often a token that works is probed. */
  probeSeconds: number
  /** In [0, 1). */
  random?: () => number
  /** Tries to replace a dead token without a person; resolves to whether a new one is in the store. */
  heal?: Healer
}

const FIRST_PROBES_APART_MS = 20
const RETRY = { baseMs: 2000, capMs: 60_000 }
const DISPUTE = { baseMs: 1000, capMs: 5 * 60_000 }
/** After so long without a doubt, earlier disputes are forgotten. */
const CALM_MS = 15 * 60_000

/** Keeps the state of every Page's token: from the store, from doubts raised by calls, and from `debug_token`. */
export const createProbedPageTokens = (deps: ProbedPageTokensDeps): PageTokens => {
  const { store, graph, appId, clock, log, duty, kept, probeSeconds } = deps
  const { random = Math.random, heal } = deps
  const createdMs = clock.now()
  const entries = new Map<string, Entry>()
  const changes = createListeners<[PageTokenStatus]>()
  const { move, adopt, doubt, endDoubt, judgeDoubt, setTrouble } = createEntryStates({
    ...deps,
    isRunning: () => running,
    onChange: (entry) => changes.tell(toStatus(entry)),
  })
  let stops: (() => void)[] = []
  let running = false

  const take = (entry: Entry, afterMs: number): void => {
    entry.isOurs = true
    adopt(entry)
    if (entry.state === 'suspect') doubt(entry, entry.reason ?? '', null)
    schedule(entry, afterMs)
  }

  const drop = (entry: Entry): void => {
    entry.isOurs = false
    entry.cancelTimer()
    entry.generation += 1
    endDoubt(entry)
    entry.trouble = undefined
  }

  /** Pages came, or went to another instance. */
  const heedDuty = (): void => {
    let taken = 0
    for (const entry of entries.values()) {
      const isOurs = duty.keeps(entry.pageId)
      if (isOurs === entry.isOurs) continue
      // Not all at the same moment: hundreds of Pages share one app's rate limit.
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
      // Facebook refuses a call soon, or the next probe says it.
      if (running) log.warn({ err: error }, 'whether the app was removed from a Page could not be read')
    }
  }

  const removed = async (concerned: readonly Entry[]): Promise<void> => {
    for (const entry of concerned) {
      if (entry.state === 'valid')
        entry.doubt = { isHearsay: true, proof: null, isOverdue: false, cancelTimer: () => undefined }
      entry.generation += 1
      move(entry, 'doubted', 'The app was removed on Facebook.')
    }
    await Promise.all(concerned.map(probeAfresh))
  }

  const schedule = (entry: Entry, ms: number): void => {
    entry.cancelTimer()
    if (!running || !entry.stored || !entry.isOurs) return
    entry.cancelTimer = clock.after(ms, () => void probeAfresh(entry))
  }

  const scheduleNext = (entry: Entry): void => schedule(entry, probeSeconds * 1000 * (0.9 + 0.2 * random()))

  /** A probe that begins now: one under way may have been answered before what we want to know happened. */
  const probeAfresh = async (entry: Entry): Promise<void> => {
    await entry.probing
    entry.probing ??= probeOnce(entry).finally(() => (entry.probing = null))
    await entry.probing
  }

  const probeOnce = async (entry: Entry): Promise<void> => {
    const { stored, generation } = entry
    if (!running || !stored || !entry.isOurs) return
    const facts = await graph.debugToken(stored.token).catch((error: unknown) => toError(error))
    // A token that was stored meanwhile gets its own probe.
    if (!running || !entry.isOurs || entry.stored?.token !== stored.token) return
    if (facts instanceof Error) return remainUndecided(entry, facts)
    if (facts.appId !== null && facts.appId !== appId) {
      return remainUndecided(entry, troubles.anotherApp(facts.appId, appId))
    }
    if (!facts.isValid) return refute(entry, facts)
    if (entry.generation === generation) await confirm(entry, facts)
  }

  const confirm = async (entry: Entry, facts: TokenFacts): Promise<void> => {
    const { stored, generation } = entry
    const doubted = entry.state === 'suspect' && !entry.doubt?.isHearsay ? entry.reason : null
    entry.undecided = 0
    entry.scopes = facts.scopes
    // Facts that Facebook leaves out keep their proved value.
    if (facts.expiresAtMs !== undefined) entry.expiresAtMs = facts.expiresAtMs
    entry.dataAccessExpiresAtMs = facts.dataAccessExpiresAtMs ?? null
    if (doubted !== null) entry.disputes += 1
    move(entry, 'confirmed', null)
    // Sending goes on meanwhile: the token still works.
    if (entry.expiresAtMs !== null && heal && stored && (await heal(stored))) return
    if (!running || entry.stored?.token !== stored?.token || entry.generation !== generation) return

    setTrouble(entry, troubleAfter(entry, facts, doubted))
    scheduleNext(entry)
  }

  const refute = async (entry: Entry, facts: TokenFacts): Promise<void> => {
    entry.undecided = 0
    if (entry.doubt) entry.doubt.isHearsay = false
    const reason = `The token no longer works: ${meaningOf(facts)}.`
    if (await isHealed(entry, reason)) return
    // Settle the old trouble before raising the new one: both may be the same need.
    setTrouble(entry, null)
    entry.remedy = deathRemedy(facts)
    move(entry, 'refuted', reason)
    scheduleNext(entry)
  }

  /** Heals a dead token. Until then the Page sends nothing and no need is raised. */
  const isHealed = async (entry: Entry, reason: string): Promise<boolean> => {
    const { stored: dead } = entry
    if (!heal || !dead) return false
    move(entry, 'doubted', reason)
    const healed = await heal(dead)
    // `bootstrap-token` or the console may have stored another token meanwhile.
    return healed || !running || entry.stored?.token !== dead.token
  }

  /** Graph is down, or does not accept us: the token is not to blame, and stays what it was. */
  const remainUndecided = (entry: Entry, why: Error | TokenTrouble): void => {
    const retryMs = growingMs(entry.undecided, RETRY) * (0.5 + 0.5 * random())
    entry.undecided += 1
    entry.obstacle = why instanceof Error ? why.message : why.what
    // A single refusal that is not known may be a gateway's, and the next try comes within seconds.
    const isOdd = why instanceof GraphError && why.verdict === 'unknown' && entry.undecided === 1
    const trouble = why instanceof Error ? (isOdd ? null : troubles.fromProbe(why)) : why
    if (trouble) setTrouble(entry, trouble)
    else log.warn({ pageId: entry.pageId, err: why }, 'the page token could not be probed; trying again')
    judgeDoubt(entry)
    const askedMs = why instanceof GraphError ? (why.retryAfterMs ?? 0) : 0
    schedule(entry, Math.max(retryMs, askedMs))
  }

  /** Takes over what the store holds now. */
  const sync = (): void => {
    const pages = new Map(store.pages().map((page) => [page.pageId, page]))
    for (const page of pages.values()) {
      const entry = entries.get(page.pageId) ?? createEntry(page.pageId, clock.now())
      entries.set(page.pageId, entry)
      const isNew = entry.stored?.token !== page.token || entry.stored.provedAtMs !== page.provedAtMs
      entry.isOurs = duty.keeps(page.pageId)
      entry.stored = page
      entry.fingerprint = fingerprintOf(page.token)
      if (isNew) accept(entry, page)
    }
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

  /** A token that was just proved: good until something says otherwise, and it is probed at once. */
  const accept = (entry: Entry, page: StoredPageToken): void => {
    entry.generation += 1
    entry.disputes = 0
    entry.undecided = 0
    entry.scopes = page.scopes
    // No other token is stored.
    entry.expiresAtMs = null
    entry.dataAccessExpiresAtMs = page.dataAccessExpiresAtMs
    if (entry.trouble) setTrouble(entry, null)
    if (!adopt(entry)) move(entry, 'stored', null)
    else if (entry.isOurs && entry.state === 'suspect') doubt(entry, entry.reason ?? '', null)
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

    suspect: (pageId, token, { message, hint }) => {
      const entry = entries.get(pageId)
      if (!entry || entry.stored?.token !== token) return
      if (entry.state !== 'valid' && !entry.doubt?.isHearsay) return
      const nowMs = clock.now()
      if (nowMs - entry.doubtedAtMs > CALM_MS) entry.disputes = 0
      entry.doubtedAtMs = nowMs
      const told = `A call was refused because of the token: ${message}.`.replace(/\.\.$/, '.')
      doubt(entry, told, hint === 'token_dead' ? told : null)
      // The more often debug_token contradicted the calls, the longer until it is asked: no loop of sends and probes.
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
      // Not all at the same moment: hundreds of Pages share one app's rate limit.
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

const toError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))
