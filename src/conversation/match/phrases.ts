import { SHORTHAND } from './english.ts'
import { countHiragana, isPair, matchKey, wordsOf } from './normalise.ts'
import { isFiller, isQuestionWord } from './small-words.ts'
import { createVocabulary, type Effort } from './vocabulary.ts'

export interface Similar {
  reply: string
  /** From 0 to 1. */
  confidence: number
}

/** Finds the phrase that a message resembles most. */
export interface PhraseIndex {
  /** @param key - a message after `matchKey` */
  best: (key: string) => Similar | null
  /** Those that come closest, each reply once, also where nobody would call them similar. */
  nearest: (key: string, count: number) => Similar[]
}

interface Phrase {
  reply: number
  weight: number
}

/** More words of a message than this are not weighed. */
const MOST_WORDS = 30
/** Keeps a message of nonsense words under a millisecond (ADR 0031). */
const EFFORT: Effort = { inflections: 24, typos: 8, farTypos: 2 }
/** Nobody would call less than this similar; the caller may ask for more. */
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

  /** The phrases that have words of the message; how much they have is left in `gathered`. */
  const candidates = (meant: readonly Map<number, number>[]): number[] => {
    const likeness = new Map<number, number>()
    for (const ids of meant) {
      for (const [id, value] of ids) likeness.set(id, Math.max(likeness.get(id) ?? 0, value))
    }
    const touched: number[] = []
    // The rarest words first: once they have brought some phrases, "do you have" need not bring thousands more.
    for (const [id, value] of [...likeness].toSorted(([a], [b]) => (weights[b] ?? 0) - (weights[a] ?? 0))) {
      const where = postings[id] ?? []
      const enough = touched.length > 0 && where.length > COMMON
      for (const phrase of where) {
        if (gathered[phrase] === 0) {
          if (enough) continue
          touched.push(phrase)
        }
        gathered[phrase] = (gathered[phrase] ?? 0) + (weights[id] ?? 0) * value
      }
    }
    // Equal confidence goes to the phrase that stands first.
    return touched.toSorted((a, b) => a - b)
  }

  /** How much the words of a message that a phrase has no use for count against it. */
  const astray = (
    index: number,
    reply: number,
    meant: readonly Map<number, number>[],
    costs: readonly number[],
  ): number => {
    const own = wordsOfPhrases[index] ?? []
    let sum = 0
    for (const [position, ids] of meant.entries()) {
      if (own.some((id) => ids.has(id))) continue
      const onSubject = ids.size > 0 && [...ids.keys()].some((id) => subjects[id]?.has(reply) === true)
      sum += (costs[position] ?? 0) * (onSubject ? ON_SUBJECT : 1)
    }
    return sum
  }

  /** Tells of every phrase that is more like the message than `toBeat` says for its reply. */
  const scan = (
    key: string,
    toBeat: (reply: number) => number,
    found: (reply: number, confidence: number) => void,
  ): void => {
    const words = [...new Set(meaningful(key))].slice(0, MOST_WORDS)
    const effort = { ...EFFORT }
    const meant = words.map((word) => vocabulary.similar(word, effort))
    const costs = words.map((word, index) => costOf(word, meant[index], weights))
    const allCosts = costs.reduce((sum, cost) => sum + cost, 0)
    for (const index of candidates(meant)) {
      const phrase = phrases[index]
      const has = gathered[index] ?? 0
      gathered[index] = 0
      if (phrase === undefined) continue
      const share = Math.min(1, has / phrase.weight)
      const confidence = (cost: number): number => Math.sqrt(share * (1 - cost / (cost + TOLERANCE * has)))
      const least = toBeat(phrase.reply)
      // A word costs 1 at most, and the phrase has use for as many as it has: most candidates end here.
      const leastCost = ON_SUBJECT * Math.max(0, allCosts - (wordsOfPhrases[index]?.length ?? 0))
      if (confidence(leastCost) <= least) continue
      const sure = confidence(astray(index, phrase.reply, meant, costs))
      if (sure > least) found(phrase.reply, sure)
    }
  }

  return {
    best: (key) => {
      let best: Similar | null = null
      scan(
        key,
        () => best?.confidence ?? UNLIKE,
        (reply, confidence) => {
          best = { reply: replies[reply]?.name ?? '', confidence }
        },
      )
      return best
    },
    nearest: (key, count) => {
      const byReply = new Map<number, number>()
      scan(
        key,
        (reply) => byReply.get(reply) ?? UNLIKE,
        (reply, confidence) => byReply.set(reply, confidence),
      )
      return [...byReply]
        .toSorted(([, one], [, other]) => other - one)
        .slice(0, count)
        .map(([reply, confidence]) => ({ reply: replies[reply]?.name ?? '', confidence }))
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
