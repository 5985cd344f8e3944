import type { ConversationView, ScriptResult } from './view.ts'
import type { JsonObject } from '../base/json.ts'
import type { Effect, Reply } from '../messages.ts'
import type { EventOf, WebhookEvent } from '../webhook/events.ts'
import { createAnswering, matcherOf } from './answering.ts'
import { find } from './find.ts'
import { leaveForm, questionAt } from './forms.ts'
import { countVisit, readMemory } from './memory.ts'
import { choicesOf, render } from './render.ts'
import { resolve } from './resolve.ts'
import { pick } from '../script/localised.ts'
import type { ByItself, Script } from '../script/types.ts'
import { controlOf, isFromInbox, unmasksAutomatic } from './deserves/control.ts'
import { knowsAd, patienceMs, unansweredBy, type RuleFacts } from './deserves/rules.ts'
import { askedAndAnswered, endSilence, isSilent, personWrites, silence } from './handover-state.ts'
import { createSpeaking, type Lookup, type Lookups } from './speaking.ts'
import { backOf, after, type Turn } from './turn.ts'
import { takeAnswer, takeWayBack } from './take-answer.ts'

export interface ConversationEngine {
  /** Answers one event by the script. Pure, but for lookups; a promise only where a lookup is one. */
  handle: (event: WebhookEvent, conversation: ConversationView) => ScriptResult | Promise<ScriptResult>
  /** Answers an event of any kind with this reply of the script; null where the reply does not exist. */
  answerWith: (
    name: string,
    event: WebhookEvent,
    conversation: ConversationView,
  ) => ScriptResult | Promise<ScriptResult> | null
  /** The conversation for this event, with silence ended where its time is over; null where the bot stays silent. */
  wake: (event: WebhookEvent, conversation: ConversationView) => ConversationView | null
  /** The replies to an event whose handler failed: the fallback, unless a person has the conversation. */
  apologise: (event: WebhookEvent, conversation: ConversationView) => Reply[]
  /** How long an event waits for later events that may belong to it, ms since it was accepted; 0 for most. */
  patienceMs: (event: WebhookEvent, conversation: ConversationView) => number
  /** Whether the event is marked as seen when its handling begins: not where a person has the conversation. */
  marksSeen: (event: WebhookEvent, conversation: ConversationView) => boolean
  /** The text above choices whose own message could not be shown. */
  choose: (pageId: string) => string
  /** After how long {@link pleaseWait} is due, ms. */
  pleaseWaitAfterMs: (pageId: string) => number
  /** The message to a visitor whose answer takes long; none unless the bot is expected to answer the event. */
  pleaseWait: (event: WebhookEvent, conversation: ConversationView) => Promise<Reply[]>
  /** The script's message that a machine is talking; none where the script has none. */
  disclose: (event: WebhookEvent, conversation: ConversationView) => Promise<Reply[]>
}

const NO_GROUPS: ReadonlyMap<string, string> = new Map()

/**
 * Builds the handler of the script.
 *
 * @param deps.script - the current script of a Page; called at every event, so that a changed file needs no restart
 * @param deps.appId - the bot's own, to recognise that a conversation is handed back
 * @param deps.lookups - must hold every variable the script was read with
 * @param deps.localeOf - the visitor's locale, like `de_DE`; called only when the script has several languages
 */
