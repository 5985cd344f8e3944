import type { WebhookEvent } from '../webhook/events.ts'
import { hear, type Understanding } from './heard.ts'
import { readCarried, type Carried } from './carried.ts'
import type { Matcher } from './match/matcher.ts'
import { matchKey } from '../script/match-key.ts'
import { OWN_PAYLOAD } from '../script/limits.ts'
import type { Answer, Script, Sign } from '../script/types.ts'

/** The reply to an event, before conditions are judged. */
export interface Found {
  answer: Answer
  /** Values for variables of this answer alone. */
  groups: ReadonlyMap<string, string>
  /** Only its choices are said, from this one on. */
  choicesFrom?: number
  /** Answers that the button brought along for the questions of the reply. */
  carried?: Carried
  /** Replies that the visitor may have meant, when none fitted. */
  near?: readonly string[]
  /** How well the visitor's words were understood; absent when words did not decide. */
  heard?: Understanding
}

/** The payload of Get Started where the profile sets no other. */
const USUAL_GET_STARTED = 'GET_STARTED'
const NO_GROUPS: ReadonlyMap<string, string> = new Map()
/** The thumb comes in three sizes. */
const LIKES = new Set(['369239263222822', '369239343222814', '369239383222810'])
/** At most this many guesses are offered beside the fallback's own choices. */
const MOST_GUESSES = 2

/** Finds the reply to an event; null for an event that expects none. */
export const find = (event: WebhookEvent, script: Script, matcher: () => Matcher): Found | null => {
  switch (event.kind) {
    case 'message': {
      const { referral, commands, text } = event
      if (event.quickReply !== null) return byTap(script, matcher, { payload: event.quickReply, title: text })
      return (
        signed(script, referralSigns(referral)) ??
        byCommand(script, commands) ??
        (text === null ? byContent(script, event) : byText(script, matcher(), text))
      )
    }
    case 'postback':
      // A postback without a payload belongs to another app's button (docs/messenger-platform.md#e5).
      if (event.payload === null) return null
      return (
        signed(script, referralSigns(event.referral)) ??
        byTap(script, matcher, { payload: event.payload, title: event.title })
      )
    case 'referral':
      return signed(script, referralSigns(event.referral))
    case 'reaction':
      return event.action === 'react' ? signed(script, [['reaction', [event.reaction, event.emoji]]]) : null
    default:
      return null
  }
}

/**
 * The reply that a tapped button leads to. A button of an earlier script, or of another bot, may name a reply that has another name
 * now: then the title counts like typed words, where they are those of a phrase or a title.
 */
const byTap = (
  script: Script,
  matcher: () => Matcher,
  { payload, title }: { payload: string; title: string | null },
): Found => {
  const found = byPayload(script, payload)
  if (found.answer !== script.fallback || title === null || payload.startsWith(OWN_PAYLOAD)) return found
  const match = matcher().match(title)
  if (match === null || (match.how !== 'phrase' && match.how !== 'title')) return found
  return { answer: script.replies.get(match.reply) ?? script.fallback, groups: NO_GROUPS }
}

/** The reply that a payload names. */
const byPayload = (script: Script, payload: string): Found => {
  const [, from, name = ''] = MORE.exec(payload) ?? []
  if (from !== undefined) {
    return {
      answer: script.replies.get(name) ?? script.fallback,
      groups: NO_GROUPS,
      choicesFrom: Number(from),
    }
  }
  const button = readCarried(payload)
  if (button !== null) {
    const answer = script.replies.get(button.reply) ?? script.fallback
    return { answer, groups: NO_GROUPS, carried: button.carried }
  }
  const started = payload === USUAL_GET_STARTED ? script.profile?.getStarted : null
  const reply = script.replies.get(payload) ?? script.replies.get(started ?? payload)
  return { answer: reply ?? script.fallback, groups: NO_GROUPS }
}

const MORE = new RegExp(`^${OWN_PAYLOAD}more:(\\d{1,4}):(.*)$`, 's')

const byText = (script: Script, matcher: Matcher, text: string): Found => {
  const found = matcher.matchOrNearest(text, MOST_GUESSES + 1)
  const heard = hear(text, found)
  if (!Array.isArray(found))
    return { answer: script.replies.get(found.reply) ?? script.fallback, groups: found.groups, heard }
  const near = found.filter(({ reply: name }) => (script.replies.get(name)?.title ?? null) !== null)
  return {
    answer: script.fallback,
    groups: NO_GROUPS,
    near: near.slice(0, MOST_GUESSES).map(({ reply: name }) => name),
    heard,
  }
}

const byCommand = (script: Script, commands: readonly string[]): Found | null => {
  for (const name of commands) {
    const command = script.profile?.commands.find((one) => one.name.toLowerCase() === name.toLowerCase())
    if (command !== undefined) return byPayload(script, command.reply)
  }
  return null
}

/** The reply to a message without words. */
const byContent = (script: Script, event: Extract<WebhookEvent, { kind: 'message' }>): Found => {
  const { stickerId, attachments } = event
  const sticker: Wanted[] =
    stickerId === null ? [] : [['sticker', [LIKES.has(stickerId) ? 'like' : null, stickerId]]]
  const types = [...new Set(attachments.map(({ type }) => type))]
  const found = signed(script, [...sticker, ...(types.length === 0 ? [] : [['attachment', types] as Wanted])])
  return found ?? { answer: script.fallback, groups: NO_GROUPS }
}

/** A kind of sign, and its possible names. */
type Wanted = readonly [kind: Sign['kind'], is: readonly (string | null)[]]

const referralSigns = (referral: { ref: string | null; adId: string | null } | null): Wanted[] =>
  referral === null
    ? []
    : [
        ...(referral.adId === null ? [] : [['ad', [referral.adId]] as Wanted]),
        ...(referral.ref === null ? [] : [['ref', [referral.ref]] as Wanted]),
      ]

/** The first reply that names the sign, else the first that takes any of its kind. */
const signed = (script: Script, wanted: readonly Wanted[]): Found | null => {
  for (const [kind, names] of wanted) {
    const known = new Set(names.flatMap((name) => (name === null ? [] : [wordOf(name)])))
    const replies = [...script.replies.values()].filter(({ signs }) =>
      signs.some((sign) => sign.kind === kind),
    )
    const named = replies.find(({ signs }) =>
      signs.some((sign) => sign.kind === kind && sign.is !== null && known.has(wordOf(sign.is))),
    )
    const answer =
      named ?? replies.find(({ signs }) => signs.some((sign) => sign.kind === kind && sign.is === null))
    if (answer !== undefined) return { answer, groups: NO_GROUPS }
  }
  return null
}

/** Removes invisible marks of emoji, and capital letters. */
const wordOf = (name: string): string => matchKey(name) || name
