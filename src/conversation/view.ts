import type { JsonObject } from '../base/json.ts'
import type { Effect, Reply } from '../messages.ts'
import type { WebhookEvent } from '../webhook/events.ts'
import type { AnswerRuleName } from './deserves/rules.ts'
import type { FormAnswers } from './forms.ts'
import type { Understanding } from './heard.ts'
import type { Count } from '../base/counts.ts'

/** What is known of a conversation before an event is answered. */
export interface ConversationView {
  pageId: string
  psid: string | null
  /** What was remembered after the last event. */
  state: JsonObject | null
  /** Null or absent where it is not known. */
  pageName?: string | null
  /** Events of the same visitor that wait behind this one, as far as they are known. */
  behind?: readonly WebhookEvent[]
  /** Of an echo: whether the bot itself has sent it, though the echo does not say so. */
  isOurs?: boolean
  /** Of an echo: whether the Page has said the same to many visitors. */
  isSaidToMany?: boolean
}

/** What an event leads to. */
export interface ScriptResult {
  /** In the order they are to be sent. */
  replies: Reply[]
  /** To be remembered; the one handed in, where nothing changed. */
  state: JsonObject | null
  /** The name of the person who wrote the replies in the console. */
  by?: string
  /** A person wrote the replies, and may answer for 7 days. */
  humanAgent?: true
  /** To be done after the replies were sent; `take` before. */
  effects?: readonly Effect[]
  /** Answers of forms that are to be kept. */
  answers?: readonly FormAnswers[]
  /** The reply of the script that the answer begins with. */
  saying?: string
  /** How well the visitor's words were understood, where words decided. */
  heard?: Understanding
  /** The reply of the script whose form was finished. */
  finished?: string
  /** What the event counts as. */
  counts?: readonly Count[]
  /** Why the event deserved no answer. */
  unanswered?: AnswerRuleName
  /** Set where the event shows that the Page answers by itself, beside the bot. */
  automatic?: true
}
