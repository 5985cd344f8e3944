import { SURE } from './heard.ts'
import type { Matcher } from './match/matcher.ts'
import { isQuestionWord } from './match/small-words.ts'
import { isAroundAnswer, namesNumber } from './number-words.ts'
import { allOf } from '../script/localised.ts'
import { matchKey } from '../script/match-key.ts'
import type { Question, Script } from '../script/types.ts'

/**
 * Whether a text that does not fit the question asks for another reply: `certain` by its phrase or in a question, `similar` by a phrase
 * that is clearly similar. Words that are only similar begin no other form, which would end this one. Null for a wrong answer.
 */
export const somethingElse = (
  script: Script,
  question: Question,
  text: string,
  matcher: Matcher,
): 'certain' | 'similar' | null => {
  const match = matcher.match(text)
  if (match === null) return null
  if (match.confidence === 1) return 'certain'
  if (script.replies.get(match.reply)?.form !== null) return null
  if (isQuestion(text)) return 'certain'
  if (match.confidence < SURE || seemsToAnswer(question, text)) return null
  return matcher.match(withoutWordsOf(question, text))?.reply === match.reply ? 'similar' : null
}

export const isQuestion = (text: string): boolean => /[?？؟]\s*$/.test(text)

/** Whether the first word asks, as many questions without their mark begin: "are you open on friday". */
export const beginsLikeQuestion = (text: string): boolean => {
  const [first = ''] = matchKey(text).split(' ')
  return isQuestionWord(first) || ASKING.has(first)
}

const ASKING = new Set(
  [
    'are is do does can could will would have has r habt haben hast seid sind ist kann kannst konnt konnen gibt',
    'etes est avez ouvrez y estan esta tienen abren abre hay puedo aprite siete avete tem abrem estao zijn zijt hebben is kunnen czy macie jestescie',
  ].flatMap((row) => row.split(' ')),
)

/** "1 or 2 persons" is similar to "a person", and "2 mugs" to "do you have mugs". */
const seemsToAnswer = ({ kind, options }: Question, text: string): boolean => {
  if (kind === 'number') return namesNumber(text)
  const key = ` ${matchKey(text)} `
  return options.some((option) =>
    namesOf(option)
      .map(matchKey)
      .some((name) => !isAroundAnswer(name) && key.includes(namedIn(name))),
  )
}

/** "mug" names "mugs", too; size "S" does not name "somebody". */
const namedIn = (name: string): string => (name.length < SHORTEST_BEGINNING ? ` ${name} ` : ` ${name}`)

const SHORTEST_BEGINNING = 3

/** "A few hours" without the words of "For how many hours?", which alone make it similar to "opening hours". */
const withoutWordsOf = ({ text: asked, options }: Question, text: string): string => {
  const asking = allOf(asked).map((parts) => parts.filter((part) => typeof part === 'string').join(' '))
  const known = [...asking, ...options.flatMap(namesOf)].flatMap((one) => matchKey(one).split(' '))
  return matchKey(text)
    .split(' ')
    .filter((word) => !known.some((one) => one !== '' && ` ${word} `.includes(namedIn(one))))
    .join(' ')
}

const namesOf = ({ title, value }: Question['options'][number]): string[] => [...allOf(title), value]
