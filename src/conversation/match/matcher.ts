import { allOf, type Localised } from '../../script/localised.ts'
import type { Script } from '../../script/types.ts'
import { beginningInLines, matchKey } from '../../script/match-key.ts'
import { askedIn } from './asked.ts'
import { refusalKindOf } from '../refusals.ts'
import { createPhraseIndex, type Similar } from './phrases.ts'
import { otherSpellings } from './other-spellings.ts'
import { asksToUndo, denialsOf, ownersOf, withoutAsking } from './small-words.ts'

/** A found reply, and the reason. */
export interface Match {
  /** Name of the reply. */
  reply: string
  how: 'phrase' | 'title' | 'pattern' | 'similar'
  /** From 0 to 1; 1 for all but `similar`. */
  confidence: number
  /** Values of the pattern's named groups. */
  groups: ReadonlyMap<string, string>
}

export interface Matcher {
  /** The best reply to a message, or null when none is good enough. */
  match: (text: string) => Match | null
  /** The replies most similar to a message, whether they are good enough or not; each once, the most similar first. */
  nearest: (text: string, count: number) => Similar[]
  /** The best reply or, where none is good enough, the most similar ones; one search for both. */
  matchOrNearest: (text: string, count: number) => Match | Similar[]
}

/** A similar phrase needs at least this confidence. Chosen with `test/fixtures/paraphrases.ts`: see ADR 0031. */
export const CONFIDENT = 0.63

const NO_GROUPS: ReadonlyMap<string, string> = new Map()

/**
 * Prepares a script for matching. The order is fixed: a phrase that is equal but for case, accents and punctuation; the title of a reply;
 * the words of a menu item or an ice breaker; regular expressions in the order of the script; a similar phrase, the most similar first.
 */
export const createMatcher = (script: Script): Matcher => {
  const replies = [...script.replies.values()]
  const exact = new Map<string, Match>()
  for (const { name, phrases } of replies) {
    for (const phrase of phrases) remember(exact, phrase, sure(name, 'phrase'))
  }
  for (const { name, title } of replies) {
    for (const one of title === null ? [] : allOf(title)) remember(exact, one, sure(name, 'title'))
  }
  // Messenger has sent the tap on a menu item as text (docs/messenger-platform.md#m), and visitors type what they read there.
  for (const { words, reply } of profileWords(script)) {
    for (const one of allOf(words)) remember(exact, one, sure(reply, 'title'))
  }
  /** The first replies to a "no" with and without politeness. */
  const refusals = new Map<string, Match>()
  const refusing = new Set<string>()
  for (const { name, phrases } of replies) {
    for (const phrase of phrases) {
      const kind = refusalKindOf(phrase)
      if (kind === null) continue
      refusing.add(name)
      if (!refusals.has(kind)) refusals.set(kind, sure(name, 'phrase'))
    }
  }
  const patterns = replies.flatMap(({ name, patterns: own }) => own.map((pattern) => ({ name, pattern })))
  const similar = createPhraseIndex(replies)
  const denials = denialsOf(script.languages)
  const owners = ownersOf(script.languages)

  const byWord = (text: string, key: string): Match | null => {
    const same = exact.get(key)
    if (same !== undefined) return same
    const pattern = byPattern(text)
    if (pattern !== null) return pattern
    const [spelled] = otherSpellings(key).flatMap((one) => exact.get(one) ?? [])
    return spelled ?? (OTHER_WORD.test(text) ? null : refusals.get(refusalKindOf(text) ?? '')) ?? null
  }

  const byPattern = (text: string): Match | null => {
    if (patterns.length === 0) return null
    const looked = beginningInLines(text)
    for (const { name, pattern } of patterns) {
      const groups = pattern.match(looked.text, looked.isCut)
      if (groups !== null) return { ...sure(name, 'pattern'), groups }
    }
    return null
  }

  /** The similar replies to the spelling of the key that resembles a phrase most. */
  const search = (key: string): Similar[] => {
    const [first = [], ...others] = [key, ...otherSpellings(key)].map(similar.search)
    return others.reduce(
      (best, one) => ((one[0]?.confidence ?? 0) > (best[0]?.confidence ?? 0) ? one : best),
      first,
    )
  }

  /**
   * "Cancel the reservation" resembles "reservation", but begins no form: a visitor who denies is asked what is meant. "I have no
   * reservation yet, can I book a table?" asks for it behind the denial.
   */
  const isDenied = (text: string, { reply }: Similar): boolean => {
    const named = script.replies.get(reply)
    if (named === undefined || named.form === null) return false
    const own = new Set(named.phrases.flatMap((phrase) => matchKey(phrase).split(' ')))
    const says = (said: string, words: ReadonlySet<string>): boolean =>
      said.split(' ').some((word) => words.has(word) && !own.has(word))
    const key = matchKey(text)
    if (asksToUndo(key, own, script.languages)) return true
    if (!says(withoutAsking(key), denials)) return false
    const last = matchKey(beginningInLines(text).text.split(CLAUSE_ENDS).at(-1) ?? '')
    if (last === key || says(withoutAsking(last), denials) || says(last, owners)) return true
    const [request] = similar.search(last)
    return request === undefined || request.reply !== reply || request.confidence < CONFIDENT
  }

  const matchOrNearest: Matcher['matchOrNearest'] = (text, count) => {
    const key = matchKey(text)
    const found = byWord(text, key)
    if (found !== null) return found
    const near = search(matchKey(askedIn(text)))
    const [best] = near
    // "Ne danke" resembles "danke" and means another thing.
    const isSaid =
      best !== undefined &&
      best.confidence >= CONFIDENT &&
      (refusalKindOf(text) === null || refusing.has(best.reply))
    if (!isSaid || isDenied(text, best)) return near.slice(0, count)
    return { ...best, how: 'similar', groups: NO_GROUPS }
  }

  return {
    matchOrNearest,
    match: (text) => {
      const found = matchOrNearest(text, 0)
      return Array.isArray(found) ? null : found
    },
    nearest: (text, count) => search(matchKey(askedIn(text))).slice(0, count),
  }
}

/** What visitors read in the menu and the ice breakers, with the reply that a tap leads to. */
const profileWords = ({ profile }: Script): { words: Localised<string>; reply: string }[] => [
  ...(profile?.menu ?? []).flatMap((item) =>
    'reply' in item ? [{ words: item.title, reply: item.reply }] : [],
  ),
  ...(profile?.iceBreakers ?? []).map(({ question, reply }) => ({ words: question, reply })),
]

/** Words for "no" that mean another thing elsewhere: in Polish "no" is yes, in Turkish "ne" is what, in Dutch "nu" is now. */
const OTHER_WORD = /^\s*(?:no|ne|nu|ei)[\s.!…]*$/i

/** A clause must follow, so the last sign does not count. */
const CLAUSE_ENDS = /[,.;:!?\n–—]+\s+/

const sure = (reply: string, how: Match['how']): Match => ({ reply, how, confidence: 1, groups: NO_GROUPS })

const remember = (exact: Map<string, Match>, text: string, match: Match): void => {
  const key = matchKey(text)
  if (key !== '' && !exact.has(key)) exact.set(key, match)
}