export const createConversationEngine = (deps: {
  script: (pageId: string) => Script
  appId: string
  lookups: Lookups
  localeOf?: Lookup
}): ConversationEngine => {
  const { script: currentScript, appId, lookups, localeOf = () => null } = deps
  const { speak, voiceAtOnce } = createSpeaking({ lookups, localeOf })
  const { answerTo, inForm } = createAnswering(speak)

  /** The turn of an event that neither counts as a visit nor ends silence. */
  const plainTurn = (
    script: Script,
    event: WebhookEvent,
    view: ConversationView,
    state = view.state,
  ): Turn => ({
    script,
    event,
    view,
    state,
    groups: NO_GROUPS,
    back: false,
  })

  const comeBack = (event: WebhookEvent, view: ConversationView): ScriptResult | Promise<ScriptResult> => {
    const script = currentScript(view.pageId)
    const state = endSilence(view.state)
    if (!isSilent(view.state) || view.psid === null || script.handover.back.length === 0)
      return { replies: [], state }
    return answerTo(plainTurn(script, event, view, state), { answer: backOf(script), groups: NO_GROUPS })
  }

  const turnOf = (script: Script, event: WebhookEvent, view: ConversationView): Turn => {
    const back = isSilent(view.state)
    const awake = back ? endSilence(view.state) : view.state
    const state = script.countsVisits ? countVisit(awake, event.timestampMs) : awake
    return { ...plainTurn(script, event, view, state), back: back && script.handover.back.length > 0 }
  }

  /** An operator takes or ends the conversation in the console. The thread is taken back first, because the Page inbox may have it. */
  const byOperator = (
    event: EventOf<'operator'>,
    view: ConversationView,
  ): ScriptResult | Promise<ScriptResult> => {
    const effects: Effect[] = isSilent(view.state) ? [{ do: 'take' }] : []
    switch (event.did) {
      case 'say':
        return {
          replies: event.text === null ? [] : [{ message: { text: event.text } }],
          // Our clock may be behind Facebook's, so the answer is dated after the message it answers.
          state: personWrites(
            leaveForm(view.state),
            Math.max(event.timestampMs, (askedAndAnswered(view.state)?.askedMs ?? 0) + 1),
          ),
          effects,
          ...(event.by !== undefined && { by: event.by }),
          ...(currentScript(view.pageId).handover.humanAgent && { humanAgent: true }),
        }
      case 'hand_back':
        return after(comeBack(event, view), (handled) => ({ ...handled, effects }))
      case 'close':
        return { replies: [], state: endSilence(view.state), effects }
    }
  }

  const answerEvent = (event: WebhookEvent, view: ConversationView): ScriptResult | Promise<ScriptResult> => {
    if (event.kind === 'operator') return byOperator(event, view)
    const { isOurs = false, isSaidToMany = false } = view
    switch (controlOf(event, view.state, appId, { isOurs, isSaidToMany })) {
      case 'ours':
        return comeBack(event, view)
      case 'person':
        return { replies: [], state: personWrites(view.state, event.timestampMs, isFromInbox(event)) }
      case 'automatic':
        return { replies: [], state: view.state, automatic: true }
      case 'wanted_by_inbox':
        return leaveToPerson(event, view.state)
      case null:
        break
    }
    const script = currentScript(view.pageId)
    const rule = unansweredBy(event, ruleFactsOf(script, view))
    if (rule !== null) return { replies: [], state: view.state, unanswered: rule.name }

    const turn = turnOf(script, event, view)
    const matcher = matcherOf(script)
    const place = questionAt(script, turn.state, event.timestampMs)
    const step =
      takeWayBack(script, event, turn.state) ??
      (place === null ? null : takeAnswer(script, place, event, { state: turn.state, matcher }))
    if (step !== null) return inForm(turn, step)
    const found = find(withoutKnownAd(event, view.state), script, matcher)
    return found === null
      ? { replies: [], state: view.state }
      : answerTo({ ...turn, groups: found.groups }, found)
  }

  const handle: ConversationEngine['handle'] = (event, view) =>
    unmasksAutomatic(event, view.state)
      ? after(answerEvent(event, unsilenced(view)), (handled) => ({ ...handled, automatic: true }))
      : answerEvent(event, view)

  const sayByItself = async (
    what: ByItself | null,
    event: WebhookEvent,
    view: ConversationView,
  ): Promise<Reply[]> => {
    if (what === null) return []
    const script = currentScript(view.pageId)
    const turn = plainTurn(script, event, view)
    return (await answerTo(turn, { answer: what.answer, groups: NO_GROUPS })).replies
  }

  /** Whether a visitor expects an answer to this event, and the rules allow one. */
  const isAnswered = (event: WebhookEvent, view: ConversationView): boolean =>
    isAsked(event, view) && unansweredBy(event, ruleFactsOf(currentScript(view.pageId), view)) === null

  return {
    handle,
    pleaseWaitAfterMs: (pageId) => currentScript(pageId).waiting.afterMs,
    pleaseWait: async (event, view) =>
      isAnswered(event, view) ? sayByItself(currentScript(view.pageId).waiting, event, view) : [],
    disclose: (event, view) => sayByItself(currentScript(view.pageId).disclosure, event, view),
    patienceMs: (event, view) => patienceMs(event, ruleFactsOf(currentScript(view.pageId), view)),
    marksSeen: (event, view) => currentScript(view.pageId).seen && isAnswered(event, view),
    choose: (pageId) => {
      const { words, language } = currentScript(pageId)
      return pick(words.notChoice, language, language)
        .filter((part) => typeof part === 'string')
        .join('')
    },
    wake: (event, given) => {
      const view = unmasksAutomatic(event, given.state) ? unsilenced(given) : given
      if (unansweredBy(event, ruleFactsOf(currentScript(view.pageId), view), 'code') !== null) return null
      return isSilent(view.state) ? unsilenced(view) : view
    },
    answerWith: (name, event, view) => {
      const script = currentScript(view.pageId)
      const answer = script.replies.get(name)
      if (answer === undefined) return null
      return answerTo(turnOf(script, event, view), { answer, groups: NO_GROUPS })
    },
    apologise: (event, view) => {
      if (!isAsked(event, view) || isSilent(view.state)) return []
      const script = currentScript(view.pageId)
      // A failed or pending lookup must neither fail nor delay this answer.
      const voice = voiceAtOnce(script, view)
      const facts = {
        language: voice.language,
        nowMs: event.timestampMs,
        visits: 2,
        remembered: readMemory(view.state).remembered,
        turns: {},
      }
      const { items, choices, name } = resolve(script, script.fallback, facts)
      return render(voice, items, choicesOf(voice, choices, { from: 0, name }))
    },
  }
}

