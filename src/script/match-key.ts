import { latinDigits } from '../base/digits.ts'

/** Only this many characters of a message are matched: questions are shorter, and matching time stays bounded. */
export const LOOKED_AT = 500

/** The matched beginning of a message, without half characters or control characters. */
const beginning = (text: string): string => text.slice(0, LOOKED_AT).toWellFormed().replace(CONTROLS, ' ')

/**
 * The beginning of a message for patterns: lines stay apart, other control characters become spaces, digits become ASCII.
 *
 * @returns `isCut`: whether the message is longer
 */
export const beginningInLines = (message: string): { text: string; isCut: boolean } => {
  const whole = message.trim()
  const lines = whole.slice(0, LOOKED_AT).toWellFormed().replace(LINE_ENDS, '\n')
  return { text: latinDigits(lines.replace(CONTROLS_IN_LINES, ' ')), isCut: whole.length > LOOKED_AT }
}

/**
 * The form of a text for comparison: Unicode's compatible forms, lower case, ASCII digits, no accents, no punctuation, single spaces. A
 * text of punctuation or pictures alone stays unchanged.
 */
export const matchKey = (text: string): string => {
  if (text !== latest.text) latest = { text, key: keyOf(text) }
  return latest.key
}

/** Several parts of the program ask for the key of the same message in a row. */
let latest = { text: '', key: '' }

const keyOf = (text: string): string => {
  const head = text.slice(0, LOOKED_AT)
  if (PLAIN.test(head)) return head.toLowerCase().replace(NO_PLAIN_WORD, ' ').trim()
  const folded = fold(beginning(text))
  const plain = folded.replace(APOSTROPHE, joinOrSplit).replace(NO_WORD, ' ').trim()
  return /[\p{L}\p{N}]/u.test(plain) ? plain : folded.replace(UNSEEN, '')
}

/** The words of a {@link matchKey}; in writing without spaces, every two neighbouring characters. */
export const wordsOf = (key: string): string[] => {
  const spaced = key.split(' ').filter((word) => word !== '')
  return UNSPACED.test(key) ? spaced.flatMap(runsOf) : spaced
}

/** Whether a word is a pair of characters of a writing without spaces. */
export const isPair = (word: string): boolean => UNSPACED.test(word)

/** The number of its Hiragana characters: Japanese writes endings and particles in Hiragana, and nouns in others. */
export const countHiragana = (pair: string): number => pair.match(/\p{Script=Hiragana}/gu)?.length ?? 0

const fold = (text: string): string =>
  latinDigits(text.normalize('NFKC').slice(0, LOOKED_AT))
    .toLowerCase()
    .normalize('NFD')
    .replace(ACCENTS, '')
    .replace(LETTERS, (letter) => SAME_LETTER[letter] ?? letter)
    .normalize('NFC')

/** `what's` is one word, `l'adresse` is two. */
const joinOrSplit = (_whole: string, after: string): string => (after.length <= 2 ? after : ` ${after}`)

/** A word that contains writing without spaces: that part in pairs, the rest unchanged. */
const runsOf = (word: string): string[] =>
  word.match(RUNS)?.flatMap((run) => (UNSPACED.test(run) ? pairs(run) : run)) ?? []

const pairs = (run: string): string[] => {
  const characters = Array.from(run)
  if (characters.length === 1) return characters
  return characters.slice(1).map((character, index) => `${characters[index] ?? ''}${character}`)
}

const LINE_ENDS = /\r\n?|[\u0085\u2028\u2029]/g
const CONTROLS_IN_LINES = /(?:(?!\n)[\p{Cc}\p{Cf}\p{Co}\p{Cn}])+/gu
/** Most messages are ASCII with a letter or a digit and no apostrophe: nothing to fold. */
const PLAIN = /^(?=.*[a-z\d])[ -&(-_a-~]+$/i
const NO_PLAIN_WORD = /[^a-z\d]+/g
const CONTROLS = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}]+/gu
// Accents of Latin, Greek and Cyrillic; vowel points of Hebrew and Arabic. In Indic writing such marks are letters.
const ACCENTS = /[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0640]+/g
// A look-behind, because matching the letters before it would be quadratic without an apostrophe.
const APOSTROPHE = /(?<=\p{L})['’‘`´ʼ＇]+(\p{L}+)/gu
const NO_WORD = /[^\p{L}\p{N}\p{M}]+/gu
/** Invisible parts of pictures: variation selectors, joiners, skin tones, space. */
const UNSEEN = /[\p{Variation_Selector}\p{Join_Control}\p{Emoji_Modifier}\s]+/gu
const SCRIPTS_WITHOUT_SPACES =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}ー'
const UNSPACED = new RegExp(`[${SCRIPTS_WITHOUT_SPACES}]`, 'u')
const RUNS = new RegExp(`[${SCRIPTS_WITHOUT_SPACES}]+|[^${SCRIPTS_WITHOUT_SPACES}]+`, 'gu')
const SAME_LETTER: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
  ς: 'σ',
  ة: 'ه',
  ى: 'ي',
  // Persian and Urdu keyboards have other letters where Arabic ones have these.
  ی: 'ي',
  ک: 'ك',
  ہ: 'ه',
  ھ: 'ه',
  ە: 'ه',
  ٱ: 'ا',
  // Both sound alike: 얼마예요 is also written 얼마에요. These are the vowels alone.
  '\u1168': '\u1166',
}
const LETTERS = new RegExp(`[${Object.keys(SAME_LETTER).join('')}]`, 'gu')
