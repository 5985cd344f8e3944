import { matchKey } from '../script/match-key.ts'

/** Numbers up to twenty and the tens, as they are written in the languages whose dates are understood, too. */
const WORDS: Record<string, number> = Object.fromEntries(
  [
    'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty',
    'null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig',
  ].flatMap((row) => row.split(' ').map((word, value): [string, number] => [matchKey(word), value])),
)
const TENS: Record<string, number> = Object.fromEntries(
  [
    'twenty thirty forty fifty sixty seventy eighty ninety',
    'zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig',
  ].flatMap((row) =>
    row.split(' ').map((word, index): [string, number] => [matchKey(word), (index + 2) * 10]),
  ),
)
const OTHERS: Record<string, number> = { ein: 1, eine: 1, einen: 1, dozen: 12, hundred: 100, hundert: 100 }

/** What people write around an answer. */
const FILLERS = new Set(
  [
    'please just only about i we want would like need take have make it them of thanks thank you that is the a an for us me people',
    'persons pieces bitte nur etwa ich wir möchte möchten nehme nehmen davon danke stück personen leute',
  ].flatMap((row) => row.split(' ').map(matchKey)),
)

/** Whether a word, as `matchKey` leaves it, says nothing beside an answer. */
export const isAroundAnswer = (word: string): boolean => FILLERS.has(word)

/** The number that a text says in words; null where it says none, more than one, or much besides. */
export const numberWordsIn = (text: string): number | null => {
  const words = matchKey(text.replaceAll('-', ' '))
    .split(' ')
    .filter((word) => word !== '' && !FILLERS.has(word))
  const [first = '', second, ...more] = words
  if (more.length > 0) return null
  const tens = TENS[first]
  if (second !== undefined) {
    const unit = WORDS[second] ?? 0
    return tens !== undefined && unit >= 1 && unit <= 9 ? tens + unit : null
  }
  return WORDS[first] ?? tens ?? OTHERS[first] ?? null
}
