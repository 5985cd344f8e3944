import type { ScriptResult } from '../view.ts'
import type { ConversationEngine } from '../conversation.ts'
import { noteSources, takeBack } from '../taken-back.ts'
import { deedsIn, note } from './lately.ts'
import { after } from '../turn.ts'

/** Stores what visitors do, for the rules of later events, and which message an answer is from, for its deletion. */
export const withNotes =
  (handle: ConversationEngine['handle']): ConversationEngine['handle'] =>
  (event, view) => {
    const noted = (handled: ScriptResult): ScriptResult => {
      // The second tap of a double tap is not noted, so that a third one a moment later counts. Neither is a deleted message.
      if (handled.unanswered === 'tapped_twice' || handled.unanswered === 'taken_back') return handled
      // An ad without an answer is not noted, because the message it leads to may still get one.
      const deeds = deedsIn(event, view.state).filter(({ did }) => did !== 'ad' || handled.replies.length > 0)
      const state = noteSources(view.state, takeBack(handled.state, event), event)
      const next = deeds.length === 0 ? state : note(state, deeds)
      return next === handled.state ? handled : { ...handled, state: next }
    }
    return after(handle(event, view), noted)
  }
