import type { JsonObject } from '../../base/json.ts'
import type { WebhookEvent } from '../../webhook/events.ts'
import { isOver, isSilent, type ResumeAfter } from '../handover-state.ts'
import { deedsIn, isDeleted, KEPT_MS, readLately, type Deed } from './lately.ts'

/** What is known of a conversation when it is judged whether an event deserves an answer. */
export interface RuleFacts {
  /** Null for events about the Page. */
  psid: string | null
  state: JsonObject | null
  /** Events of the same visitor that wait behind this one, as far as they are known. */
  behind: readonly WebhookEvent[]
  /** Whether the script has replies to stickers: then a thumb says something by itself, also right after words. */
  answersStickers: boolean
  /** What the script says about the end of silence. */
  resumeAfter: ResumeAfter
}

/** One reason not to answer an event. */
export interface AnswerRule {
  name: AnswerRuleName
  /** What an answer would do. */
  reason: string
  /** Where that was learned; letters are sections of docs/messenger-platform.md. */
  source: string
  /** Whether code handlers do not hear of the event either; where not, only the script leaves it unanswered. */
  hidesFromCode: boolean
  applies: (event: WebhookEvent, facts: RuleFacts) => boolean
}

export type AnswerRuleName = (typeof NAMES)[number]

const NAMES = [
  'no_visitor',
  'taken_back',
  'standby',
  'person_has_it',
  'wants_no_answer',
  'button_of_another_app',
  'tapped_twice',
  'part_of_another_message',
  'ad_was_answered',
  'over_and_over',
] as const

/** Facebook tells a double tap from two taps no more than by its time. */
const DOUBLE_TAP_MS = 2000
/** A picture and its words are two messages, a moment apart; so are an ad's referral and the message it leads to. */
const TOGETHER_MS = 5000
/** No visitor clicks an ad twice in so short a time to read its greeting again. */
const SAME_AD_MS = 10 * 60_000
/** After a handful of the same words within the time that deeds are kept, a program is talking. */
const HANDFUL = 5
/** More where a number differs, as in a ticket or a time: people ask for several orders in the same words. */
const ALIKE = 8
/** A picture's words come this long after it at most, seen from here. */
const PATIENCE_MS = 1500

/** Kinds of events that a visitor expects an answer to. */
const ASKING: ReadonlySet<WebhookEvent['kind']> = new Set(['message', 'postback', 'referral', 'reaction'])

/** Every reason not to answer an event; the first that applies is named. */
export const ANSWER_RULES: readonly AnswerRule[] = [
  {
    name: 'no_visitor',
    reason: 'It is about the Page: there is no visitor to answer.',
    source: 'E5',
    hidesFromCode: true,
    applies: (_event, { psid }) => psid === null,
  },
  {
    name: 'taken_back',
    reason: 'The visitor has deleted the message before it was read.',
    source: 'M, `is_deleted`; E3: callbacks may come out of order',
    hidesFromCode: true,
    applies: (event, { state, behind }) =>
      event.kind === 'message' &&
      event.mid !== null &&
      (isDeleted(event.mid, state) ||
        behind.some((next) => next.kind === 'message_deleted' && next.mid === event.mid)),
  },
  {
    name: 'standby',
    reason: 'Another app or a person has control of the conversation.',
    source: 'E6, K22',
    hidesFromCode: true,
    applies: ({ standby }) => standby,
  },
  {
    name: 'person_has_it',
    reason: 'The bot would talk over a person.',
    source: 'I, M; docs/bot-script.md, "Handing over to a person"',
    hidesFromCode: true,
    applies: ({ timestampMs }, { state, resumeAfter }) =>
      isSilent(state) && !isOver(state, timestampMs, resumeAfter),
  },
  {
    name: 'wants_no_answer',
    reason: 'Receipts, echoes, edits, deletions and the like ask for nothing.',
    source: 'E5',
    hidesFromCode: false,
    applies: (event) => !ASKING.has(event.kind) || (event.kind === 'reaction' && event.action === 'unreact'),
  },
  {
    name: 'button_of_another_app',
    reason: 'The payload of a button reaches only the app that sent the button.',
    source: 'E5',
    hidesFromCode: false,
    applies: (event) => event.kind === 'postback' && event.payload === null,
  },
  {
    name: 'tapped_twice',
    reason: 'The visitor would get everything twice.',
    source: 'botpress/botpress-messenger#28, jgorset/facebook-messenger#193',
    hidesFromCode: true,
    applies: (event, { state }) => didTheSame(event, state, 'tap', DOUBLE_TAP_MS),
  },
  {
    name: 'part_of_another_message',
    reason: 'A picture beside words, or one of several pictures, would be answered by itself.',
    source: 'microsoft/botframework-sdk#5483, rehabstudio/fbmessenger#82',
    hidesFromCode: false,
    applies: (event, facts) =>
      isPart(event, facts) && (isBeside(event, facts.state) || hasWordsBehind(event, facts.behind)),
  },
  {
    name: 'ad_was_answered',
    reason: 'An ad sends a referral, and the message it leads to carries the same one.',
    source: 'microsoft/BotFramework-Services#131',
    hidesFromCode: false,
    applies: (event, { state }) =>
      didTheSame(event, state, 'ad', event.kind === 'referral' ? SAME_AD_MS : TOGETHER_MS),
  },
  {
    name: 'over_and_over',
    reason: 'Two bots would answer each other without end.',
    source: 'nyaruka/courier#345, mattermost/mattermost#14460, go-whatsapp-web-multidevice#381',
    hidesFromCode: true,
    applies: (event, { state }) => {
      const words = lastly(event, state, 'words')
      const alike = words.filter(({ now, before }) => now.alike !== undefined && now.alike === before.alike)
      return (
        words.filter(({ now, before }) => now.what === before.what).length >= HANDFUL || alike.length >= ALIKE
      )
    },
  },
]

