import type { Count } from '../base/counts.ts'
import type { WebhookEvent } from '../webhook/events.ts'
import type { ConversationEngine } from './conversation.ts'
import { askedAndAnswered } from './handover-state.ts'
import { readMemory } from './memory.ts'
import { after } from './turn.ts'
import type { ConversationView, ScriptResult } from './view.ts'

/** Adds what each event counts as, by the changes it made. */
export const withCounts =
  (handle: ConversationEngine['handle']): ConversationEngine['handle'] =>
  (event, view) =>
    after(handle(event, view), (handled) => {
      const counts = countsOf(event, view, handled)
      return counts.length === 0 ? handled : { ...handled, counts }
    })

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
  const now = readMemory(state).form?.reply
  const begun = [
    // The button that led to the form brought all answers along.
    ...(finished !== undefined && finished !== before ? [finished] : []),
    ...(now !== undefined && (now !== before || finished === now) ? [now] : []),
  ]
  return begun.map((name) => ({ what: 'form_begun', name }))
}

const ofPeople = (view: ConversationView, { state }: ScriptResult): Count[] => {
  const before = askedAndAnswered(view.state)
  const now = askedAndAnswered(state)
  if (now === null) return []
  const { askedMs, answeredMs } = now
  const isNew = before?.askedMs !== askedMs
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
