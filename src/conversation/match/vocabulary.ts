import SearchableMap from 'minisearch/SearchableMap'
import { editDistance } from '../../base/edit-distance.ts'
import { REAL_WORDS } from './english.ts'
import { isPair } from '../../script/match-key.ts'
import { isFiller, isQuestionWord } from './small-words.ts'

/** The words of all phrases, also found when mistyped or inflected. */
export interface Vocabulary {
  /** Phrase words that `word` may stand for, each once; the word itself first. */
  similar: (word: string, effort: Effort) => readonly Meant[]
}

/** A phrase word that a visitor's word may stand for. */
export interface Meant {
  /** Its number. */
  id: number
  /** From 0 to 1; the word itself has 1. */
  likeness: number
}

/** Slow lookups that a message has left; each lookup counts them down. */
export interface Effort {
  inflections: number
  typos: number
  farTypos: number
}

const INFLECTED = 0.9
const MISTYPED = 0.85
const MISTYPED_TWICE = 0.75
/** In a word of four letters, another letter makes many other words: "paix" and "prix", "mens" and "menu". "Helo" and "roms" lack one. */
const MISTYPED_SHORT = 0.7
const SHORT_WORD = 4

/** A word this short is not corrected: too many others are near. */
const SHORTEST_CORRECTED = 3
/** A longer one is no word. */
const LONGEST_CORRECTED = 40
/** From this length on the first letter may be the wrong one. */
const FIRST_LETTER_FREE = 6
/** From this length on two letters may be wrong. */
const LONG_WORD = 8

/** @param ids - the words, each with its number; earlier entries are found first */
export const createVocabulary = (ids: ReadonlyMap<string, number>): Vocabulary => {
  // A radix tree: typos are found without looking at every word.
  const tree = new SearchableMap<number>()
  /** Words by their first three letters, and by their first four. */
  const beginnings = new Map<string, string[]>()
  const letters = createLetters(ids.keys())
  /** Results for known words, made at the first lookup: the word alone, and with its inflections. */
  const alone: (readonly Meant[])[] = []
  const inflected: (readonly Meant[])[] = []

  for (const [word, id] of ids) {
    tree.set(word, id)
    alone[id] = [{ id, likeness: 1 }]
    for (const length of word.length > 3 ? [3, 4] : [3]) {
      const beginning = word.slice(0, length)
      const same = beginnings.get(beginning)
      if (same === undefined) beginnings.set(beginning, [word])
      else same.push(word)
    }
  }

  const inflections = (word: string, isKnown: boolean): Meant[] => {
    const found: Meant[] = []
    for (const other of beginnings.get(word.slice(0, isLatin(word) ? 4 : 3)) ?? []) {
      const id = ids.get(other)
      if (id !== undefined && other !== word && areInflections(word, other)) add(found, id, INFLECTED)
    }
    // `payment` is found from `pay` above; `pay` from `payment` here.
    const stem = word.replace(SUFFIX, '')
    const id = stem.length >= 3 && stem !== word ? ids.get(stem) : undefined
    if (id !== undefined) add(found, id, INFLECTED)
    for (const [other, likeness] of withoutAndWithArticle(word, isKnown)) {
      const prefixed = ids.get(other)
      if (prefixed !== undefined) add(found, prefixed, likeness)
    }
    return found
  }

  const typos = (word: string, effort: Effort): readonly Meant[] => {
    if (word.length < SHORTEST_CORRECTED || word.length > LONGEST_CORRECTED || effort.typos === 0) return NONE
    effort.typos -= 1
    const found: Meant[] = []
    if (letters.mayBeNear(word, 1)) {
      for (const swapped of swaps(word)) {
        const id = ids.get(swapped)
        if (id !== undefined) add(found, id, MISTYPED)
      }
      for (const [other, [id]] of tree.fuzzyGet(word, 1)) {
        if (other.length >= 4 && firstLetterFits(word, other) && !/\d/.test(other))
          add(found, id, isOtherShortWord(word, other) ? MISTYPED_SHORT : MISTYPED)
      }
    }
    if (found.length > 0 || word.length < LONG_WORD || effort.farTypos === 0) return found
    effort.farTypos -= 1
    if (!letters.mayBeNear(word, 2)) return NONE
    for (const [other, [id]] of tree.fuzzyGet(word, 2)) {
      if (other.length >= LONG_WORD - 1 && editDistance(word, other) <= 2) add(found, id, MISTYPED_TWICE)
    }
    return found
  }

  return {
    similar: (word, effort) => {
      const exact = ids.get(word)
      const itself = exact === undefined ? NONE : (alone[exact] ?? NONE)
      if (isFiller(word) || isQuestionWord(word) || /\d/.test(word) || isPair(word)) return itself
      const isLookedUp = word.length >= 3 && effort.inflections > 0
      if (isLookedUp) effort.inflections -= 1
      if (exact !== undefined)
        return isLookedUp ? (inflected[exact] ??= [...itself, ...inflections(word, true)]) : itself
      const found = isLookedUp ? inflections(word, false) : NONE
      return found.length === 0 && !REAL_WORDS.has(word) ? typos(word, effort) : found
    },
  }
}

