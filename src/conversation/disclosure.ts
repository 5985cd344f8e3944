import type { ConversationView, ScriptResult } from './view.ts'
import type { JsonObject } from '../base/json.ts'
import type { Reply } from '../messages.ts'
import type { WebhookEvent } from '../webhook/events.ts'
import type { Conversation } from './conversation.ts'
import type { Script } from '../script/types.ts'
import { isSilent } from './handover-state.ts'
import { after } from './turn.ts'

/** Where a conversation's state says when the bot and its visitor last talked; absent before, and after a person. */
const KEY = 'talkedMs'
/** It is noted again only when it is this old: each change is a write. */
const GRAIN_MS = 10 * 60_000

/**
 * Tells visitors that they talk to a machine, before the other messages: at the beginning, after a long pause, and
 * after a person (docs/messenger-platform.md#j). Not where the script does it itself: in its greeting and when it comes back.
 */
export const withDisclosure = (deps: {
  script: (pageId: string) => Script
  handle: Conversation['handle']
  disclose: Conversation['disclose']
}): Conversation['handle'] => {
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
    // A person is no machine, and what a person does is no talk with one.
    if (script.disclosure === null || event.kind === 'operator') return handled
    return after(handled, (result) => tell(script, event, view, result))
  }
}

const disclosed = async (handled: ScriptResult, first: Promise<Reply[]>): Promise<ScriptResult> => ({
  ...handled,
  replies: [...(await first), ...handled.replies],
})

/** Whether the script says it at this point in its own words. */
const tellsItself = ({ profile, handover }: Script, event: WebhookEvent, view: ConversationView): boolean =>
  isSilent(view.state)
    ? handover.back.length > 0
    : event.kind === 'postback' && event.payload !== null && event.payload === profile?.getStarted

/** The time of the talk goes into the state if that is wanted, and out of it while a person has the conversation. */
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
