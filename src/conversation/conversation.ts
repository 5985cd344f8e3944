import type { JsonObject } from '../json.ts'
import type { Reply } from '../messages.ts'
import type { WebhookEvent } from '../webhook/events.ts'
import { createMatcher, type Match, type Matcher } from './match/matcher.ts'
import { render, variablesOf } from './render.ts'
import type { Answer, Script } from './script/types.ts'
import { endSilence, handsBack, isSilent, silence } from './silence.ts'

/** What is known of a conversation before an event is answered. */
export interface ConversationView {
  pageId: string
  psid: string | null
  /** What was remembered after the last event. */
  state: JsonObject | null
  /** Null or absent where it is not known. */
  pageName?: string | null
}

export interface Handled {
  /** In the order they are to be sent. */
  replies: Reply[]
  /** To be remembered; the one handed in, where nothing changed. */
  state: JsonObject | null
}

/** Finds the value of a variable for one conversation; null where there is none. */
export type Lookup = (conversation: ConversationView) => string | null | Promise<string | null>

/** Variables that texts may mention anywhere, by name. Asked only when an answer mentions them. */
export type Lookups = Readonly<Record<string, Lookup>>

/** The lookups that need nothing but the conversation. */
export const OWN_LOOKUPS: Lookups = {
  page_name: ({ pageName }) => pageName ?? 'this Page',
}

export interface Conversation {
  /** Answers one event as the script says. Pure, but for lookups; a promise only where a lookup is one. */
  handle: (event: WebhookEvent, conversation: ConversationView) => Handled | Promise<Handled>
}

/** What Messenger sends as Get Started where nobody chose another payload. */
const USUAL_GET_STARTED = 'GET_STARTED'

/**
 * Builds the handler of the script.
 *
 * @param deps.script - the script of the moment; asked at every event, so that a changed file needs no restart
 * @param deps.appId - ours, to recognise when a conversation is handed back
 * @param deps.lookups - must hold every variable the script was read with
 */
export const createConversation = (deps: {
  script: () => Script
  appId: string
  lookups: Lookups
}): Conversation => {
  const { script, appId, lookups } = deps
  let prepared: { script: Script; matcher: Matcher } | null = null

  const matcherOf = (current: Script): Matcher => {
    if (prepared?.script !== current) prepared = { script: current, matcher: createMatcher(current) }
    return prepared.matcher
  }

  const answer = (
    current: Script,
    found: Found,
    event: WebhookEvent,
    view: ConversationView,
  ): Handled | Promise<Handled> => {
    const { answer: chosen, groups } = found
    const state = chosen.handover ? silence(view.state, event.timestampMs) : view.state
    const finish = (looked: ReadonlyMap<string, string>): Handled => ({
      replies: render(current, chosen, (variable) => groups.get(variable) ?? looked.get(variable) ?? ''),
      state,
    })
    const wanted = [...variablesOf(chosen)].filter((variable) => Object.hasOwn(lookups, variable))
    const values = wanted.map((variable) => [variable, lookups[variable]?.(view) ?? ''] as const)
    return values.some(([, value]) => value instanceof Promise)
      ? settle(values).then(finish)
      : finish(new Map(values as [string, string][]))
  }

  return {
    handle: (event, view) => {
      const quiet: Handled = { replies: [], state: view.state }
      if (handsBack(event, appId)) return { replies: [], state: endSilence(view.state) }
      if (event.standby || view.psid === null || isSilent(view.state)) return quiet
      const current = script()
      const found = find(event, current, () => matcherOf(current))
      return found === null ? quiet : answer(current, found, event, view)
    },
  }
}

interface Found {
  answer: Answer
  groups: ReadonlyMap<string, string>
}

const NO_GROUPS: ReadonlyMap<string, string> = new Map()

/** The answer to an event; null where it wants none. */
const find = (event: WebhookEvent, script: Script, matcher: () => Matcher): Found | null => {
  const named = (name: string): Found => ({
    // A button of an earlier script may name a reply that is gone.
    answer: script.replies.get(name) ?? script.fallback,
    groups: NO_GROUPS,
  })
  switch (event.kind) {
    case 'message': {
      // The visitor took a message back; there is nothing to answer.
      if (isDeleted(event.raw)) return null
      if (event.quickReply !== null) return named(event.quickReply)
      const match: Match | null = event.text === null ? null : matcher().match(event.text)
      return match === null ? named('') : { ...named(match.reply), groups: match.groups }
    }
    case 'postback':
      // Without payload it belongs to another app's button (reference E5).
      if (event.payload === null) return null
      return named(script.replies.has(event.payload) ? event.payload : startOf(script, event.payload))
    default:
      return null
  }
}

const startOf = (script: Script, payload: string): string =>
  payload === USUAL_GET_STARTED ? (script.profile?.getStarted ?? payload) : payload

const isDeleted = (raw: JsonObject): boolean => {
  const message = raw['message']
  return typeof message === 'object' && message !== null && !Array.isArray(message)
    ? message['is_deleted'] === true
    : false
}

const settle = async (
  values: readonly (readonly [string, string | Promise<string | null>])[],
): Promise<Map<string, string>> =>
  new Map(await Promise.all(values.map(async ([name, value]) => [name, (await value) ?? ''] as const)))
