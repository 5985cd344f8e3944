import { allOf } from '../script/localised.ts'
import { isPair, matchKey, wordsOf } from '../script/match-key.ts'
import type { Question } from '../script/types.ts'
import { SURE } from './heard.ts'
import type { Matcher } from './match/matcher.ts'
import { isFiller, isQuestionWord } from './match/small-words.ts'
import { beginsLikeQuestion, isQuestion } from './something-else.ts'

/**
 * Why a text is no answer to a question for a name: it is a `question` of the visitor, or `wordless`, as a thumb is. Null for a possible
 * name, and at any other question: a thumb answers "How was it?".
 */
export const noNameIn = (
  question: Question,
  text: string,
  matcher: () => Matcher,
): 'question' | 'wordless' | null => {
  if (question.kind !== 'text' || !asksForName(question)) return null
  if (!/[\p{L}\p{N}]/u.test(text)) return 'wordless'
  return !isWrittenLikeName(text) && asks(text, matcher) ? 'question' : null
}

/** "The Human", "Will A. Human", "Una Agent": each word begins with a capital letter, or has none. All capitals are no name's alone. */
export const isWrittenLikeName = (text: string): boolean => {
  const words = text.match(/[\p{L}\p{M}'’.-]+/gu) ?? []
  return words.length > 1 && words.every((word) => /^[\p{Lu}\p{Lo}]/u.test(word)) && /\p{Ll}/u.test(text)
}

const asksForName = ({ text, remember }: Question): boolean => {
  const asked = allOf(text).flatMap((parts) => parts.filter((part) => typeof part === 'string'))
  return [remember.replaceAll('_', ' '), ...asked].some((one) => NAME.test(one.normalize('NFC')))
}

/** "Ann?" and "Will?" are names of a visitor who wonders at the question; "why?" and "anyone there?" are none. */
const asks = (text: string, matcher: () => Matcher): boolean => {
  const words = wordsOf(matchKey(text))
  if (words.some(isPair))
    return isQuestion(text) && words.some((word) => isPair(word) && isQuestionWord(word))
  if (words.length === 1) return isQuestion(text) && words.every(isQuestionWord)
  if (isQuestion(text))
    return beginsLikeQuestion(text) || words.every((word) => isFiller(word) || isQuestionWord(word))
  return words.length > 2 && beginsLikeQuestion(text) && (matcher().match(text)?.confidence ?? 0) >= SURE
}

const NAMES = [
  'names?|(?:fore|sur|last|first|full|user)names?|(?:vor|nach|familien)namen?|hei(?:ß|ss)(?:en|t)|nombres?|apellidos?|llama[ns]?|prénom|nom',
  'appel(?:ez|les)|nome|cognome|sobrenome|chiam[ai]|(?:voor|achter)?naam|heet|navn|namn|nimi|imię|nazwisko|jméno|meno|ime|nume(?:le)?|neve?d?',
  "név|имя|имени|зовут|ім['’]я|звати|име|isim|isminiz|adın(?:ız)?|όνομα|الاسم|اسمك?|نام|שמך?|שם|नाम|nama|jina|tên",
].join('|')
const NAME = new RegExp(`(?<![\\p{L}\\p{M}])(?:${NAMES})(?![\\p{L}\\p{M}])|名前|名字|姓名|이름|성함|ชื่อ`, 'iu')
