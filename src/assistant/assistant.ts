import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/logger.ts'
import { problemOf } from '../base/call-failure.ts'
import type { Script } from '../script/types.ts'
import type { Budget } from './budget.ts'
import { factsOf } from './facts.ts'
import { NO_ANSWER, onLeash } from './leash.ts'
import { promptOf, type ModelMessage } from './prompt.ts'

/**
 * Asks the language model of a script. Resolves to null if the script has none, if it has no answer, or if the budget or the
 * limit is used up. Never rejects.
 */
export type AskAssistant = (script: Script, question: AssistantQuestion) => Promise<string | null>

export interface AssistantQuestion {
  pageId: string
  psid: string
  text: string
}

/** The outcome of a question, for the metric. */
export type AssistantOutcome = 'answered' | 'no_answer' | 'refused' | 'failed' | 'over_budget' | 'busy'

/** One request for a chat completion. @returns the content of the answer; null where it has another form */
export type Complete = (request: {
  url: string
  model: string
  messages: readonly ModelMessage[]
  signal: AbortSignal
}) => Promise<string | null>

/** Further questions at the same time get the fallback, because waiting would take too long. */
const MOST_AT_ONCE = 4
/** A server that is down is logged at most this often. */
const TELL_EVERY_MS = 10 * 60_000

export const createAssistant = (deps: {
  complete: Complete
  budget: Budget
  clock: Pick<Clock, 'elapsed' | 'after'>
  log: Pick<Log, 'info' | 'warn'>
  report: (outcome: AssistantOutcome) => void
}): AskAssistant => {
  const { complete, budget, clock, log, report } = deps
  const factsBy = new WeakMap<Script, string>()
  let underWay = 0
  let toldMs = Number.NEGATIVE_INFINITY

  const factsFor = (script: Script): string => {
    const known = factsBy.get(script) ?? factsOf(script)
    factsBy.set(script, known)
    return known
  }

  const failed = (error: unknown): void => {
    if (clock.elapsed() - toldMs < TELL_EVERY_MS) return
    toldMs = clock.elapsed()
    log.warn(
      { problem: problemOf(error) },
      'the language model of the script did not answer; visitors get the fallback',
    )
  }

  const answer = async (
    script: Script,
    { pageId, psid, text }: AssistantQuestion,
  ): Promise<AssistantOutcome | { text: string }> => {
    const { assistant } = script
    const facts = factsFor(script)
    if (assistant === null || facts === '') return 'no_answer'
    const { url, model, withinMs, aDay } = assistant
    if (!(await budget.take(`${pageId} ${psid}`, aDay))) return 'over_budget'
    const late = new AbortController()
    const cancel = clock.after(withinMs, () => late.abort(new DOMException('too late', 'TimeoutError')))
    try {
      const content = await complete({ url, model, messages: promptOf(facts, text), signal: late.signal })
      if (content === null) throw new Error('no answer of the usual form')
      if (content.includes(NO_ANSWER)) return 'no_answer'
      const said = onLeash(content, facts)
      return said === null ? 'refused' : { text: said }
    } finally {
      cancel()
    }
  }

  return async (script, question) => {
    if (script.assistant === null) return null
    if (underWay >= MOST_AT_ONCE) {
      report('busy')
      return null
    }
    underWay += 1
    try {
      const outcome = await answer(script, question)
      report(typeof outcome === 'string' ? outcome : 'answered')
      return typeof outcome === 'string' ? null : outcome.text
    } catch (error) {
      report('failed')
      failed(error)
      return null
    } finally {
      underWay -= 1
    }
  }
}
