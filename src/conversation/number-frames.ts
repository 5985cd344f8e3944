import { matchKey } from '../script/match-key.ts'
import { isCountedNoun } from './doubt-words.ts'

const setOf = (rows: readonly string[]): ReadonlySet<string> =>
  new Set(rows.flatMap((row) => row.split('|').map(matchKey)))

/** Words with which visitors say how many they are, directly before the number. */
const BEFORE = setOf([
  'zu|wir sind zu|wir kommen zu',
  'nous sommes|nous serons|nous sommes à|on est|on sera|on serait|pour',
  'somos|seremos|estaremos|vamos a ser|vamos ser|para|por',
  'siamo|siamo in|saremo|saremo in|in|per',
  'wij zijn|we zijn|wij zijn met|we zijn met|we komen met|met|voor',
  'jesteśmy we|będzie nas|jest nas|nas jest|nas będzie|we|dla|na',
  'нас|нас будет|нас буде|мы|нам на|для|за|на',
  'vi är|vi blir|vi er|vi bliver|vi kommer|för|til',
  'suntem|vom fi|pentru|biz|kami|kita|untuk|tuko|sisi ni|نحن|احنا|हम|हम लोग',
])

/** Nouns behind the number, beside those of {@link isCountedNoun}. */
const PEOPLE = setOf(['persons|mensen|stycken|osobie|чел|watu|اشخاص|شخص|लोग|लोग हैं|คน|ท่าน'])

/** Japanese, Chinese and Korean join the number, a counter and politeness. */
const JOINED = [
  /^([一二两兩三四五六七八九十])(?:人|名|名様|位|个人|個人|个|個|个大人)(?:です|で|でお願いします|お願いします|吧)?$/u,
  /^(한|두|세|네|다섯|여섯|일곱|여덟|아홉|열) ?(?:명|분|사람)(?:이요|입니다|이에요)?$/u,
]

const ONLY_ONE = setOf([
  'just me|only me|just myself|me alone|nur ich|nur für mich|seulement moi|juste moi|moi seul|moi seule|solo yo|sólo yo|yo solo|yo sola|solo io|só eu|alleen ik',
  'tylko ja|jen já|только я|тільки я|bara jag|kun meg|bare meg|kun mig|doar eu|sadece ben|saya saja|我一个人|一个人|私だけ|私一人',
])

/** Whether the visitor comes alone. */
export const isOnlyOne = (key: string): boolean => ONLY_ONE.has(key)

/** The number word of a {@link matchKey} without a frame such as "siamo in" or "personnes"; the key itself where it has none. */
export const withoutFrame = (key: string): string => {
  const [joined] = JOINED.flatMap((pattern) => pattern.exec(key)?.[1] ?? [])
  if (joined !== undefined) return joined
  const words = key.split(' ')
  const from = words.findLastIndex((_word, index) => BEFORE.has(words.slice(0, index + 1).join(' '))) + 1
  const number = words[from] ?? ''
  const behind = words.slice(from + 1).join(' ')
  return behind === '' || PEOPLE.has(behind) || isCountedNoun(behind) ? number : key
}
