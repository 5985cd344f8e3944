import type { ConversationView, ScriptResult } from '../../src/conversation/view.ts'
import { createConversationEngine } from '../../src/conversation/conversation.ts'
import { OWN_LOOKUPS, type Lookup } from '../../src/conversation/speaking.ts'
import { withCounts } from '../../src/conversation/counts.ts'
import { withLastWords } from '../../src/conversation/last-words.ts'
import { withNotes } from '../../src/conversation/deserves/noting.ts'
import { withDisclosure } from '../../src/conversation/disclosure.ts'
import type { FormAnswers } from '../../src/conversation/forms.ts'
import { parseScript } from '../../src/script/parse.ts'
import type { JsonObject } from '../../src/base/json.ts'
import type { Effect, QuickReply } from '../../src/messages.ts'
import type { WebhookEvent } from '../../src/webhook/events.ts'
import { APP_ID, event, PAGE, PSID } from './events.ts'

/** A conversation with a script, as its visitor has it: what was remembered is there at the next word. */
export interface Talk {
  /** Texts of the answer to a text. */
  say: (text: string) => Promise<string[]>
  /** Texts of the answer to a tap on the quick reply of this title, under the last message. */
  tap: (title: string) => Promise<string[]>
  happens: (what: WebhookEvent, known?: Partial<ConversationView>) => Promise<ScriptResult>
  /** What hangs under the last message. */
  offers: () => string[]
  last: () => ScriptResult
  answers: FormAnswers[]
  effects: Effect[]
  /** What is remembered, but for the visitor's deeds, which only rules look at. */
  state: () => JsonObject | null
  /** Texts that tell a visitor who does this to wait. */
  holds: (what: WebhookEvent) => Promise<string[]>
  /** Later events happen this much later. */
  pass: (ms: number) => void
}

export const START_MS = 1_790_000_000_000

export const talk = (
  yaml: string,
  options: { profile?: Record<string, string>; locale?: string; state?: JsonObject; spacingMs?: number } = {},
): Talk => {
  const { profile = {}, locale, spacingMs = 10_000 } = options
  const lookup =
    (name: string): Lookup =>
    () =>
      profile[name] ?? null
  const lookups = {
    ...OWN_LOOKUPS,
    first_name: lookup('first_name'),
    last_name: lookup('last_name'),
    name: lookup('name'),
  }
  const script = parseScript(yaml, { file: 'bot.yaml', variables: Object.keys(lookups) })
  const conversation = createConversationEngine({
    script: () => script,
    appId: APP_ID,
    lookups,
    localeOf: () => Promise.resolve(locale ?? null),
  })
  const handle = withCounts(
    withLastWords(withNotes(withDisclosure({ script: () => script, ...conversation }))),
  )
  let state: JsonObject | null = options.state ?? null
  let nowMs = START_MS
  let last: ScriptResult = { replies: [], state: null }
  const answers: FormAnswers[] = []
  const effects: Effect[] = []

  const happens: Talk['happens'] = async (what, known = {}) => {
    const stored = state === null ? null : (JSON.parse(JSON.stringify(state)) as JsonObject)
    last = await handle(
      { ...what, timestampMs: nowMs },
      { pageId: PAGE, psid: PSID, state: stored, pageName: 'Shop', ...known },
    )
    state = last.state
    answers.push(...(last.answers ?? []))
    effects.push(...(last.effects ?? []))
    nowMs += spacingMs
    return last
  }
  const texts = ({ replies }: ScriptResult): string[] => replies.map(({ message }) => message.text ?? '')
  const quickReplies = (): QuickReply[] => last.replies.at(-1)?.message.quick_replies ?? []

  return {
    say: async (text) => texts(await happens(event({ message: { mid: 'm_1', text } }))),
    tap: async (title) => {
      const tapped = quickReplies().find((one) => one.title === title)
      if (tapped === undefined) throw new Error(`nothing called ${title} to tap`)
      const { payload = '' } = tapped
      return texts(await happens(event({ message: { mid: 'm_1', text: title, quick_reply: { payload } } })))
    },
    happens,
    offers: () => quickReplies().map(({ title, content_type: type }) => title ?? type),
    last: () => last,
    answers,
    effects,
    state: () => {
      const { lately: _deeds, from: _sources, ...rest } = state ?? {}
      return Object.keys(rest).length === 0 ? null : rest
    },
    holds: async (what) =>
      (
        await conversation.pleaseWait({ ...what, timestampMs: nowMs }, { pageId: PAGE, psid: PSID, state })
      ).map(({ message }) => message.text ?? ''),
    pass: (ms) => {
      nowMs += ms
    },
  }
}
