import type { WebhookEvent } from '../webhook/events.ts'
import type { Conversation } from './conversation.ts'
import { askedAndAnswered } from './handover-state.ts'
import { readMemory } from './memory.ts'
import type { ConversationView, ScriptResult } from './view.ts'

/** Something that happened and is summed up; it names no visitor. */
export interface Count {
  what:
    | 'messages'
    | 'matched'
    | 'doubtful'
    | 'fallback'
    | 'reply'
    | 'form_begun'
    | 'form_finished'
    | 'handover'
    | 'first_answer'
    | 'first_answer_ms'
  /** Of a reply of the script. */
  name?: string
  /** 1 where absent. */
  by?: number
}

/** Tells what each event counts as, by what it has changed. */
export const withCounts =
  (handle: Conversation['handle']): Conversation['handle'] =>
  (event, view) => {
    const counted = (handled: ScriptResult): ScriptResult => {
      const counts = countsOf(event, view, handled)
      return counts.length === 0 ? handled : { ...handled, counts }
    }
    const handled = handle(event, view)
    return handled instanceof Promise ? handled.then(counted) : counted(handled)
  }

const countsOf = (event: WebhookEvent, view: ConversationView, handled: ScriptResult): Count[] => {
  const { heard, saying, finished, state } = handled
  const counts: Count[] = []
  if (view.psid !== null && (event.kind === 'message' || event.kind === 'postback'))
    counts.push({ what: 'messages' })
  if (heard !== undefined) counts.push({ what: heard.how })
  // The fallback has no name.
  if (saying !== undefined && saying !== '') counts.push({ what: 'reply', name: saying })
  if (state !== view.state) counts.push(...ofForms(view, handled), ...ofPeople(view, handled))
  if (finished !== undefined) counts.push({ what: 'form_finished', name: finished })
  return counts
}

const ofForms = (view: ConversationView, { state, finished }: ScriptResult): Count[] => {
  const before = readMemory(view.state).form?.reply
  const after = readMemory(state).form?.reply
  const begun = [
    // All of its questions were answered by the button that led to it.
    ...(finished !== undefined && finished !== before ? [finished] : []),
    ...(after !== undefined && (after !== before || finished === after) ? [after] : []),
  ]
  return begun.map((name) => ({ what: 'form_begun', name }))
}

const ofPeople = (view: ConversationView, { state }: ScriptResult): Count[] => {
  const before = askedAndAnswered(view.state)
  const after = askedAndAnswered(state)
  if (after === null) return []
  const isNew = before?.askedMs !== after.askedMs
  const { askedMs, answeredMs } = after
  const isAnswered = answeredMs !== null && (isNew || before?.answeredMs === null)
  return [
    ...(isNew ? [{ what: 'handover' } as const] : []),
    ...(isAnswered
      ? [
          { what: 'first_answer' } as const,
          { what: 'first_answer_ms', by: Math.max(0, answeredMs - askedMs) } as const,
        ]
      : []),
  ]
}
