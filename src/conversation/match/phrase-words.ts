import { editDistance } from '../../base/edit-distance.ts'
import { countHiragana, isPair, wordsOf } from '../../script/match-key.ts'
import { MEASURES, SHORTHAND } from './english.ts'
import { isFiller, isQuestionWord } from './small-words.ts'
import type { Meant } from './vocabulary.ts'

const HOW = new Set(['how', 'wie', 'hoe'])

/** The first `most` different words of a {@link matchKey}, with abbreviations written out. */
export const meaningful = (key: string, most: number): string[] => {
  const words = wordsOf(key)
  const found: string[] = []
  for (const [index, written] of words.entries()) {
    const plain = SHORTHAND.get(written) ?? written
    const measure = HOW.has(plain) ? measureIn(words[index + 1] ?? '') : undefined
    const word = measure === undefined ? plain : `${plain} ${measure}`
    if (found.includes(word)) continue
    found.push(word)
    if (found.length === most) break
  }
  return found
}

/** The word of measure that is written here, also "mutch" and "mcuh" for "much". */
const measureIn = (word: string): string | undefined => {
  if (MEASURES.has(word)) return word
  if (word.length < SHORTEST_MEASURE || isFiller(word)) return undefined
  return MEASURES_TO_CORRECT.find((one) => one[0] === word[0] && editDistance(one, word) === 1)
}

const SHORTEST_MEASURE = 4
const MEASURES_TO_CORRECT = [...MEASURES].filter((word) => word.length >= SHORTEST_MEASURE)

/**
 * How much a word of the message counts against a phrase that lacks it.
 *
 * @param meant - the phrase word that it most likely stands for
 */
export const costOf = (word: string, meant: Meant | undefined, weights: Float64Array): number => {
  // A number belongs to the question ("on the 24th") and does not change its subject.
  if (/^\d/.test(word)) return 0.3
  return meant === undefined ? weightOf(word) : Math.max(weights[meant.id] ?? 0, weightOf(word) / 2)
}

const PAIR_WEIGHTS = [0.5, 0.3, 0.15]

/** How much a word says about the subject of a phrase, from 0 to 1. */
export const weightOf = (word: string): number => {
  if (isPair(word)) return PAIR_WEIGHTS[countHiragana(word)] ?? 0
  if (isFiller(word)) return 0.2
  if (isQuestionWord(word)) return 0.4
  if (word.length === 1 && !/\d/.test(word)) return 0.1
  // In languages without a list here, words of two letters are articles and prepositions.
  if (word.length === 2) return 0.3
  if (word.length === 3) return 0.7
  return 1
}
