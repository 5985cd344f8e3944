import type { JsonObject } from '../../base/json.ts'
import type { WebhookEvent } from '../../webhook/events.ts'
import { isOver, isSilent, type ResumeAfter } from '../handover-state.ts'
import { deedsIn, isDeleted, KEPT_MS, readLately, type Deed } from './lately.ts'

/** Facts by which the rules decide whether an event gets an answer. */
export interface RuleFacts {
  /** Null for events about the Page. */
  psid: string | null
  state: JsonObject | null
  /** Known events of the same visitor that wait behind this one. */
  behind: readonly WebhookEvent[]
  /** Whether the script has replies to stickers: then a thumb is answered, also right after words. */
  answersStickers: boolean
  /** The script's setting for the end of silence. */
  resumeAfter: ResumeAfter
}

/** One reason why an event gets no answer. */
export interface AnswerRule {
  name: AnswerRuleName
  /** The harm that an answer would do. */
  reason: string
  /** The source of the rule; letters are sections of docs/messenger-platform.md. */
  source: string
  /** Whether code handlers do not get the event either; otherwise only the script leaves it unanswered. */
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

/** Only the time tells a double tap from two taps. */
const DOUBLE_TAP_MS = 2000
/** A picture and its words are two messages, a moment apart; so are an ad's referral and the message it leads to. */
const TOGETHER_MS = 5000
/** No visitor taps an ad again within this time to read its greeting again. */
const SAME_AD_MS = 10 * 60_000
/** More equal messages than these, within the time that deeds are kept, come from a program. */
const HANDFUL = 5
/** The same for messages that differ in a number, such as tickets or times: people ask for several orders in the same words. */
const ALIKE = 8
/** A picture's words arrive here at most this long after it. */
const PATIENCE_MS = 1500

/** Kinds of events to which a visitor expects an answer. */
const ASKING: ReadonlySet<WebhookEvent['kind']> = new Set(['message', 'postback', 'referral', 'reaction'])

/** Every reason for no answer; the first that applies is named. */
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
 * The rule by which an event gets no answer; null where it gets one.
 *
 * @param hearer - who would answer: code handlers get more events than the script
 */
export const unansweredBy = (
  event: WebhookEvent,
  facts: RuleFacts,
  hearer: 'code' | 'script' = 'script',
): AnswerRule | null =>
  ANSWER_RULES.find(
    ({ hidesFromCode, applies }) => (hearer === 'script' || hidesFromCode) && applies(event, facts),
  ) ?? null

/** Whether the ad in an event was answered lately: then only the rest of the event counts. */
export const knowsAd = (event: WebhookEvent, state: JsonObject | null): boolean =>
  didTheSame(event, state, 'ad', SAME_AD_MS)

/** How long an event waits for later events that may belong to it, ms since it was accepted; 0 for most. */
export const patienceMs = (event: WebhookEvent, facts: RuleFacts): number =>
  isPart(event, facts) && unansweredBy(event, facts) === null ? PATIENCE_MS : 0

/** Whether a message without words may belong to another message; a sticker that the script answers does not. */
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

/** The visitor's deeds in this event, each with the earlier deeds of its kind. */
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
