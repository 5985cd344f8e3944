import type { ConversationView, ScriptResult } from './view.ts'
import type { JsonObject } from '../base/json.ts'
import type { Reply } from '../messages.ts'
import type { WebhookEvent } from '../webhook/events.ts'
import type { ConversationEngine } from './conversation.ts'
import type { Script } from '../script/types.ts'
import { isSilent } from './handover-state.ts'
import { after } from './turn.ts'

/** Key of the time of the last talk between bot and visitor, in the conversation's state; absent before the first talk, and after a person. */
const KEY = 'talkedMs'
/** The time is updated only when it is this old, because each change is a write. */
const GRAIN_MS = 10 * 60_000

/**
 * Adds the message that a machine is talking before the other messages: at the beginning, after a long pause, and after a person
 * (docs/messenger-platform.md#j). Skipped where the script says so in its greeting, or when it comes back.
 */
export const withDisclosure = (deps: {
  script: (pageId: string) => Script
  handle: ConversationEngine['handle']
  disclose: ConversationEngine['disclose']
}): ConversationEngine['handle'] => {
  const { script: currentScript, handle, disclose } = deps

  const tell = (
    script: Script,
    event: WebhookEvent,
    view: ConversationView,
    handled: ScriptResult,
  ): ScriptResult | Promise<ScriptResult> => {
    const { replies, state } = handled
    if (script.disclosure === null || replies.length === 0) return note(handled, null)
    const nowMs = event.timestampMs
    const talkedMs = talkedIn(state)
    const isDue = talkedMs === null || nowMs - talkedMs >= script.disclosure.afterMs
    const isOld = talkedMs === null || nowMs - talkedMs >= GRAIN_MS
    const noted = note(handled, isOld ? nowMs : null)
    return isDue && !tellsItself(script, event, view) ? disclosed(noted, disclose(event, view)) : noted
  }

  return (event, view) => {
    const script = currentScript(view.pageId)
    const handled = handle(event, view)
    // Messages of a person need no disclosure, and are no talk with the machine.
    if (script.disclosure === null || event.kind === 'operator') return handled
    return after(handled, (result) => tell(script, event, view, result))
  }
}

const disclosed = async (handled: ScriptResult, first: Promise<Reply[]>): Promise<ScriptResult> => ({
  ...handled,
  replies: [...(await first), ...handled.replies],
})

/** Whether the script itself says here that a machine is talking. */
const tellsItself = ({ profile, handover }: Script, event: WebhookEvent, view: ConversationView): boolean =>
  isSilent(view.state)
    ? handover.back.length > 0
    : event.kind === 'postback' && event.payload !== null && event.payload === profile?.getStarted

/** Stores the time of the talk, or removes it while a person has the conversation. */
const note = (handled: ScriptResult, nowMs: number | null): ScriptResult => {
  const { state } = handled
  if (isSilent(state)) return talkedIn(state) === null ? handled : { ...handled, state: without(state) }
  return nowMs === null ? handled : { ...handled, state: { ...state, [KEY]: nowMs } }
}

const talkedIn = (state: JsonObject | null): number | null => {
  const noted = state?.[KEY]
  return typeof noted === 'number' ? noted : null
}

const without = (state: JsonObject | null): JsonObject => {
  const { [KEY]: _talked, ...rest } = state ?? {}
  return rest
}
