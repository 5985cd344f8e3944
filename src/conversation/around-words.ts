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

/** A key of a writing without spaces without the particles and the politeness that are joined to its thing: "S席でお願いします", "กุหลาบค่ะ". */
export const withoutParticles = (key: string): string => key.replace(BEGINNING, '').replace(END, '')

const BEGINNING = /^(?:我?(?:想要|要|选|選|来|來)(?=\p{Script=Han})|请给我|ขอ|เอา|เลือก|อยากได้)/u
const END =
  /(?:[をでにが]?(?:お願いします|おねがいします|ください|下さい|します|いいです|希望です)|を希望します|です|で|吧|谢谢|謝謝|ค่ะ|คะ|ครับ|นะคะ|นะครับ|(?:으로|로)?(?: ?(?:주세요|할게요|부탁드립니다|부탁드려요|부탁해요))|(?:이)?요|으로요)$/u
