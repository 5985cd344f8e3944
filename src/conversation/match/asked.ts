import { LOOKED_AT, matchKey, wordsOf } from '../../script/match-key.ts'
import { isQuestionWord } from './small-words.ts'

/**
 * The part of a message that is compared with phrases, without e-mail and web addresses, whose words mean nothing ("max@open.example"),
 * and without the thing that a visitor gives thanks for: "Thanks for your help!" asks for no help.
 */
export const askedIn = (text: string): string => {
  const head = text.slice(0, LOOKED_AT)
  const said = MAY_HAVE_ADDRESS.test(head) ? withoutAddresses(head) : head
  return said.replace(THANKED, (whole, thanks: string) =>
    wordsOf(matchKey(whole)).some(isQuestionWord) ? whole : thanks,
  )
}

const withoutAddresses = (text: string): string =>
  text.replace(/\S+/g, (word) => (ADDRESS.test(word) ? '' : word))

const MAY_HAVE_ADDRESS = /@|:\/\/|www\./i
const ADDRESS = /[^@]@[^@]|:\/\/|^www\./i

const THANKS = [
  'thanks|thank (?:you|u)|thankyou|thx|danke|dankeschön|dank|gracias|merci|grazie|obrigad[oa]|bedankt|dziękuj[eę]|dzi[eę]ki',
  'teşekkürler|спасибо|дякую|terima kasih|makasih|شكرا',
].join('|')
const MUCH =
  'so much|very much|a lot|again|schön|sehr|nochmal|vielmals|beaucoup|bcp|mucho|mille|muito|bardzo|большое|banyak|جزيلا|لكم|ya'

/** "Thanks for the info, and do you open on Monday?" goes on to ask, and so does "thanks for telling me when you open". */
const THANKED = new RegExp(
  `(?<![\\p{L}\\p{M}])((?:${THANKS})(?: (?:${MUCH}))?) (?:for|für|fuer|por|pour|per|pelo|pela|pelas|pelos|za|voor|за|atas|على) [^,.!?;:\\n]*(?=[,.!;:\\n]|$)`,
  'giu',
)
