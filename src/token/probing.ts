import { growingMs } from '../base/backoff.ts'
import { GraphError } from '../graph/error.ts'
import type { Graph, TokenFacts } from '../graph/graph.ts'
import type { EntryStates, EntryStatesDeps } from './entry-states.ts'
import type { Healer } from './heal.ts'
import { deathRemedy, meaningOf } from './refusals.ts'
import { troubleAfter, type TokenEntry } from './token-entry.ts'
import { troubles, type TokenTrouble } from './trouble.ts'

export interface ProbingDeps extends Pick<EntryStatesDeps, 'clock' | 'log' | 'isRunning'> {
  graph: Pick<Graph, 'debugToken'>
  appId: string
  /** Interval between probes of a working token. */
  probeSeconds: number
  /** In [0, 1). */
  random: () => number
  /** Tries to replace a dead token without a person; resolves to whether a new one is stored. */
  heal?: Healer | undefined
  states: Pick<EntryStates, 'move' | 'setTrouble' | 'judgeDoubt'>
}

/** Asks `debug_token` about the tokens kept here: schedules the probes and applies the answers. */
export interface Probing {
  schedule: (entry: TokenEntry, ms: number) => void
  /** Starts a new probe: the answer of one in progress may be older than the event that we ask about. */
  probeAfresh: (entry: TokenEntry) => Promise<void>
}

/** Spreads the probes of many Pages, because hundreds of them share one app's rate limit. */
export const PROBES_APART_MS = 20

const RETRY = { baseMs: 2000, capMs: 60_000 }

export const createProbing = (deps: ProbingDeps): Probing => {
  const { graph, appId, clock, log, isRunning, probeSeconds, random, heal } = deps
  const { move, setTrouble, judgeDoubt } = deps.states

  const schedule = (entry: TokenEntry, ms: number): void => {
    entry.cancelTimer()
    if (!isRunning() || !entry.stored || !entry.isOurs) return
    entry.cancelTimer = clock.after(ms, () => void probeAfresh(entry))
  }

  const scheduleNext = (entry: TokenEntry): void =>
    schedule(entry, probeSeconds * 1000 * (0.9 + 0.2 * random()))

  const probeAfresh = async (entry: TokenEntry): Promise<void> => {
    await entry.probing
    entry.probing ??= probeOnce(entry).finally(() => (entry.probing = null))
    await entry.probing
  }

  const probeOnce = async (entry: TokenEntry): Promise<void> => {
    const { stored, generation } = entry
    if (!isRunning() || !stored || !entry.isOurs) return
    const facts = await graph.debugToken(stored.token).catch((error: unknown) => toError(error))
    // A token stored in between gets a probe of its own.
    if (!isRunning() || !entry.isOurs || entry.stored?.token !== stored.token) return
    if (facts instanceof Error) return remainUndecided(entry, facts)
    if (facts.appId !== null && facts.appId !== appId) {
      return remainUndecided(entry, troubles.anotherApp(facts.appId, appId))
    }
    if (!facts.isValid) return refute(entry, facts)
    if (entry.generation === generation) await confirm(entry, facts)
  }

  const confirm = async (entry: TokenEntry, facts: TokenFacts): Promise<void> => {
    const { stored, generation } = entry
    const doubted = entry.state === 'suspect' && !entry.doubt?.isHearsay ? entry.reason : null
    const remedy = entry.doubt?.remedy ?? null
    entry.undecided = 0
    entry.scopes = facts.scopes
    // Facts that Facebook leaves out keep their proved values.
    if (facts.expiresAtMs !== undefined) entry.expiresAtMs = facts.expiresAtMs
    entry.dataAccessExpiresAtMs = facts.dataAccessExpiresAtMs ?? null
    if (doubted !== null) entry.disputes += 1
    move(entry, 'confirmed', null)
    // Sending goes on in the meantime, because the token still works.
    if (entry.expiresAtMs !== null && heal && stored && (await heal(stored))) return
    if (!isRunning() || entry.stored?.token !== stored?.token || entry.generation !== generation) return

    setTrouble(entry, troubleAfter(entry, facts, doubted, remedy))
    scheduleNext(entry)
  }

  const refute = async (entry: TokenEntry, facts: TokenFacts): Promise<void> => {
    entry.undecided = 0
    if (entry.doubt) entry.doubt.isHearsay = false
    const reason = `The token no longer works: ${meaningOf(facts)}.`
    const remedy = deathRemedy(facts) ?? entry.doubt?.remedy ?? null
    if (await isHealed(entry, reason)) return
    // Settle the old trouble before raising the new one: both may be the same need.
    setTrouble(entry, null)
    entry.remedy = remedy
    move(entry, 'refuted', reason)
    scheduleNext(entry)
  }

  /** Heals a dead token. Until then the Page sends nothing and no need is raised. */
  const isHealed = async (entry: TokenEntry, reason: string): Promise<boolean> => {
    const { stored: dead } = entry
    if (!heal || !dead) return false
    move(entry, 'doubted', reason)
    const healed = await heal(dead)
    // `bootstrap-token` or the console may have stored another token meanwhile.
    return healed || !isRunning() || entry.stored?.token !== dead.token
  }

  /** Graph is down or refuses the app, which says nothing about the token: its state stays. */
  const remainUndecided = (entry: TokenEntry, why: Error | TokenTrouble): void => {
    const retryMs = growingMs(entry.undecided, RETRY) * (0.5 + 0.5 * random())
    entry.undecided += 1
    entry.obstacle = why instanceof Error ? why.message : why.what
    // A single unknown refusal may come from a gateway, so the next try follows within seconds.
    const isOdd = why instanceof GraphError && why.verdict === 'unknown' && entry.undecided === 1
    const trouble = why instanceof Error ? (isOdd ? null : troubles.fromProbe(why)) : why
    if (trouble) setTrouble(entry, trouble)
    else log.warn({ pageId: entry.pageId, err: why }, 'the page token could not be probed; trying again')
    judgeDoubt(entry)
    const askedMs = why instanceof GraphError ? (why.retryAfterMs ?? 0) : 0
    schedule(entry, Math.max(retryMs, askedMs))
  }

  return { schedule, probeAfresh }
}

const toError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))
