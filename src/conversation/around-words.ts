import { matchKey } from '../script/match-key.ts'
import { isAroundAnswer } from './number-words.ts'

/** Whether a word, after `matchKey`, has no meaning beside a choice or a day. */
export const isAroundChoice = (word: string): boolean =>
  word === 'one' || isAroundAnswer(word) || AROUND.has(word)

/**
 * Articles, "for me", "I want" and politeness of other languages, after `matchKey`. No verb that asks, and none that the word "no" denies,
 * because "No" may be a choice: "¿hay grande?", "no lo sé", "no puedo".
 */
const AROUND = new Set(
  [
    'der das den dem ein einen einem einer fur mich mir im mit zum zur mochte',
    'le la les un une de en au aux avec je pour moi voudrais aimerais prends svp stp merci',
    'el los las una uno para mi con quiero quisiera por porfa favor gracias',
    'il lo gli i per vorrei prendo grazie o os as a um uma quero obrigado obrigada',
    'het een ik voor mij graag aub alstublieft bedankt poprosze prosze dziekuje lutfen',
    'мне хочу пожалуиста плиз спасибо',
    'tack va rog multumesc tolong tafadhali naomba asante',
    'لو سمحت شكرا कृपया प्लीज चाहिए धन्यवाद',
  ].flatMap((row) => row.split(' ').map(matchKey)),
)
