import { createPhraseTable } from './phrase-table.ts'
import { costOf, meaningful } from './phrase-words.ts'
import type { Effort, Meant } from './vocabulary.ts'

export interface Similar {
  reply: string
  /** From 0 to 1. */
  confidence: number
}

/** Finds the phrase that is most similar to a message. */
export interface PhraseIndex {
  /**
   * The similar replies, each once, the most similar first; equally similar ones in the order of their phrases.
   *
   * @param key - a message after `matchKey`
   */
  search: (key: string) => Similar[]
}

/** More words of a message than this are not weighed. */
const MOST_WORDS = 30
/** Keeps a message of nonsense words under a millisecond (ADR 0031). */
const EFFORT: Effort = { inflections: 24, typos: 8, farTypos: 2 }
/** In longer messages, a word with two wrong letters decides nothing and costs most to look up. */
const SHORT_MESSAGE = 12
/** The least confidence that is returned; the caller may need more. */
const UNLIKE = 0.4
/** A word in more phrases than this adds no phrases when a rarer word has added some. */
const COMMON = 200
/** Weight of words that no phrase has, against words that one has. */
const TOLERANCE = 2
/** A word known from another phrase of the same reply is on the subject, and counts against the phrase only by this factor. */
const ON_SUBJECT = 0.3

/** Searches the phrases of all replies; equally good ones are decided by their order. */
export const createPhraseIndex = (
  replies: readonly { name: string; phrases: readonly string[] }[],
): PhraseIndex => {
  const { vocabulary, phrases, weights, subjects, postings } = createPhraseTable(replies)

  // Kept between messages, so that a message makes no garbage. The first three are all zero between two messages.
  const likeness = new Float64Array(weights.length)
  const gathered = new Float64Array(phrases.length)
  const confidence = new Float64Array(replies.length)
  const bestPhrase = new Int32Array(replies.length)
  const used = new Float64Array(phrases.length)
  const usedAt = new Float64Array(phrases.length)
  const onSubject = new Float64Array(replies.length)
  const onSubjectAt = new Float64Array(replies.length)
  /** Counts the words of all messages, so that the last four arrays need not be cleared between messages. */
  let clock = 0

  /** The phrases that share words with the message; how much they share is left in `gathered`. */
  const gather = (meant: readonly (readonly Meant[])[]): number[] => {
    const ofMessage: number[] = []
    for (const ofWord of meant) {
      for (const one of ofWord) {
        const before = likeness[one.id] ?? 0
        if (before === 0) ofMessage.push(one.id)
        if (one.likeness > before) likeness[one.id] = one.likeness
      }
    }
    const touched: number[] = []
    // The rarest words first: once they have brought some phrases, "do you have" need not bring thousands more.
    for (const id of ofMessage.sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0))) {
      const where = postings[id] ?? []
      const enough = touched.length > 0 && where.length > COMMON
      const worth = (weights[id] ?? 0) * (likeness[id] ?? 0)
      likeness[id] = 0
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
   * Leaves in `used` the cost of the message's words that each gathered phrase has, and in `onSubject` the cost of words that its reply
   * knows from any phrase.
   *
   * @returns the cost of all words
   */
  const account = (said: readonly string[], meant: readonly (readonly Meant[])[]): number => {
    const began = clock
    let all = 0
    for (let position = 0; position < meant.length; position += 1) {
      const ofWord = meant[position] ?? []
      const cost = costOf(said[position] ?? '', ofWord[0], weights)
      all += cost
      clock += 1
      for (const { id } of ofWord) {
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
    return all
  }

  /** The similar replies, in any order; confidence and phrase are left in `confidence` and `bestPhrase`. */
  const judge = (touched: readonly number[], allCosts: number): number[] => {
    const near: number[] = []
    for (const index of touched) {
      const phrase = phrases[index]
      const has = gathered[index] ?? 0
      gathered[index] = 0
      if (phrase === undefined) continue
      const { reply, weight } = phrase
      const share = Math.min(1, has / weight)
      // Words that the phrase lacks count against it, less where another phrase of its reply has them.
      const known = (1 - ON_SUBJECT) * (onSubject[reply] ?? 0) + ON_SUBJECT * (used[index] ?? 0)
      const astray = Math.max(0, allCosts - known)
      const sure = Math.sqrt(share * (1 - astray / (astray + TOLERANCE * has)))
      if (sure <= UNLIKE) continue
      const before = confidence[reply] ?? 0
      if (before === 0) near.push(reply)
      // At equal confidence the first phrase wins.
      else if (before > sure || (before === sure && (bestPhrase[reply] ?? 0) < index)) continue
      confidence[reply] = sure
      bestPhrase[reply] = index
    }
    return near
  }

  return {
    search: (key) => {
      const said = meaningful(key, MOST_WORDS)
      const effort = { ...EFFORT, ...(said.length > SHORT_MESSAGE && { farTypos: 0 }) }
      const meant = said.map((word) => vocabulary.similar(word, effort))
      const touched = gather(meant)
      const near = judge(touched, account(said, meant))
      near.sort(
        (a, b) => (confidence[b] ?? 0) - (confidence[a] ?? 0) || (bestPhrase[a] ?? 0) - (bestPhrase[b] ?? 0),
      )
      return near.map((reply) => {
        const found = { reply: replies[reply]?.name ?? '', confidence: confidence[reply] ?? 0 }
        confidence[reply] = 0
        return found
      })
    },
  }
}
