import type { ConversationEngine } from '../conversation/conversation.ts'
import type { NotUnderstood } from '../conversation/heard.ts'
import { isSilent } from '../conversation/handover-state.ts'
import { readMemory } from '../conversation/memory.ts'
import { after } from '../conversation/turn.ts'
import type { ConversationView, ScriptResult } from '../conversation/view.ts'
import { pick } from '../script/localised.ts'
import type { Script } from '../script/types.ts'
import type { WebhookEvent } from '../webhook/events.ts'
import type { AskAssistant } from './assistant.ts'

/**
 * Asks the script's language model about a text for which the script has no reply. The visitor gets its answer with the mark
 * below it and the choices of the fallback, or without an answer the fallback. The model is not asked during a form or while a
 * person has the conversation.
 */
export const withAssistant = (deps: {
  script: (pageId: string) => Script
  handle: ConversationEngine['handle']
  ask: AskAssistant
}): ConversationEngine['handle'] => {
  const { script: scriptOf, handle, ask } = deps

  const assist = async (
    script: Script,
    event: WebhookEvent,
    view: ConversationView,
    handled: LeftOpen,
  ): Promise<ScriptResult> => {
    const { psid, pageId } = view
    if (psid === null || event.kind !== 'message' || event.text === null) return handled
    const answer = await ask(script, { pageId, psid, text: event.text })
    if (answer === null) return handled
    const choices = handled.replies.at(-1)?.message.quick_replies
    const wanted = readMemory(handled.state).remembered['language'] ?? script.language
    const mark = script.assistant === null ? '' : pick(script.assistant.mark, wanted, script.language)
    const { saying: _fallback, ...rest } = handled
    return {
      ...rest,
      replies: [
        {
          message: { text: `${answer}\n\n${mark}`, ...(choices !== undefined && { quick_replies: choices }) },
        },
      ],
      heard: { ...handled.heard, answer },
    }
  }

  return (event, view) => {
    const script = scriptOf(view.pageId)
    const handled = handle(event, view)
    if (script.assistant === null) return handled
    return after(handled, (result) =>
      isLeftOpen(view, result) ? assist(script, event, view, result) : result,
    )
  }
}

/** Whether the script has only its fallback for a visitor's text, and there is neither a form nor a handover. */
const isLeftOpen = (view: ConversationView, result: ScriptResult): result is LeftOpen => {
  const { heard, replies, state, effects = [] } = result
  return (
    heard?.how === 'fallback' &&
    replies.length > 0 &&
    effects.length === 0 &&
    [view.state, state].every((one) => !isSilent(one) && readMemory(one).form === null)
  )
}

type LeftOpen = ScriptResult & { heard: NotUnderstood }