/**
 * The reason not to answer an event; null where it deserves an answer.
 *
 * @param hearer - who would answer: code handlers hear of more than the script answers
 */
export const unansweredBy = (
  event: WebhookEvent,
  facts: RuleFacts,
  hearer: 'code' | 'script' = 'script',
): AnswerRule | null =>
  ANSWER_RULES.find(
    ({ hidesFromCode, applies }) => (hearer === 'script' || hidesFromCode) && applies(event, facts),
  ) ?? null

/** Whether the ad that an event carries was answered lately: then the event is only what else it is. */
export const knowsAd = (event: WebhookEvent, state: JsonObject | null): boolean =>
  didTheSame(event, state, 'ad', SAME_AD_MS)

/** How long an event waits for what may belong to it, ms since it was accepted; 0 for most. */
export const patienceMs = (event: WebhookEvent, facts: RuleFacts): number =>
  isPart(event, facts) && unansweredBy(event, facts) === null ? PATIENCE_MS : 0

/** Whether it is a message without words, which may belong to another one; a sticker that the script answers speaks for itself. */
const isPart = (event: WebhookEvent, { answersStickers }: RuleFacts): boolean =>
  event.kind === 'message' &&
  event.text === null &&
  event.quickReply === null &&
  !(answersStickers && event.stickerId !== null)

const isBeside = (event: WebhookEvent, state: JsonObject | null): boolean =>
  readLately(state).some(
    (before) =>
      (before.did === 'words' || before.did === 'media') &&
      // Webhooks may come out of order.
      Math.abs(event.timestampMs - before.atMs) <= TOGETHER_MS,
  )

const hasWordsBehind = (event: WebhookEvent, behind: readonly WebhookEvent[]): boolean =>
  behind.some(
    (next) =>
      next.kind === 'message' &&
      next.text !== null &&
      next.quickReply === null &&
      !next.standby &&
      Math.abs(next.timestampMs - event.timestampMs) <= TOGETHER_MS,
  )

/** What the visitor does by this event, beside each thing of that kind that was done before. */
const lastly = (
  event: WebhookEvent,
  state: JsonObject | null,
  did: Deed['did'],
): { now: Deed; before: Deed }[] => {
  const lately = readLately(state).filter((before) => before.did === did)
  const now = lately.length === 0 ? undefined : deedsIn(event, state).find((deed) => deed.did === did)
  if (now === undefined) return []
  return lately.flatMap((before) => (now.atMs - before.atMs < KEPT_MS ? [{ now, before }] : []))
}

const didTheSame = (
  event: WebhookEvent,
  state: JsonObject | null,
  did: Deed['did'],
  withinMs: number,
): boolean =>
  lastly(event, state, did).some(
    ({ now, before }) => now.what === before.what && Math.abs(now.atMs - before.atMs) <= withinMs,
  )
