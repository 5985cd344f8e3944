import { matchKey } from '../script/match-key.ts'
import type { Script } from '../script/types.ts'
import { SURE } from './heard.ts'
import type { Matcher } from './match/matcher.ts'
import { withoutPoliteness } from './questions.ts'
import { beginsLikeQuestion, isQuestion } from './something-else.ts'

/**
 * The words of a text with which a visitor asks for a person where any text is an answer, as at "Your name?"; null for any other text. They
 * equal a phrase of the reply that hands over, with or without politeness and an article, or ask in a question for what clearly resembles
 * one.
 */
export const wishForPersonIn = (script: Script, text: string, matcher: Matcher): string | null => {
  const isName = isWrittenLikeName(text)
  const asks = isQuestion(text) || (!isName && beginsLikeQuestion(text) && matchKey(text).includes(' '))
  const polite = withoutPoliteness(text)
  const isPlain = polite === matchKey(text) && !isQuestion(text)
  const said = [text, polite, ...(isPlain && isName ? [] : [polite.replace(ARTICLE, '')])]
  const found = said.find((one) => {
    const match = matcher.match(one)
    if (match === null || script.replies.get(match.reply)?.handover !== true) return false
    if (match.how === 'similar') return asks && match.confidence >= SURE
    return match.how !== 'pattern'
  })
  return found ?? null
}

/** "A human", "einen Menschen" */
const ARTICLE = /^(?:an?|the|eine?n?|une?|una|uma?|een|en|ett) /

/** "The Human", "Will A. Human", "Una Agent": each word begins with a capital letter. All capitals are no name's alone. */
const isWrittenLikeName = (text: string): boolean => {
  const words = text.match(/[\p{L}\p{M}'’.-]+/gu) ?? []
  return words.length > 1 && words.every((word) => /^\p{Lu}/u.test(word)) && /\p{Ll}/u.test(text)
}
