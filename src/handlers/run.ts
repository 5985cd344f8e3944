import type { ConversationView, ScriptResult } from '../conversation/view.ts'
import type { ConversationEngine } from '../conversation/conversation.ts'
import { readMemory } from '../conversation/memory.ts'
import { MOST_MESSAGES } from '../script/limits.ts'
import { silence } from '../conversation/handover-state.ts'
import type { Effect, Reply } from '../messages.ts'
import type { EventKind, WebhookEvent } from '../webhook/events.ts'
import { tooMany } from './chain.ts'
import type { Job, Plan, HandlerAction } from './job.ts'

/** Runs the handlers. */
export interface Runner {
  /** Whether there are handlers for events of this kind. */
  wants: (kind: EventKind) => boolean
  /** Runs the handlers for an event; rejects when they fail. */
  run: (job: Omit<Job, 'id'>) => Promise<Plan>
}

/** The key of the handlers' state in a conversation's state. */
const KEY = 'bot'
/** The script gets these kinds even if a handler handles them: they tell it which app has control of the conversation. */
const ABOUT_CONTROL: ReadonlySet<EventKind> = new Set(['echo', 'pass_thread_control', 'take_thread_control'])

/**
 * Runs the code handlers first; events they do not handle go to the script. Handlers do not run while a person has the
 * conversation. Their errors are thrown and affect only this event.
 */
export const withHandlers = (deps: {
  handlers: Runner
  script: ConversationEngine
}): ConversationEngine['handle'] => {
  const { handlers, script } = deps

  const carryOut = async (plan: Plan, event: WebhookEvent, view: ConversationView): Promise<ScriptResult> => {
    const replies: Reply[] = []
    const effects: Effect[] = []
    const answers: NonNullable<ScriptResult['answers']>[number][] = []
    let state = view.state
    let heard: ScriptResult['heard']
    let finished: ScriptResult['finished']

    const take = (handled: ScriptResult): void => {
      replies.push(...handled.replies)
      effects.push(...(handled.effects ?? []))
      answers.push(...(handled.answers ?? []))
      state = handled.state
      heard = handled.heard ?? heard
      finished = handled.finished ?? finished
    }

    const carryOutStep = async (step: HandlerAction): Promise<void> => {
      switch (step.do) {
        case 'say':
          replies.push(step.reply)
          return
        case 'script': {
          const handled = await script.answerWith(step.name, event, { ...view, state })
          if (handled === null) throw new Error(`the script has no reply named ${JSON.stringify(step.name)}`)
          return take(handled)
        }
        case 'rest':
          return take(await script.handle(event, { ...view, state }))
        case 'handover':
          effects.push({ do: 'handover' })
          state = silence(state, event.timestampMs)
      }
    }

    for (const step of plan.steps) await carryOutStep(step)
    const reached = plan.steps.some((step) => step.do === 'rest')
    if (!reached && ABOUT_CONTROL.has(event.kind)) await carryOutStep({ do: 'rest' })
    if (replies.length > MOST_MESSAGES) throw tooMany()
    return {
      replies,
      state: plan.state === null ? state : { ...state, [KEY]: plan.state },
      effects,
      answers,
      ...(heard && { heard }),
      ...(finished !== undefined && { finished }),
    }
  }

  return (event, view) => {
    const { psid, pageId } = view
    const awake =
      psid === null || event.kind === 'operator' || !handlers.wants(event.kind)
        ? null
        : script.wake(event, view)
    if (awake === null || psid === null) return script.handle(event, view)
    const { remembered } = readMemory(awake.state)
    const asked = handlers.run({ event, pageId, psid, kept: awake.state?.[KEY] ?? null, remembered })
    return asked.then((plan) => carryOut(plan, event, awake))
  }
}
