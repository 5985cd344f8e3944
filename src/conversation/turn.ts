import type { ConversationView } from './view.ts'
import type { JsonObject } from '../base/json.ts'
import type { WebhookEvent } from '../webhook/events.ts'
import type { Answer, Script } from '../script/types.ts'

/** One event being answered. */
export interface Turn {
  script: Script
  event: WebhookEvent
  view: ConversationView
  state: JsonObject | null
  groups: ReadonlyMap<string, string>
  /** Whether silence has just ended, so that the bot says `handover.back`. */
  back: boolean
}

/** The message when silence has ended. */
export const backOf = ({ handover }: Script): Answer => {
  const known = BACK.get(handover)
  if (known !== undefined) return known
  const answer: Answer = { say: handover.back, choices: [], form: null, handover: false }
  BACK.set(handover, answer)
  return answer
}

const BACK = new WeakMap<Script['handover'], Answer>()

/** Calls the function with a value: at once, unless the value is a promise. */
export const after = <Value, Result>(
  value: Value | Promise<Value>,
  go: (value: Value) => Result | Promise<Result>,
): Result | Promise<Result> => (value instanceof Promise ? value.then(go) : go(value))
