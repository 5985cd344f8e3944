import type { JsonObject } from '../base/json.ts'
import type { Effect, Reply } from '../messages.ts'
import type { WebhookEvent } from '../webhook/events.ts'
import type { AnswerRuleName } from './deserves/rules.ts'
import type { FormAnswers } from './forms.ts'
import type { Understanding } from './heard.ts'
import type { Count } from '../base/counts.ts'

/** Facts about a conversation before an event is answered. */
export interface ConversationView {
  pageId: string
  psid: string | null
  /** The state after the last event. */
  state: JsonObject | null
  /** Null or absent where the name is not known. */
  pageName?: string | null
  /** Known events of the same visitor that wait behind this one. */
  behind?: readonly WebhookEvent[]
  /** For an echo: whether the bot itself sent it, although the echo does not say so. */
  isOurs?: boolean
  /** For an echo: whether the Page said the same to many visitors. */
  isSaidToMany?: boolean
}

/** The result of an event. */
export interface ScriptResult {
  /** In sending order. */
  replies: Reply[]
  /** The new state; the given one where nothing changed. */
  state: JsonObject | null
  /** The name of the person who wrote the replies in the console. */
  by?: string
  /** A person wrote the replies, and may answer for 7 days. */
  humanAgent?: true
  /** Done after the replies were sent; `take` before them. */
  effects?: readonly Effect[]
  /** Form answers to be kept. */
  answers?: readonly FormAnswers[]
  /** The reply of the script that the answer begins with. */
  saying?: string
  /** How well the visitor's words were understood; absent when words did not decide. */
  heard?: Understanding
  /** The reply of the script whose form was finished. */
  finished?: string
  /** Counts of the event, for the numbers. */
  counts?: readonly Count[]
  /** The rule by which the event got no answer. */
  unanswered?: AnswerRuleName
  /** Set where the event shows that the Page sends automatic replies beside the bot. */
  automatic?: true
}
