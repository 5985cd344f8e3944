import { matchKey, wordsOf } from '../script/match-key.ts'
import { isFiller } from './match/small-words.ts'
import type { Match } from './match/matcher.ts'
import type { Similar } from './match/phrases.ts'

/** How well the script understood a visitor's words. */
export interface Heard {
  how: 'matched' | 'doubtful' | 'fallback'
  /** The words, as much as is looked at. */
  text: string
  /** Equal for texts that ask the same in other order, case or small words. */
  likeness: string
  /** The reply whose phrases resemble the words most, and how sure that is, from 0 to 1; null when none does. */
  nearest: { reply: string; confidence: number } | null
  /** What the language model of the script answered instead of the fallback. */
  answer?: string
}

/** A similar phrase that is less sure than this deserves a look by the owner. */
const SURE = 0.8
const LONGEST_KEPT = 300

/** @param found - the match, or the replies that come nearest where none is good enough */
export const hear = (text: string, found: Match | readonly Similar[]): Heard => {
  const kept = { text: text.trim().slice(0, LONGEST_KEPT), likeness: likenessOf(text) }
  if ('how' in found) {
    const { how, reply, confidence } = found
    const isDoubtful = how === 'similar' && confidence < SURE
    return { ...kept, how: isDoubtful ? 'doubtful' : 'matched', nearest: { reply, confidence } }
  }
  const [first] = found
  return { ...kept, how: 'fallback', nearest: first === undefined ? null : { ...nearestOf(first) } }
}

const nearestOf = ({ reply, confidence }: Similar): { reply: string; confidence: number } => ({
  reply,
  confidence,
})

/** The words that say what is wanted, each once and in order; all of them where every word is a filler. */
const likenessOf = (text: string): string => {
  const key = matchKey(text)
  const words = [...new Set(wordsOf(key))]
  const telling = words.filter((word) => !isFiller(word))
  return (telling.length > 0 ? telling : words).toSorted().join(' ').slice(0, LONGEST_KEPT)
}
