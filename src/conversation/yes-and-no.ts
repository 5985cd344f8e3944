import { matchKey } from '../script/match-key.ts'

/**
 * By language, other words for "yes" and for "no" that visitors write where these are choices. Of one language, because they have other
 * meanings in others: "ya" is yes in Indonesian, and "now" in Spanish.
 */
const ROWS: Readonly<Record<string, readonly [yes: string, no: string]>> = {
  en: ['yes|yeah|yep|yup|yea|yess|sure|of course|absolutely|definitely', 'no|nope|nah|not really|no way'],
  de: ['ja|jo|jup|jep|jawohl|klar|na klar|natürlich|gerne|gern', 'nein|nee|nö|nicht wirklich'],
  // Apart from "nö", which without its dots is a Czech yes: it must not choose the Czech "Ne".
  'de-short': ['ja', 'nein|ne'],
  es: ['sí|sip|claro|claro que sí|por supuesto', 'no|nop|para nada'],
  fr: ['oui|ouais|ouep|bien sûr', 'non|nan|pas du tout'],
  it: ['sì|certo|certamente', 'no|assolutamente no'],
  pt: ['sim|claro|com certeza', 'não|nao'],
  nl: ['ja|jawel|jep|zeker|natuurlijk', 'nee|neen|nope'],
  pl: ['tak|jasne|oczywiście|pewnie', 'nie|raczej nie'],
  cs: ['ano|jo|jasně', 'ne'],
  ru: ['да|ага|конечно', 'нет|неа'],
  uk: ['так|ага|звісно', 'ні'],
  tr: ['evet|tabii|tabi|elbette', 'hayır|yok|olmaz'],
  ar: ['نعم|ايوه|اي نعم|اكيد', 'لا|كلا'],
  hi: ['हाँ|हां|जी हाँ|haan|han|ji haan', 'नहीं|जी नहीं|nahi|nahin'],
  id: ['ya|iya|iyaa|yoi|tentu', 'tidak|nggak|enggak|gak|tdk'],
  ja: ['はい|ええ|うん', 'いいえ|いえ|ううん'],
}

const SAYINGS: readonly ReadonlySet<string>[] = Object.values(ROWS).flatMap((row) =>
  row.map((words) => new Set(words.split('|').map(matchKey))),
)

/** The keys of other words for a choice with this key, where it says yes or no; none for any other choice. */
export const otherWordsFor = (name: string): string[] =>
  SAYINGS.flatMap((words) => (words.has(name) ? [...words] : []))
