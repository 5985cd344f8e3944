import { isPair } from '../../script/match-key.ts'
import { withoutIdioms } from '../idioms.ts'
import { FILLERS, QUESTION_WORDS } from './english.ts'
import { FOREIGN_FILLERS, FOREIGN_QUESTION_WORDS } from './other-languages.ts'

/** Whether a word has little meaning for a visitor's question. */
export const isFiller = (word: string): boolean => FILLERS.has(word) || FOREIGN_FILLERS.has(word)

/** Whether a word asks for a kind of answer: more than a filler, less than a thing. */
export const isQuestionWord = (word: string): boolean =>
  QUESTION_WORDS.has(word) || FOREIGN_QUESTION_WORDS.has(word) || word.includes(' ')

/** By language, words that deny a thing. "No" is "in the" in Portuguese. */
const DENIALS: Readonly<Record<string, string>> = {
  en: 'not never dont cant cannot didnt wont',
  de: 'nicht kein keine keinen nie',
  fr: 'pas',
  es: 'no',
  it: 'non',
  pt: 'nao',
  nl: 'niet geen',
  pl: 'nie',
}

/** By language, words that ask to undo or to move a thing. Writing without spaces has them within other words. */
const UNDOINGS: Readonly<Record<string, string>> = {
  en: 'cancel canceled cancelled canceling cancelling cancellation undo reschedule rescheduling postpone',
  de: 'stornieren storniere storno absagen verschieben umbuchen',
  fr: 'annuler annulation decaler',
  es: 'cancelar anular aplazar posponer reprogramar reagendar',
  it: 'annullare disdire rimandare posticipare',
  pt: 'cancelar desmarcar remarcar reagendar adiar',
  nl: 'annuleren afzeggen verzetten',
  pl: 'anulowac odwolac przelozyc przesunac',
  ru: 'отменить отмена перенести',
  tr: 'iptal ertelemek erteleyebilir',
  ar: 'الغاء تاجيل',
  hi: 'रद्द cancel reschedule postpone',
  id: 'batal batalkan cancel reschedule',
  ja: 'キャンセル 変更 取り消 取消',
  zh: '取消 改期',
  ko: '취소 변경',
}

/**
 * By language, words that ask to change a thing when they stand beside it: "change my booking". In "an appointment for an oil change" and
 * "an oil change appointment" they do not.
 */
const CHANGES: Readonly<Record<string, string>> = {
  en: 'change changing move update modify alter edit delete remove',
  de: 'andern verandern verlegen loschen',
  fr: 'changer modifier deplacer reporter supprimer',
  es: 'cambiar modificar mover borrar',
  it: 'cambiare modificare spostare',
  pt: 'mudar alterar trocar modificar',
  nl: 'wijzigen veranderen verplaatsen',
  pl: 'zmienic przeniesc',
  ru: 'изменить',
  tr: 'degistirmek degistirebilir',
  ar: 'تغيير تعديل',
  hi: 'change बदलना बदलनी badalna badalni',
  id: 'ubah ganti pindah',
}

/** Languages in which the thing may also stand directly before such a word: "Termin verlegen". */
const THING_FIRST = new Set(['de', 'nl', 'tr', 'hi'])

/** By language, words for a thing that the visitor already has: "I can't come, it is about my reservation". */
const OWNERS: Readonly<Record<string, string>> = {
  en: 'my our',
  de: 'mein meine meinen meiner unser unsere unseren unserer',
  fr: 'mon ma notre',
  es: 'mi nuestra nuestro',
  it: 'mia mio nostra nostro',
  pt: 'minha meu nossa nosso',
  nl: 'mijn onze ons',
  pl: 'moja moje moj mojej nasza nasze naszej',
}

const wordsIn = (rows: Readonly<Record<string, string>>, languages: readonly string[]): ReadonlySet<string> =>
  new Set(languages.flatMap((language) => rows[language.slice(0, 2)]?.split(' ') ?? []))

/** @returns as `matchKey` leaves them */
export const denialsOf = (languages: readonly string[]): ReadonlySet<string> => wordsIn(DENIALS, languages)

/**
 * Whether a key asks to undo, move or change the thing that a reply is for.
 *
 * @param own - words of the reply's phrases
 */
export const asksToUndo = (key: string, own: ReadonlySet<string>, languages: readonly string[]): boolean => {
  const said = withoutIdioms(key).split(' ')
  const undoings = [...wordsIn(UNDOINGS, languages)]
  const isOwn = (word: string): boolean =>
    own.has(word) || (isPair(word) && [...own].some((one) => one.includes(word)))
  if (undoings.some((word) => !isOwn(word) && (isPair(word) ? key.includes(word) : said.includes(word))))
    return true
  const changes = wordsIn(CHANGES, languages)
  const isThingFirst = languages.some((language) => THING_FIRST.has(language.slice(0, 2)))
  const beginnings = new Set([...own].flatMap((word) => (isFiller(word) ? [] : beginningOf(word))))
  const isThing = (word = ''): boolean => beginningOf(word).some((beginning) => beginnings.has(beginning))
  return said.some((word, index) => {
    if (!changes.has(word) || own.has(word)) return false
    const [before, next = ''] = [said[index - 1], said[index + 1]]
    return (
      (isThing(next) && (before === undefined || isFiller(before))) ||
      (isFiller(next) && isThing(said[index + 2])) ||
      (isThingFirst && isThing(before))
    )
  })
}

/** The letters that the forms of a word have in common, without the Arabic article: "rezerwację", "rezerwacja". None for a short word. */
const beginningOf = (word: string): string[] => {
  const bare = word.replace(/^ال/, '')
  return bare.length < 4 ? [] : [bare.slice(0, 4)]
}

/** @returns as `matchKey` leaves them */
export const ownersOf = (languages: readonly string[]): ReadonlySet<string> => wordsIn(OWNERS, languages)

/** The key without words of denial that ask for a thing, or only add to it: "can't you", "not only". */
export const withoutAsking = (key: string): string => withoutIdioms(key).replace(ASKING, '')

const ASKING = new RegExp(
  `^(?:${[
    '(?:h(?:i|ello|ey) )?cant (?:you|we|i)',
    '(?:hallo )?(?:kann|konnen|konnt|kannst|konnte|konnten) (?:ich|wir|ihr|sie|du|man)(?: bitte)? nicht',
    'czy nie',
  ].join('|')})(?= )|\\b(?:why dont (?:you|we)|dont forget|not (?:only|just)|nicht (?:nur|vergessen))(?= |$)`,
  'g',
)
