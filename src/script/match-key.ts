import { latinDigits } from '../base/digits.ts'

/** Only so many characters of a visitor's message are matched: questions are shorter, and matching time stays bounded. */
export const LOOKED_AT = 500

/** The beginning of a message, as much as is looked at, without half characters or control characters. */
export const beginning = (text: string): string =>
  text.slice(0, LOOKED_AT).toWellFormed().replace(CONTROLS, ' ')

/**
 * The beginning of a message as patterns see it: its lines stay apart, other control characters are spaces, digits are those of
 * ASCII.
 *
 * @returns `isCut`: the message goes on behind it
 */
export const beginningInLines = (message: string): { text: string; isCut: boolean } => {
  const whole = message.trim()
  const lines = whole.slice(0, LOOKED_AT).toWellFormed().replace(LINE_ENDS, '\n')
  return { text: latinDigits(lines.replace(CONTROLS_IN_LINES, ' ')), isCut: whole.length > LOOKED_AT }
}

/**
 * A text reduced to what counts when it is compared: Unicode's compatible forms, lower case, digits of ASCII, no accents, no
 * punctuation, single spaces. A text of punctuation or pictures alone stays what it is.
 */
export const matchKey = (text: string): string => {
  if (text !== latest.text) latest = { text, key: keyOf(text) }
  return latest.key
}

/** Several parts of the program ask for the key of one message, one right after the other. */
let latest = { text: '', key: '' }

const keyOf = (text: string): string => {
  const head = text.slice(0, LOOKED_AT)
  if (PLAIN.test(head)) return head.toLowerCase().replace(NO_PLAIN_WORD, ' ').trim()
  const folded = fold(beginning(text))
  const plain = folded.replace(APOSTROPHE, joinOrSplit).replace(NO_WORD, ' ').trim()
  return /[\p{L}\p{N}]/u.test(plain) ? plain : folded.replace(UNSEEN, '')
}

/** The words of a {@link matchKey}; of writing without spaces, every two neighbouring characters. */
export const wordsOf = (key: string): string[] => {
  const spaced = key.split(' ').filter((word) => word !== '')
  return UNSPACED.test(key) ? spaced.flatMap(runsOf) : spaced
}

/** Whether a word is two characters of a writing without spaces. */
export const isPair = (word: string): boolean => UNSPACED.test(word)

/** How many of its characters are Hiragana: Japanese writes endings and particles in them, and things in others. */
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

/** Where a word has writing without spaces in it, that in pairs and the rest as it stands. */
const runsOf = (word: string): string[] =>
  word.match(RUNS)?.flatMap((run) => (UNSPACED.test(run) ? pairs(run) : run)) ?? []

const pairs = (run: string): string[] => {
  const characters = Array.from(run)
  if (characters.length === 1) return characters
  return characters.slice(1).map((character, index) => `${characters[index] ?? ''}${character}`)
}

const LINE_ENDS = /\r\n?|[\u0085\u2028\u2029]/g
const CONTROLS_IN_LINES = /(?:(?!\n)[\p{Cc}\p{Cf}\p{Co}\p{Cn}])+/gu
/** What most messages are: ASCII with a letter or a digit and without apostrophes, where there is nothing to fold. */
const PLAIN = /^(?=.*[a-z\d])[ -&(-_a-~]+$/i
const NO_PLAIN_WORD = /[^a-z\d]+/g
const CONTROLS = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}]+/gu
// Accents of Latin, Greek and Cyrillic; vowel points of Hebrew and Arabic. In Indic writing marks are letters.
const ACCENTS = /[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0640]+/g
// It looks back instead of taking the letters before along: that would be quadratic where there is no apostrophe.
const APOSTROPHE = /(?<=\p{L})['’‘`´ʼ＇]+(\p{L}+)/gu
const NO_WORD = /[^\p{L}\p{N}\p{M}]+/gu
/** What makes two equal-looking pictures different: variation selectors, joiners, skin tones, space. */
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
  // Persian and Urdu keyboards have letters of their own where Arabic ones have these.
  ی: 'ي',
  ک: 'ك',
  ہ: 'ه',
  ھ: 'ه',
  ە: 'ه',
  ٱ: 'ا',
  // Both are spoken alike: 얼마예요 is written 얼마에요, too. These are the vowels alone.
  '\u1168': '\u1166',
}
const LETTERS = new RegExp(`[${Object.keys(SAME_LETTER).join('')}]`, 'gu')
