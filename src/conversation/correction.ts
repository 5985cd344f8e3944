import { matchKey } from '../script/match-key.ts'
import { isAroundAnswer } from './number-words.ts'
import { clean } from './questions/given.ts'
import { isNo, NO_FIRST } from './refusals.ts'

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
 * The new answer in a text without "I mean": "actually Sunday", "no, 5", "*large", "the red one, sorry". Null for any other text, also for
 * one that says more: "wait 5 minutes". Only for a text that does not fit the present question, because it may be the answer to that one:
 * "sorry, no" refuses it.
 */
export const bareCorrectionIn = (text: string): string | null => {
  // Cut, because BEHIND takes seconds for thousands of spaces or dashes.
  const heard = clean(text)
  const said = heard.replace(BARE, '').replace(BEHIND, '').trim()
  const words = matchKey(said).split(' ')
  const named = words.filter((word) => /\p{L}/u.test(word) && !isAround(word))
  const isAlone = named.length === (/\d/.test(said) ? 0 : 1)
  return said !== heard && isAlone && !named.some(isNo) ? said : null
}

const isAround = (word: string): boolean => word === 'one' || SMALL.has(word) || isAroundAnswer(word)

const APOLOGIES =
  'oops|ups|sorry|pardon|perdón|entschuldigung|désolée?|scusa|scusi|desculpa|desculpe|przepraszam|извините|простите'

/** "No. 5" is a number. A star marks a correction in chats of all languages. */
const BARE = new RegExp(
  `^\\s*(?!no\\.\\s*\\d)(?:\\*+\\s*|${NO_FIRST}\\s*|(?:actually|no wait|wait|no sorry|halt|doch|ой|${APOLOGIES})[\\s,.!:;–—-]+)+`,
  'iu',
)

/** "Large, sorry", "large*" */
const BEHIND = new RegExp(`(?:\\s*\\*+|[\\s,.!:;–—-]+(?:instead|stattdessen|${APOLOGIES}))[\\s.!]*$`, 'iu')

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
