import { matchKey } from '../script/match-key.ts'
import { isAroundAnswer } from './number-words.ts'

/**
 * The new answer in a text that corrects an earlier answer: "No, I mean Thursday", "Entschuldigung, ich meinte 5". Null for any
 * other text, also for one that says more: "I mean, we have 2 dogs" is an answer of its own.
 */
export const correctionIn = (text: string): string | null => {
  const key = matchKey(text)
  const said = key.replace(CORRECTION, '')
  const words = said.split(' ').filter((word) => /\p{L}/u.test(word) && !SMALL.has(word))
  return said !== key && words.length <= MOST_WORDS ? said : null
}

/**
 * The new answer in a text without "I mean": "actually Sunday", "no, 5", "sorry, the red one". Null for any other text, also for one
 * that says more: "wait 5 minutes". Only for a text that does not fit the present question, because it may be the answer to that one:
 * "sorry, no" refuses it.
 */
export const bareCorrectionIn = (text: string): string | null => {
  const said = text.replace(BARE, '').trim()
  const words = matchKey(said).split(' ')
  const named = words.filter((word) => /\p{L}/u.test(word) && !isAround(word))
  const isAlone = named.length === (/\d/.test(said) ? 0 : 1)
  return BARE.test(text) && isAlone && !named.some((word) => REFUSALS.has(word)) ? said : null
}

const REFUSALS = new Set('no nope nein nee nie non nao ne'.split(' '))

const isAround = (word: string): boolean => word === 'one' || SMALL.has(word) || isAroundAnswer(word)

/** "No. 5" is a number. */
const BARE =
  /^\s*(?!no\.\s*\d)(?:(?:(?:no|nope|nein|nee|nie|non)\s*[,.!:;–—-]+|oops|ups|sorry|actually|no wait|wait|no sorry|entschuldigung|halt|doch|pardon|perdón|scusa|scusi|desculpa|desculpe)[\s,.!:;–—-]+)+/iu

/** "The 25th of December", "5 people please" */
const MOST_WORDS = 2
const SMALL = new Set('the of on at am an um der den le de el la op om il di w o na'.split(' '))

const CORRECTION = new RegExp(
  `^(?:(?:${[
    'no|oh|oops|ups|wait|sorry|actually|nein|ach|halt|entschuldigung|non|pardon|desole|perdon|scusa|scusi|nao|desculpe|desculpa|nee|nie|przepraszam',
  ].join('|')}) )*(?:${[
    'i (?:mean|meant)|i was meaning',
    'ich (?:meine|meinte)',
    'je (?:veux|voulais) dire',
    '(?:quiero|quise|queria) decir|me referia a',
    'intendo|intendevo|(?:voglio|volevo) dire',
    '(?:quero|queria|quis) dizer',
    'ik (?:bedoel|bedoelde)',
    '(?:chodzi|chodzilo) mi o|(?:mam|mialem|mialam) na mysli',
  ].join('|')}) `,
)
