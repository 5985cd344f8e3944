/** Words for "no", as part of a regular expression with the flags `iu`. */
const NO =
  'no+|nope|nah|nein|nee|nö|non|não|nao|ne|nie|nu|nej|ei|нет|ні|hayır|hayir|नहीं|לא|لا|いいえ|不是?|아니요?|không|tidak|όχι'

/** Signs of several writings that part "no" from the rest of a sentence, as part of a set of characters. */
const SIGNS = ',.!;:…،、，。–—-'

/**
 * "No" at the beginning of a sentence, as part of such an expression. Some of its words are other words, too, so a sign must follow; and
 * "non-smoking" is one word.
 */
export const NO_FIRST = `(?!non\\s*-|\\p{L}+-\\p{L})(?:${NO})\\s*[${SIGNS}]+`

/** Whether a text, without words of politeness, says no and nothing else. */
export const isRefusal = (text: string): boolean => refusalKindOf(text) !== null

/** Whether a text says no and nothing else, with or without words of politeness; null for any other text. */
export const refusalKindOf = (text: string): 'bare' | 'polite' | null => {
  const found = REFUSAL.exec(text.trim())
  return found === null ? null : found[1] === undefined ? 'bare' : 'polite'
}

const POLITE = [
  'thanks|thank you|thx|danke|merci|gracias|grazie|obrigad[oa]|bedankt|dank (?:je|u)|dzi[eę]kuj[eę]|dzi[eę]ki|tack',
  // In Danish "tak" is thanks; the Polish "no tak" means "well, yes".
  'tak(?<=^nej[^\\p{L}]*tak)',
  'спасибо|дякую|teşekkürler|teşekkür ederim|tesekkurler|धन्यवाद|शुक्रिया|makasih|شكرا|תודה|ありがとう|谢谢|cảm ơn|terima kasih|ευχαριστώ',
].join('|')
const REFUSAL = new RegExp(`^(?:${NO})(?:[\\s${SIGNS}]*(${POLITE}))?[\\s.!…]*$`, 'iu')

/** Whether a word says no. */
export const isNo = (word: string): boolean => NO_ALONE.test(word)

const NO_ALONE = new RegExp(`^(?:${NO}|khong|οχι)$`, 'iu')
