import { matchKey } from '../script/match-key.ts'

/** Words for "no", as part of a regular expression with the flags `iu`. */
const NO =
  'no+|nope|nah|nein|nee|nö|non|não|nao|ne|nie|nu|nej|ei|нет|ні|hayır|hayir|नहीं|לא|لا|いいえ|不是?|아니요?|không|tidak|hapana|ไม่|όχι'

/** Signs of several writings that part "no" from the rest of a sentence, as part of a set of characters. */
const SIGNS = ',.!;:…،、，。–—-'

/**
 * "No" at the beginning of a sentence, as part of such an expression. Some of its words are other words, too, so a sign must follow; and
 * "non-smoking" is one word.
 */
export const NO_FIRST = `(?!non\\s*-|\\p{L}+-\\p{L})(?:${NO})\\s*[${SIGNS}]+`

/**
 * Whether a text, with or without words of politeness, says no and nothing else in a script of these languages. A word of {@link IN} says
 * something else in other languages; with thanks beside it, it can only be a no.
 */
export const isRefusal = (text: string, languages: readonly string[]): boolean => {
  const kind = refusalKindOf(text)
  if (kind !== 'bare') return kind !== null
  const saying = IN[matchKey(text)]
  return saying === undefined || languages.some((one) => saying.includes(one.slice(0, 2)))
}

/** By word, the languages in which it says no: "ne" is "what" in Turkish, "nu" is "now" in Dutch and Swedish, and "ei" is a German "oh". */
const IN: Readonly<Record<string, readonly string[]>> = {
  ne: ['bs', 'cs', 'de', 'hr', 'lt', 'mk', 'sk', 'sl', 'sr'],
  nu: ['ro'],
  ei: ['et', 'fi'],
}

/** Whether a text says no and nothing else, with or without words of politeness; null for any other text. */
export const refusalKindOf = (text: string): 'bare' | 'polite' | null => {
  const found = REFUSAL.exec(text.trim())
  return found === null ? null : found[1] === undefined ? 'bare' : 'polite'
}

const POLITE = [
  'thanks|thank you|thx|danke|merci|gracias|grazie|obrigad[oa]|bedankt|dank (?:je|u)|dzi[eę]kuj[eę]|dzi[eę]ki|tack',
  // In Danish "tak" is thanks; the Polish "no tak" means "well, yes".
  'tak(?<=^nej[^\\p{L}]*tak)',
  'спасибо|дякую|teşekkürler|teşekkür ederim|tesekkurler|धन्यवाद|शुक्रिया|makasih|asante|شكرا|תודה|ありがとう|谢谢|cảm ơn|terima kasih|ευχαριστώ',
].join('|')
const REFUSAL = new RegExp(`^(?:${NO})(?:[\\s${SIGNS}]*(${POLITE}))?[\\s.!…]*$`, 'iu')

/** Whether a word says no. */
export const isNo = (word: string): boolean => NO_ALONE.test(word)

const NO_ALONE = new RegExp(`^(?:${NO}|khong|οχι)$`, 'iu')
