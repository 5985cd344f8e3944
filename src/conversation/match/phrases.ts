import { SHORTHAND } from './english.ts'
import { countHiragana, isPair, matchKey, wordsOf } from '../../script/match-key.ts'
import { isFiller, isQuestionWord } from './small-words.ts'
import { createVocabulary, type Effort } from './vocabulary.ts'

export interface Similar {
  reply: string
  /** From 0 to 1. */
  confidence: number
}

/** Finds the phrase that a message resembles most. */
export interface PhraseIndex {
  /**
   * The replies that come near, each once, the most similar first; equally similar ones in the order of their phrases.
   *
   * @param key - a message after `matchKey`
   */
  search: (key: string) => Similar[]
}

interface Phrase {
  reply: number
  weight: number
}

/** More words of a message than this are not weighed. */
const MOST_WORDS = 30
/** Keeps a message of nonsense words under a millisecond (ADR 0031). */
const EFFORT: Effort = { inflections: 24, typos: 8, farTypos: 2 }
/** In a message of more words, one with two wrong letters decides nothing, and is the dearest to look for. */
const SHORT_MESSAGE = 12
/** The least similarity that counts; the caller may ask for more. */
const UNLIKE = 0.4
/** A word in more phrases than this brings none where a rarer one did. */
const COMMON = 200
/** How much the words that belong to no phrase count against the ones that do. */
const TOLERANCE = 2
/** A word known from another phrase of the same reply is on the subject, and counts against it only this much. */
const ON_SUBJECT = 0.3