const NONE: readonly Meant[] = Object.freeze([])

const isOtherShortWord = (word: string, other: string): boolean =>
  word.length <= SHORT_WORD && word.length === other.length

const add = (found: Meant[], id: number, likeness: number): void => {
  if (!found.some((before) => before.id === id)) found.push({ id, likeness })
}

/** The letters of words, by word length. */
const createLetters = (words: Iterable<string>) => {
  const byLength: number[][] = []
  for (const word of words) (byLength[word.length] ??= []).push(lettersOf(word))
  return {
    /** False when no word is within so few wrong letters, so that the search can be skipped. */
    mayBeNear: (word: string, wrong: number): boolean => {
      const letters = lettersOf(word)
      for (let length = word.length - wrong; length <= word.length + wrong; length += 1) {
        for (const other of byLength[length] ?? []) {
          if (countBits(letters & ~other) <= wrong && countBits(other & ~letters) <= wrong) return true
        }
      }
      return false
    },
  }
}

/** One bit for each letter; some letters share a bit. */
const lettersOf = (word: string): number => {
  let letters = 0
  for (let at = 0; at < word.length; at += 1) letters |= 1 << (word.charCodeAt(at) & 31)
  return letters
}

const countBits = (bits: number): number => {
  let count = 0
  for (let left = bits; left !== 0; left &= left - 1) count += 1
  return count
}

/** Whether two words look like forms of one word: a long common beginning and short endings. */
const areInflections = (word: string, another: string): boolean => {
  // The article is no letter that two words have in common: "السعر" (the price) is no form of "الساعة" (the hour).
  const [one, other] =
    word < FIRST_WITH_ARTICLE ? [word, another] : [withoutArticle(word), withoutArticle(another)]
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

/**
 * A Hebrew or Arabic word with and without its joined prefix: the article, "and", "in", "to". A single letter may be part of the word
 * (מספר is "number", ספר is "book"), so it is dropped from unknown words only, with less likeness.
 */
const withoutAndWithArticle = (
  word: string,
  isKnown: boolean,
): readonly (readonly [string, likeness: number])[] => {
  if (word < FIRST_WITH_ARTICLE) return []
  const article = ARTICLES.find(([letters]) => letters.test(word))?.[1]
  if (article === undefined) return []
  const added = [`${article}${word}`, INFLECTED] as const
  const bare = withoutArticle(word)
  if (bare !== word) return [[bare, INFLECTED], [`${article}${bare}`, INFLECTED], added]
  const rest = isKnown ? word : word.replace(LETTER, '')
  return rest === word ? [added] : [[rest, MISTYPED_TWICE], [`${article}${rest}`, MISTYPED_TWICE], added]
}

const withoutArticle = (word: string): string => word.replace(PREFIX, '')

/** Greek, Latin and Cyrillic words sort before: most words need no check. */
const FIRST_WITH_ARTICLE = '\u0590'
const ARTICLES = [
  [/^\p{Script=Hebrew}/u, 'ה'],
  [/^\p{Script=Arabic}/u, 'ال'],
] as const
const PREFIX = /^(?:[וב]?ה|[وبفك]?ال|لل)(?=\p{L}{3})/u
const LETTER = /^(?:[בלמשוכ]|[وبل])(?=\p{L}{3})/u

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
