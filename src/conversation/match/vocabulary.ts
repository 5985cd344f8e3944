import SearchableMap from 'minisearch/SearchableMap'
import { editDistance } from '../../base/edit-distance.ts'
import { REAL_WORDS } from './english.ts'
import { isPair } from '../../script/match-key.ts'
import { isFiller, isQuestionWord } from './small-words.ts'

/** The words of all phrases, found also when they are mistyped or inflected. */
export interface Vocabulary {
  /** The number of a word, new or known. */
  add: (word: string) => number
  idOf: (word: string) => number | undefined
  /** Words that may be meant by `word`, with a likeness from 0 to 1 (the word itself has 1). */
  similar: (word: string, effort: Effort) => Map<number, number>
}

/** How many slow lookups one message may still cause; each lookup counts them down. */
export interface Effort {
  inflections: number
  typos: number
  farTypos: number
}

const INFLECTED = 0.9
const MISTYPED = 0.85
const MISTYPED_TWICE = 0.75

/** A word this short is not corrected: too many others are near. */
const SHORTEST_CORRECTED = 3
/** Nor one this long: it is no word. */
const LONGEST_CORRECTED = 40
/** From here on the first letter may be the wrong one. */
const FIRST_LETTER_FREE = 6
/** From here on two letters may be wrong. */
const LONG_WORD = 8

export const createVocabulary = (): Vocabulary => {
  const ids = new Map<string, number>()
  // A radix tree: typos are found without looking at every word.
  const tree = new SearchableMap<number>()
  /** Words by their first three letters, and by their first four. */
  const beginnings = new Map<string, string[]>()

  const inflections = (word: string, found: Map<number, number>, effort: Effort): void => {
    if (word.length < 3 || effort.inflections === 0) return
    effort.inflections -= 1
    for (const other of beginnings.get(word.slice(0, isLatin(word) ? 4 : 3)) ?? []) {
      const id = ids.get(other)
      if (id !== undefined && !found.has(id) && areInflections(word, other)) found.set(id, INFLECTED)
    }
    // `payment` is found from `pay` above; `pay` from `payment` here.
    const stem = word.replace(SUFFIX, '')
    const id = stem.length >= 3 && stem !== word ? ids.get(stem) : undefined
    if (id !== undefined && !found.has(id)) found.set(id, INFLECTED)
  }

  const typos = (word: string, found: Map<number, number>, effort: Effort): void => {
    if (word.length < SHORTEST_CORRECTED || word.length > LONGEST_CORRECTED || effort.typos === 0) return
    effort.typos -= 1
    for (const swapped of swaps(word)) {
      const id = ids.get(swapped)
      if (id !== undefined) found.set(id, MISTYPED)
    }
    for (const [other, [id]] of tree.fuzzyGet(word, 1)) {
      if (other.length >= 4 && firstLetterFits(word, other) && !/\d/.test(other)) found.set(id, MISTYPED)
    }
    if (found.size > 0 || word.length < LONG_WORD || effort.farTypos === 0) return
    effort.farTypos -= 1
    for (const [other, [id]] of tree.fuzzyGet(word, 2)) {
      if (other.length >= LONG_WORD - 1 && editDistance(word, other) <= 2) found.set(id, MISTYPED_TWICE)
    }
  }

  return {
    add: (word) => {
      const known = ids.get(word)
      if (known !== undefined) return known
      const id = ids.size
      ids.set(word, id)
      tree.set(word, id)
      for (const length of word.length > 3 ? [3, 4] : [3]) {
        const beginning = word.slice(0, length)
        const same = beginnings.get(beginning)
        if (same === undefined) beginnings.set(beginning, [word])
        else same.push(word)
      }
      return id
    },
    idOf: (word) => ids.get(word),
    similar: (word, effort) => {
      const found = new Map<number, number>()
      const exact = ids.get(word)
      if (exact !== undefined) found.set(exact, 1)
      if (isPair(word) || /\d/.test(word) || isFiller(word) || isQuestionWord(word)) return found
      inflections(word, found, effort)
      if (found.size === 0 && !REAL_WORDS.has(word)) typos(word, found, effort)
      return found
    },
  }
}

/** Whether two words look like forms of one: a long common beginning and short endings. */
const areInflections = (one: string, other: string): boolean => {
  let common = 0
  while (common < one.length && common < other.length && one[common] === other[common]) common += 1
  const endings = [one.length - common, other.length - common] as const
  const shorter = Math.min(...endings)
  const longer = Math.max(...endings)
  // Slavic and Greek words change more than their last letters.
  if (!isLatin(one)) return common >= 5 || (common >= 3 && longer <= 3)
  if (common === 3)
    return shorter === 0 && SHORT_SUFFIX.test((one.length > other.length ? one : other).slice(3))
  if (common < 4 || common < Math.max(one.length, other.length) * 0.5) return false
  return shorter === 0 ? longer <= 4 : longer <= 3 && (common >= 5 || shorter === 1)
}

const SUFFIX = /(?:ments?|ings?|ers?|ed|es|s)$/
const SHORT_SUFFIX = /^(?:ments?|ings?|ers?|ed|es|s)$/

const isLatin = (word: string): boolean => /^\p{Script=Latin}/u.test(word)

const firstLetterFits = (word: string, other: string): boolean =>
  word[0] === other[0] || Math.min(word.length, other.length) >= FIRST_LETTER_FREE

const swaps = (word: string): string[] =>
  Array.from(
    { length: word.length - 1 },
    (_, index) => `${word.slice(0, index)}${word[index + 1]}${word[index]}${word.slice(index + 2)}`,
  )
