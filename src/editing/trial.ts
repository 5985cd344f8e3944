import { createConversationEngine, type ConversationEngine } from '../conversation/conversation.ts'
import { explain, type Explanation } from '../conversation/explain.ts'
import { createMatcher, type Matcher } from '../conversation/match/matcher.ts'
import type { ConversationView } from '../conversation/view.ts'
import type { Reply } from '../messages.ts'
import type { Script } from '../script/types.ts'
import type { WebhookEvent } from '../webhook/events.ts'

/** Shows what a script would answer, without sending it. */
export interface Trial {
  /** The reply to a text, the reason for it, and the messages that a new, unknown visitor would see. */
  sentence: (script: Script, text: string, page: TrialPage) => Promise<Explanation & { says: Reply[] }>
  /** The messages of a reply or of the fallback. */
  reply: (script: Script, name: string | null, page: TrialPage) => Promise<Reply[]>
}

/** The Page that the visitor would write to; the fields are null if there is none yet. */
export interface TrialPage {
  pageId: string | null
  pageName: string | null
}

/** Example values of variables. */
const NAMES = { first_name: 'Kim', last_name: 'Muster', name: 'Kim Muster' } as const

export const createTrial = (deps: { now: () => number }): Trial => {
  const { now } = deps
  // Building the index of phrases takes time, so it is kept as long as its script.
  const prepared = new WeakMap<Script, { conversation: ConversationEngine; matcher: () => Matcher }>()

  const preparedFor = (script: Script) => {
    const known = prepared.get(script)
    if (known !== undefined) return known
    const conversation = createConversationEngine({
      script: () => script,
      appId: '',
      lookups: {
        page_name: ({ pageName }) => pageName ?? 'this Page',
        first_name: () => NAMES.first_name,
        last_name: () => NAMES.last_name,
        name: () => NAMES.name,
      },
    })
    let matcher: Matcher | null = null
    const made = { conversation, matcher: () => (matcher ??= createMatcher(script)) }
    prepared.set(script, made)
    return made
  }

  return {
    sentence: async (script, text, page) => {
      const { conversation, matcher } = preparedFor(script)
      const { replies } = await conversation.handle(written(text, now()), viewOf(page))
      return { ...explain(matcher(), text), says: replies }
    },
    reply: async (script, name, page) => {
      const { conversation } = preparedFor(script)
      const event = written('', now())
      if (name === null) return conversation.apologise(event, viewOf(page))
      const answer = await conversation.answerWith(name, event, viewOf(page))
      return answer?.replies ?? []
    },
  }
}

const viewOf = ({ pageId, pageName }: TrialPage): ConversationView => ({
  pageId: pageId ?? '',
  psid: 'trial',
  state: null,
  pageName,
})

const written = (text: string, timestampMs: number): WebhookEvent => ({
  kind: 'message',
  key: 'trial',
  pageId: '',
  psid: 'trial',
  timestampMs,
  standby: false,
  raw: {},
  mid: null,
  text,
  quickReply: null,
  attachments: [],
  stickerId: null,
  replyToMid: null,
  referral: null,
  commands: [],
})
