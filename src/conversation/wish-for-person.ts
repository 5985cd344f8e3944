import { matchKey } from '../script/match-key.ts'
import type { Script } from '../script/types.ts'
import { SURE } from './heard.ts'
import type { Matcher } from './match/matcher.ts'
import { isWrittenLikeName } from './name-questions.ts'
import { withoutPoliteness } from './questions.ts'
import { beginsLikeQuestion, isQuestion } from './something-else.ts'

/**
 * The words of a text with which a visitor asks for a person where any text is an answer, as at "Your name?"; null for any other text. They
 * equal a phrase of the reply that hands over, with or without politeness and an article, or ask for what clearly resembles one, in a
 * question or as a wish.
 */
export const wishForPersonIn = (script: Script, text: string, matcher: Matcher): string | null => {
  const isName = isWrittenLikeName(text)
  const key = matchKey(text)
  const isLikeWish =
    isQuestion(text) || (key.includes(' ') && (beginsLikeQuestion(text) || WANTS_TO.test(key)))
  const asks = isLikeWish && !isName && !asksAboutPerson(text)
  const polite = withoutPoliteness(text)
  const isPlain = polite === key && !isQuestion(text)
  const said = [
    text,
    polite,
    ...(isPlain && isName ? [] : [polite.replace(WANTS_THING, '').replace(ARTICLE, '')]),
  ]
  const found = said.find((one) => {
    const match = matcher.match(one)
    if (match === null || script.replies.get(match.reply)?.handover !== true) return false
    if (match.how === 'similar') return asks && match.confidence >= SURE
    return match.how !== 'pattern'
  })
  return found ?? null
}

/** Whether a question asks about a person instead of for one: "Was the agent here?", "Do I have to speak to a person?" */
export const asksAboutPerson = (text: string): boolean => ABOUT.test(matchKey(text))

/** "A human", "einen Menschen" */
const ARTICLE = /^(?:an?|the|eine?n?|une?|una|uma?|een|en|ett) /

/** "I want to speak to a person", "ich möchte mit einem Menschen sprechen". "Quiero una pizza para otra persona" wants a thing. */
const WANTS_TO =
  /^(?:i (?:want|need|would like|d like) to |id like to |i wanna |(?:ich (?:will|mochte)|quiero|quisiera|necesito|je (?:veux|voudrais)|vorrei|voglio|quero|preciso|ik wil|chce|хочу) (?!(?:eine?[nr]?|une?|una|uma?|een|otr[ao]) ))/

/** "I need an agent". With more words it is another wish: "I need a person with a van". */
const WANTS_THING = /^(?:i (?:want|need|would like|d like)|id like|ich brauche|necesito|preciso) (?!to )/

const ABOUT =
  /^(?:was|were|did|had|has|must|should|why|do (?:i|we) (?:have|need)|war|waren|hatte|hat|muss|mussen|sollte|warum|wieso|dois je|faut il|pourquoi|estaba|estuvo|tengo que|debo|por que|era|devo|perche|moet|waarom) /
