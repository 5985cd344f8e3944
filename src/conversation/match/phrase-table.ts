import { matchKey } from '../../script/match-key.ts'
import { meaningful, weightOf } from './phrase-words.ts'
import { createVocabulary, type Vocabulary } from './vocabulary.ts'

/** The phrases of all replies; replies, phrases and words are numbered. */
export interface PhraseTable {
  vocabulary: Vocabulary
  phrases: readonly Phrase[]
  /** For each word: how well it tells one reply from another. */
  weights: Float64Array
  /** For each word: the replies whose phrases have it, each once. */
  subjects: readonly (readonly number[])[]
  /** For each word: the phrases that have it. */
  postings: readonly (readonly number[])[]
}

export interface Phrase {
  reply: number
  /** The weights of its words together. */
  weight: number
}

/** Numbers the words of all phrases and weighs them. */
export const createPhraseTable = (replies: readonly { phrases: readonly string[] }[]): PhraseTable => {
  /** The number of each word. */
  const ids = new Map<string, number>()
  const phrases: Phrase[] = []
  const wordsOfPhrases: number[][] = []
  const subjects: number[][] = []
  const postings: number[][] = []

  for (const [reply, { phrases: own }] of replies.entries()) {
    for (const phrase of own) {
      const numbers: number[] = []
      for (const word of meaningful(matchKey(phrase), Number.POSITIVE_INFINITY)) {
        const id = ids.get(word) ?? ids.size
        ids.set(word, id)
        numbers.push(id)
        const speaking = (subjects[id] ??= [])
        if (speaking.at(-1) !== reply) speaking.push(reply)
        ;(postings[id] ??= []).push(phrases.length)
      }
      wordsOfPhrases.push(numbers)
      phrases.push({ reply, weight: 0 })
    }
  }
  const vocabulary = createVocabulary(ids)
  const words = [...ids.keys()]
  // A word that many replies have tells them apart badly.
  const weights = Float64Array.from(
    words,
    (word, id) => weightOf(word) / (1 + Math.log2(subjects[id]?.length ?? 1)),
  )
  for (const [index, phrase] of phrases.entries()) {
    phrase.weight = (wordsOfPhrases[index] ?? []).reduce((sum, id) => sum + (weights[id] ?? 0), 0)
  }
  return { vocabulary, phrases, weights, subjects, postings }
}