/** Whether a visitor expects an answer to this event. */
const isAsked = (event: WebhookEvent, { psid }: ConversationView): boolean =>
  (event.kind === 'message' || event.kind === 'postback') && !event.standby && psid !== null

const ruleFactsOf = (script: Script, { psid, state, behind = [] }: ConversationView): RuleFacts => ({
  psid,
  state,
  behind,
  answersStickers: answersStickers(script),
  resumeAfter: script.handover.resumeAfter,
})

const answersStickers = (script: Script): boolean => {
  const known = STICKERS.get(script)
  if (known !== undefined) return known
  const found = [...script.replies.values()].some(({ signs }) => signs.some(({ kind }) => kind === 'sticker'))
  STICKERS.set(script, found)
  return found
}

const STICKERS = new WeakMap<Script, boolean>()

const unsilenced = (view: ConversationView): ConversationView => ({ ...view, state: endSilence(view.state) })

/** Leaves the conversation to the people in the Page inbox, as if the visitor had asked for a person. */
const leaveToPerson = ({ timestampMs, psid }: WebhookEvent, state: JsonObject | null): ScriptResult =>
  psid === null
    ? { replies: [], state }
    : { replies: [], state: silence(leaveForm(state), timestampMs), effects: [{ do: 'handover' }] }

/** Removes an ad that was answered a moment ago: its greeting is not repeated, but the words beside it are answered. */
const withoutKnownAd = (event: WebhookEvent, state: JsonObject | null): WebhookEvent =>
  (event.kind === 'message' || event.kind === 'postback') && knowsAd(event, state)
    ? { ...event, referral: null }
    : event
