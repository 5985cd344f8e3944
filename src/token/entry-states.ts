import type { Clock } from '../base/clock.ts'
import type { Duty } from '../base/duty.ts'
import type { KeptStates } from './kept-states.ts'
import { nextState, type TokenEvent } from './state.ts'
import { toKept, type Doubt, type TokenEntry } from './token-entry.ts'
import { troubles, type TokenTrouble } from './trouble.ts'

export interface EntryStatesDeps {
  clock: Clock
  log: { info: (facts: object, message: string) => void; warn: (facts: object, message: string) => void }
  duty: Pick<Duty, 'keeps'>
  kept: Pick<KeptStates, 'of' | 'keep'>
  /** Before the start and after the stop, doubts are left as they are. */
  isRunning: () => boolean
  /** Called when the state or the token has changed. */
  onChange: (entry: TokenEntry) => void
  /** Called with trouble of a Page other than a dead token, and with null when the trouble is over. */
  onTrouble?: ((pageId: string, trouble: TokenTrouble | null) => void) | undefined
  /** Called when the first probe of this process finds no such trouble, because a need from before a restart may be open. */
  onNoTrouble?: ((pageId: string) => void) | undefined
}

/** How long a doubt may stay undecided before a need is raised: meanwhile the Page sends nothing. */
const PATIENCE_MS = 3 * 60_000

export type EntryStates = ReturnType<typeof createEntryStates>

/** Changes the states of the entries, stores and reports them, and ends doubts that no probe decides. */
export const createEntryStates = (deps: EntryStatesDeps) => {
  const { clock, log, duty, kept, isRunning, onChange, onTrouble, onNoTrouble } = deps

  const announce = (entry: TokenEntry): void => {
    const { pageId, state, fingerprint, reason } = entry
    const facts = { pageId, state, fingerprint, reason }
    if (state === 'valid') log.info(facts, 'the page token is valid')
    else log.warn(facts, `the page token is ${state}`)
    onChange(entry)
  }

  const move = (entry: TokenEntry, event: TokenEvent, reason: string | null): void => {
    const state = nextState(entry.state, event)
    const moved = state !== entry.state
    if (moved) entry.sinceMs = clock.now()
    entry.state = state
    entry.reason = reason
    if (state !== 'suspect') endDoubt(entry)
    if (!moved && event !== 'stored') return
    if (entry.stored !== null && duty.keeps(entry.pageId)) kept.keep(entry.pageId, toKept(entry))
    announce(entry)
  }

  /**
   * Takes over the stored state of this very token from the Page's keeper, also from before a restart.
   *
   * @returns whether there was one
   */
  const adopt = (entry: TokenEntry): boolean => {
    const known = kept.of(entry.pageId)
    if (known === null || known.state === 'missing') return false
    if (known.fingerprint !== entry.fingerprint || known.provedAtMs !== entry.stored?.provedAtMs) return false
    const moved = entry.state !== known.state || entry.reason !== known.reason
    entry.state = known.state
    entry.reason = known.reason
    entry.remedy = known.remedy
    entry.sinceMs = known.sinceMs
    if (moved) announce(entry)
    return true
  }

  const setTrouble = (entry: TokenEntry, trouble: TokenTrouble | null): void => {
    const { trouble: before } = entry
    entry.trouble = trouble
    if (before === undefined && trouble === null) return onNoTrouble?.(entry.pageId)
    if (before?.cause === trouble?.cause && before?.what === trouble?.what) return
    if (trouble) log.warn({ pageId: entry.pageId, cause: trouble.cause }, trouble.what)
    onTrouble?.(entry.pageId, trouble)
  }

  /** The Page sends nothing until `debug_token` decides; the timer ends a doubt that `debug_token` cannot decide. */
  const doubt = (
    entry: TokenEntry,
    reason: string,
    said: Pick<Doubt, 'proof' | 'remedy'> = { proof: null, remedy: null },
  ): void => {
    entry.generation += 1
    move(entry, 'doubted', reason)
    if (entry.state !== 'suspect') return
    entry.doubt?.cancelTimer()
    // A doubt from before a restart has used up part of the time. A timer measures the rest, because the clock may be set in between.
    const leftMs = Math.min(PATIENCE_MS, Math.max(0, entry.sinceMs + PATIENCE_MS - clock.now()))
    const cancelTimer = clock.after(leftMs, () => {
      began.isOverdue = true
      judgeDoubt(entry)
    })
    const proof = said.proof ?? entry.doubt?.proof ?? null
    const remedy = said.remedy ?? entry.doubt?.remedy ?? null
    const began = { isHearsay: false, proof, remedy, isOverdue: false, cancelTimer }
    entry.doubt = began
  }

  const endDoubt = (entry: TokenEntry): void => {
    entry.doubt?.cancelTimer()
    entry.doubt = null
  }

  /** Called when a probe did not decide, and when the time is up. */
  const judgeDoubt = (entry: TokenEntry): void => {
    const { doubt: why } = entry
    if (!isRunning() || why === null || why.isHearsay || entry.undecided === 0) return
    if (why.proof !== null) {
      entry.remedy = why.remedy
      return move(entry, 'refuted', why.proof)
    }
    if (entry.trouble || !why.isOverdue) return
    setTrouble(entry, troubles.uncheckable(entry.pageId, entry.reason ?? '', entry.obstacle))
  }

  return { move, adopt, doubt, endDoubt, judgeDoubt, setTrouble }
}
