import { FILLERS, QUESTION_WORDS, SHORTHAND } from './english.ts'
import { isPair, matchKey, wordsOf } from './normalise.ts'
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
}

interface Phrase {
  reply: number
  weight: number
}

/** More words of a message than this are not weighed. */
const MOST_WORDS = 40
/** Keeps a message of nonsense words under a millisecond (ADR 0031). */
const EFFORT: Effort = { typos: 12, farTypos: 2 }
/** Phrases weighed against each other, at least; all that share the rarest words of the message. */
const ENOUGH_CANDIDATES = 200
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

  return {
    best: (key) => {
      const words = [...new Set(meaningful(key))].slice(0, MOST_WORDS)
      const effort = { ...EFFORT }
      const meant = words.map((word) => vocabulary.similar(word, effort))
      const likeness = new Map<number, number>()
      for (const found of meant) {
        for (const [id, value] of found) likeness.set(id, Math.max(likeness.get(id) ?? 0, value))
      }

      // The rarest words first: when they have brought enough phrases, "do you have" need not bring thousands more.
      const touched: number[] = []
      const rarest = [...likeness].toSorted(([a], [b]) => (weights[b] ?? 0) - (weights[a] ?? 0))
      for (const [id, value] of rarest) {
        const enough = touched.length >= ENOUGH_CANDIDATES
        for (const phrase of postings[id] ?? []) {
          if (gathered[phrase] === 0) {
            if (enough) continue
            touched.push(phrase)
          }
          gathered[phrase] = (gathered[phrase] ?? 0) + (weights[id] ?? 0) * value
        }
      }

      const costs = words.map((word, index) => costOf(word, meant[index], weights))
      let best: Similar | null = null
      // Equal confidence goes to the phrase that stands first.
      for (const index of touched.toSorted((a, b) => a - b)) {
        const phrase = phrases[index]
        const found = gathered[index] ?? 0
        gathered[index] = 0
        if (phrase === undefined) continue
        const share = Math.min(1, found / phrase.weight)
        if (Math.sqrt(share) <= (best?.confidence ?? 0)) continue
        const own = wordsOfPhrases[index] ?? []
        let astray = 0
        for (const [position, ids] of meant.entries()) {
          if (own.some((id) => ids.has(id))) continue
          const onSubject =
            ids.size > 0 && [...ids.keys()].some((id) => subjects[id]?.has(phrase.reply) === true)
          astray += (costs[position] ?? 0) * (onSubject ? ON_SUBJECT : 1)
        }
        const confidence = Math.sqrt(share * (1 - astray / (astray + TOLERANCE * found)))
        if (confidence > (best?.confidence ?? 0)) {
          best = { reply: replies[phrase.reply]?.name ?? '', confidence }
        }
      }
      return best
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

const weightOf = (word: string): number => {
  if (isPair(word)) return 0.5
  if (FILLERS.has(word)) return 0.2
  if (QUESTION_WORDS.has(word)) return 0.4
  if (word.length === 1 && !/\d/.test(word)) return 0.1
  // In languages we know no words of, the short ones are articles and prepositions.
  if (word.length === 2) return 0.3
  if (word.length === 3) return 0.7
  return 1
}
