import { matchKey, wordsOf } from '../script/match-key.ts'
import { isFiller } from './match/small-words.ts'
import type { Match } from './match/matcher.ts'
import type { Similar } from './match/phrases.ts'
import { clip } from '../base/clip.ts'

/** How well the script understood a visitor's words. */
export type Understanding = Understood | NotUnderstood

interface Said {
  /** The words, as far as they are looked at. */
  text: string
  /** The reply with the most similar phrase, and its confidence from 0 to 1; null when none is similar. */
  nearest: { reply: string; confidence: number } | null
}

interface Understood extends Said {
  how: 'matched'
}

export interface NotUnderstood extends Said {
  how: 'doubtful' | 'fallback'
  /** Equal for texts that ask the same in other order, case or small words. */
  likeness: string
  /** The language model's answer in place of the fallback. */
  answer?: string
}

/** With less confidence than this, a similar phrase is shown to the owner and does not end a form. */
export const SURE = 0.8
const LONGEST_KEPT = 300

/** @param found - the match, or the nearest replies where none is good enough */
export const hear = (text: string, found: Match | readonly Similar[]): Understanding => {
  const said = clip(text.trim(), LONGEST_KEPT)
  if (!('how' in found)) {
    const [first] = found
    const nearest = first === undefined ? null : nearestOf(first)
    return { how: 'fallback', text: said, likeness: likenessOf(text), nearest }
  }
  const nearest = nearestOf(found)
  return found.how === 'similar' && found.confidence < SURE
    ? { how: 'doubtful', text: said, likeness: likenessOf(text), nearest }
    : { how: 'matched', text: said, nearest }
}

const nearestOf = ({ reply, confidence }: Similar | Match): { reply: string; confidence: number } => ({
  reply,
  confidence,
})

/** The meaningful words, each once and in order; all words where every one is a filler. */
const likenessOf = (text: string): string => {
  const key = matchKey(text)
  const words = [...new Set(wordsOf(key))]
  const telling = words.filter((word) => !isFiller(word))
  return (telling.length > 0 ? telling : words).toSorted().join(' ').slice(0, LONGEST_KEPT)
}
