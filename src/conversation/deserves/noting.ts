import type { ScriptResult } from '../view.ts'
import type { Conversation } from '../conversation.ts'
import { deedsIn, note } from './lately.ts'

/** Notes what visitors do, for the rules of later events. */
export const withNotes =
  (handle: Conversation['handle']): Conversation['handle'] =>
  (event, view) => {
    const noted = (handled: ScriptResult): ScriptResult => {
      // The second tap of a double tap is none: a third one a moment later is meant.
      if (handled.unanswered === 'tapped_twice') return handled
      // An ad that led to no answer is not over: the message it leads to may.
      const deeds = deedsIn(event, view.state).filter(({ did }) => did !== 'ad' || handled.replies.length > 0)
      return deeds.length === 0 ? handled : { ...handled, state: note(handled.state, deeds) }
    }
    const handled = handle(event, view)
    return handled instanceof Promise ? handled.then(noted) : noted(handled)
  }