/** Indexes the phrases of all replies; equally good ones are decided by their order. */
export const createPhraseIndex = (
  replies: readonly { name: string; phrases: readonly string[] }[],
): PhraseIndex => {
  const vocabulary = createVocabulary()
  const phrases: Phrase[] = []
  const wordsOfPhrases: number[][] = []
  /** By word: how many replies speak of it, and in which of their phrases. */
  const subjects: Set<number>[] = []
  const postings: number[][] = []
  const names: string[] = []

  for (const [reply, { phrases: own }] of replies.entries()) {
    for (const phrase of own) {
      const words = new Set(meaningful(matchKey(phrase)))
      const numbers = [...words].map((word) => vocabulary.add(word))
      for (const [index, word] of [...words].entries()) {
        const id = numbers[index] ?? 0
        names[id] ??= word
        ;(subjects[id] ??= new Set()).add(reply)
        ;(postings[id] ??= []).push(phrases.length)
      }
      wordsOfPhrases.push(numbers)
      phrases.push({ reply, weight: 0 })
    }
  }
  // What many replies speak of tells them apart badly.
  const weights = names.map((word, id) => weightOf(word) / (1 + Math.log2(subjects[id]?.size ?? 1)))
  for (const [index, phrase] of phrases.entries()) {
    phrase.weight = (wordsOfPhrases[index] ?? []).reduce((sum, id) => sum + (weights[id] ?? 0), 0)
  }
  const gathered = new Float64Array(phrases.length)
  const used = new Float64Array(phrases.length)
  const usedAt = new Float64Array(phrases.length)
  const onSubject = new Float64Array(replies.length)
  const onSubjectAt = new Float64Array(replies.length)
  /** Counts the words of all messages, so that nothing need be wiped out between them. */
  let clock = 0

  /** The phrases that have words of the message; how much they have is left in `gathered`. */
  const gather = (meant: readonly Map<number, number>[]): number[] => {
    const likeness = new Map<number, number>()
    for (const ids of meant) {
      for (const [id, value] of ids) likeness.set(id, Math.max(likeness.get(id) ?? 0, value))
    }
    const touched: number[] = []
    // The rarest words first: once they have brought some phrases, "do you have" need not bring thousands more.
    for (const [id, value] of [...likeness].toSorted(([a], [b]) => (weights[b] ?? 0) - (weights[a] ?? 0))) {
      const where = postings[id] ?? []
      const enough = touched.length > 0 && where.length > COMMON
      const worth = (weights[id] ?? 0) * value
      for (const phrase of where) {
        const has = gathered[phrase] ?? 0
        if (has === 0) {
          if (enough) continue
          touched.push(phrase)
        }
        gathered[phrase] = has + worth
      }
    }
    return touched
  }

  /**
   * Leaves in `used` what the words cost that each gathered phrase has a use for, and in `onSubject` what those cost that
   * its reply knows from any phrase.
   */
  const account = (meant: readonly Map<number, number>[], costs: readonly number[]): void => {
    const began = clock
    for (const [position, ids] of meant.entries()) {
      const cost = costs[position] ?? 0
      clock += 1
      for (const id of ids.keys()) {
        for (const reply of subjects[id] ?? []) {
          const at = onSubjectAt[reply] ?? 0
          if (at === clock) continue
          onSubject[reply] = (at > began ? (onSubject[reply] ?? 0) : 0) + cost
          onSubjectAt[reply] = clock
        }
        for (const phrase of postings[id] ?? []) {
          if (gathered[phrase] === 0) continue
          const at = usedAt[phrase] ?? 0
          if (at === clock) continue
          used[phrase] = (at > began ? (used[phrase] ?? 0) : 0) + cost
          usedAt[phrase] = clock
        }
      }
    }
  }

  return {
    search: (key) => {
      const words = [...new Set(meaningful(key))].slice(0, MOST_WORDS)
      const effort = { ...EFFORT, ...(words.length > SHORT_MESSAGE && { farTypos: 0 }) }
      const meant = words.map((word) => vocabulary.similar(word, effort))
      const costs = words.map((word, index) => costOf(word, meant[index], weights))
      const allCosts = costs.reduce((sum, cost) => sum + cost, 0)
      const touched = gather(meant)
      account(meant, costs)
      const best = new Map<number, { confidence: number; phrase: number }>()
      for (const index of touched) {
        const phrase = phrases[index]
        const has = gathered[index] ?? 0
        gathered[index] = 0
        if (phrase === undefined) continue
        const { reply, weight } = phrase
        const share = Math.min(1, has / weight)
        // What the phrase has no use for counts against it, less where its reply knows it.
        const known = (1 - ON_SUBJECT) * (onSubject[reply] ?? 0) + ON_SUBJECT * (used[index] ?? 0)
        const astray = Math.max(0, allCosts - known)
        const confidence = Math.sqrt(share * (1 - astray / (astray + TOLERANCE * has)))
        if (confidence <= UNLIKE) continue
        const before = best.get(reply)
        // Equal confidence goes to the phrase that stands first.
        if (
          before !== undefined &&
          (before.confidence > confidence || (before.confidence === confidence && before.phrase < index))
        )
          continue
        best.set(reply, { confidence, phrase: index })
      }
      return [...best]
        .toSorted(([, one], [, other]) => other.confidence - one.confidence || one.phrase - other.phrase)
        .map(([reply, { confidence }]) => ({ reply: replies[reply]?.name ?? '', confidence }))
    },
  }
}

const meaningful = (key: string): string[] => wordsOf(key).map((word) => SHORTHAND.get(word) ?? word)

/** What a word of a message counts against an answer that has no use for it. */
const costOf = (word: string, meant: Map<number, number> | undefined, weights: readonly number[]): number => {
  // A number belongs to the question ("on the 24th"), and does not change its subject.
  if (/^\d/.test(word)) return 0.3
  const [id] = meant?.keys() ?? []
  return id === undefined ? weightOf(word) : Math.max(weights[id] ?? 0, weightOf(word) / 2)
}

const PAIR_WEIGHTS = [0.5, 0.3, 0.15]

const weightOf = (word: string): number => {
  if (isPair(word)) return PAIR_WEIGHTS[countHiragana(word)] ?? 0
  if (isFiller(word)) return 0.2
  if (isQuestionWord(word)) return 0.4
  if (word.length === 1 && !/\d/.test(word)) return 0.1
  // In languages we have no list of, the short ones are articles and prepositions.
  if (word.length === 2) return 0.3
  if (word.length === 3) return 0.7
  return 1
}
