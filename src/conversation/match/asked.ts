import { LOOKED_AT, matchKey, wordsOf } from '../../script/match-key.ts'
import { isQuestionWord } from './small-words.ts'

/**
 * The part of a message that is compared with phrases, without e-mail and web addresses, whose words mean nothing ("max@open.example"),
 * and without the thing that a visitor gives thanks for: "Thanks for your help!" asks for no help. Visitors who leave out the comma go on to
 * ask: "thanks for the info can i book a table".
 */
export const askedIn = (text: string): string => {
  const head = text.slice(0, LOOKED_AT)
  const said = MAY_HAVE_ADDRESS.test(head) ? withoutAddresses(head) : head
  return said.replace(THANKED, (whole, thanks: string, thing: string) => {
    const words = wordsOf(matchKey(thing))
    const goesOn =
      words.length > MOST_WORDS || words.some((word) => isQuestionWord(word) || GOES_ON.has(word))
    return goesOn ? whole : thanks
  })
}

const withoutAddresses = (text: string): string =>
  text.replace(/\S+/g, (word) => (ADDRESS.test(word) ? '' : word))

const MAY_HAVE_ADDRESS = /@|:\/\/|www\./i
/** "Open@9?" is none. */
const ADDRESS = /[^@]@[^@]*\.\p{L}|:\/\/|^www\./iu

const THANKS = [
  'thanks|thank (?:you|u)|thankyou|thx|danke|dankeschön|dank|gracias|merci|grazie|obrigad[oa]|bedankt|dziękuj[eę]|dzi[eę]ki',
  'teşekkürler|спасибо|дякую|terima kasih|makasih|شكرا',
].join('|')
const MUCH =
  'so much|very much|a lot|again|schön|sehr|nochmal|vielmals|beaucoup|bcp|mucho|mille|muito|bardzo|большое|banyak|جزيلا|لكم|ya'

/** A thing that is thanked for is named in few words. */
const MOST_WORDS = 5

/** Words behind a thing that is thanked for, with which another clause begins. */
const GOES_ON: ReadonlySet<string> = new Set(
  `
  but it i im id ill not never please has can could do does did is are was were will would want need have
  aber nicht keine ich kann konnen konnte mochte brauche habe habt ist sind war hatte gibt
  pero no nunca quiero quisiera queria necesito puedo pueden tienen tengo hay es esta
  mais pas jamais je j peut peux pouvez voudrais veux avez est etait
  vorrei voglio posso potete avete ho
  mas nao quero queria preciso gostaria posso podem tem voces
  maar ik kan kunt wil heb hebben
  ale nie chce chcialbym chcialabym potrzebuje moge mozna czy mam macie
  но не я хочу можно могу нужно есть але хочу можна треба
  tapi saya mau ingin bisa ada berapa apakah kapan
  لكن ولكن اريد هل كم متى اين ممكن عندي عندكم
  `
    .trim()
    .split(/\s+/),
)

/** "Thanks for the info, and do you open on Monday?" goes on to ask, and so does "thanks for telling me when you open". */
const THANKED = new RegExp(
  `(?<![\\p{L}\\p{M}])((?:${THANKS})(?: (?:${MUCH}))?) (?:for|für|fuer|por|pour|per|pelo|pela|pelas|pelos|za|voor|за|atas|على) ([^,.!?;:\\n]*)(?=[,.!;:\\n]|$)`,
  'giu',
)
