import type { WebhookEvent } from '../webhook/events.ts'
import type { ConversationEngine } from './conversation.ts'
import { dropWords, isSilent, keepWords } from './handover-state.ts'
import type { ScriptResult } from './view.ts'
import { clip } from '../base/clip.ts'
import { after } from './turn.ts'

const LONGEST_KEPT = 300

/** Keeps a visitor's last words while a person has the conversation, for the list of waiting visitors. */
export const withLastWords =
  (handle: ConversationEngine['handle']): ConversationEngine['handle'] =>
  (event, view) => {
    const noted = (handled: ScriptResult): ScriptResult => {
      // A message that was deleted before it was read is kept nowhere.
      if (handled.unanswered === 'taken_back') return handled
      const state = isSilent(handled.state) ? stateAfter(event, handled.state) : handled.state
      return state === handled.state ? handled : { ...handled, state }
    }
    return after(handle(event, view), noted)
  }

const stateAfter = (event: WebhookEvent, state: ScriptResult['state']): ScriptResult['state'] => {
  switch (event.kind) {
    case 'message':
    case 'message_edit':
      return event.text === null
        ? state
        : keepWords(state, { text: clip(event.text.trim(), LONGEST_KEPT), mid: event.mid })
    case 'postback':
      return event.title === null ? state : keepWords(state, { text: event.title, mid: event.mid })
    case 'message_deleted':
      return dropWords(state, event.mid)
    default:
      return state
  }
}
