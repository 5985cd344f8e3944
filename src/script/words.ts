import { LIMITS } from '../channel/messenger.ts'
import { FACEBOOK } from './limits.ts'
import { localised } from './localised.ts'
import { described, type Read } from './reading.ts'
import { template, title } from './texts.ts'
import { mapping, optional, oneOrMore } from './shapes.ts'
import { text } from './values.ts'
import type { Words } from './types.ts'

const ENGLISH_WORDS: Omit<Words, 'cancelWords'> = {
  cancel: 'Cancel',
  cancelled: ['All right, we stop here.'],
  meant: 'It was my answer',
  more: 'More …',
  moreSay: ['Here are more:'],
  notText: ['Could you write that in words, please?'],
  notNumber: ['I need a number here, for example 4.'],
  notEmail: ['That does not look like an e-mail address. It should look like name@example.com.'],
  notPhone: ['That does not look like a phone number. Please send it with its area code.'],
  notDate: ['I did not understand that date. Please write it like 24.12.2026 or 2026-12-24.'],
  notChoice: ['Please pick one of these.'],
  // A sign, because scripts that were translated before have no word for it.
  corrected: ['✓'],
  again: ['Sorry, I still cannot read that as an answer.'],
  stuck: [
    'I do not understand, and I do not want to keep you. Shall a person help you, or shall we stop here?',
  ],
}

const ENGLISH_CANCEL_WORDS = [
  'cancel',
  'cancel it',
  'stop',
  'stop it',
  'quit',
  'exit',
  'never mind',
  'forget it',
]

/** By language, what visitors write to end a form. No names and no answers: the Finnish "peru" is a country, and without accents the Vietnamese "hủy" is a first name. */
const CANCEL_WORDS: Readonly<Record<string, readonly string[]>> = {
  de: ['abbrechen', 'abbruch', 'stopp', 'stoppen', 'vergiss es', 'lass es', 'lassen wir das'],
  es: ['cancelar', 'cancela', 'parar', 'olvídalo', 'déjalo'],
  fr: ['annuler', 'annule', 'annulez', 'arrêter', 'arrête', 'laisse tomber', 'laissez tomber'],
  it: ['annulla', 'annullare', 'lascia stare', 'lascia perdere'],
  pt: ['cancelar', 'cancela', 'parar', 'deixa pra lá', 'esquece'],
  nl: ['annuleren', 'annuleer', 'stoppen', 'laat maar'],
  pl: ['anuluj', 'anulować', 'przerwij', 'nieważne'],
  cs: ['zrušit', 'zruš'],
  ru: ['отмена', 'отменить', 'стоп'],
  uk: ['скасувати', 'відміна', 'стоп'],
  sv: ['avbryt', 'stopp'],
  da: ['annuller', 'afbryd'],
  nb: ['avbryt', 'stopp'],
  fi: ['peruuta', 'lopeta'],
  hu: ['mégse', 'mégsem'],
  ro: ['anulează', 'renunț'],
  el: ['ακύρωση'],
  tr: ['iptal', 'iptal et', 'vazgeç', 'vazgeçtim', 'boşver'],
  ar: ['إلغاء', 'الغي', 'توقف'],
  he: ['ביטול', 'בטל'],
  hi: ['रद्द', 'रद्द करें', 'रद्द करो', 'cancel karo'],
  id: ['batal', 'batalkan', 'berhenti', 'tidak jadi', 'gak jadi'],
  vi: ['hủy bỏ', 'hủy đi', 'dừng lại'],
  th: ['ยกเลิก'],
  ja: ['キャンセル', 'やめる', 'やめます', '中止', '取り消し'],
  zh: ['取消', '停止', '算了'],
  ko: ['취소', '그만', '중단'],
}

const said = localised(template('a text', { max: LIMITS.text, why: FACEBOOK }))

const readWords = mapping('the words', {
  cancel: optional(localised(title), 'The button that ends a form.'),
  cancel_when: optional(
    oneOrMore('phrases', text('a phrase', { max: 100, why: 'more is never written to say this' })),
    'What visitors may write to end a form, instead of the usual words in English and in the languages of the script.',
  ),
  cancelled: optional(said, 'Said when a form was ended by its visitor.'),
  it_was_my_answer: optional(
    localised(title),
    'The button under that, where the word that ended the form may have been an answer.',
  ),
  more: optional(localised(title), 'The button that shows the next choices, where there are more than 13.'),
  more_say: optional(said, 'Said above the next choices.'),
  not_text: optional(said, 'Said to a picture where a text was asked for.'),
  not_number: optional(said, 'Said to an answer that is no number, or too low or too high.'),
  not_email: optional(said, 'Said to an answer that is no e-mail address.'),
  not_phone: optional(said, 'Said to an answer that is no phone number.'),
  not_date: optional(said, 'Said to an answer that is no date.'),
  not_choice: optional(said, 'Said to an answer that is none of the choices.'),
  corrected: optional(said, 'Said before the new answer, when a visitor has corrected an earlier one.'),
  again: optional(
    said,
    'Said before the question in other words, when an answer does not fit for the second time.',
  ),
  stuck: optional(said, 'Said from the third time on, above the buttons to a person and out of the form.'),
})

/** The bot's own words as a script has them; `cancelWords` is null where the script leaves the usual ones. */
export type OwnWords = Omit<Words, 'cancelWords'> & { cancelWords: Words['cancelWords'] | null }

/** Reads the section that replaces or translates the bot's own words. */
export const words: Read<OwnWords> = described(
  (node, reading) => {
    const value = readWords(node, reading)
    if (value === undefined) return undefined
    return {
      cancel: value.cancel ?? ENGLISH_WORDS.cancel,
      cancelWords: value.cancel_when ?? null,
      cancelled: value.cancelled ?? ENGLISH_WORDS.cancelled,
      meant: value.it_was_my_answer ?? ENGLISH_WORDS.meant,
      more: value.more ?? ENGLISH_WORDS.more,
      moreSay: value.more_say ?? ENGLISH_WORDS.moreSay,
      notText: value.not_text ?? ENGLISH_WORDS.notText,
      notNumber: value.not_number ?? ENGLISH_WORDS.notNumber,
      notEmail: value.not_email ?? ENGLISH_WORDS.notEmail,
      notPhone: value.not_phone ?? ENGLISH_WORDS.notPhone,
      notDate: value.not_date ?? ENGLISH_WORDS.notDate,
      notChoice: value.not_choice ?? ENGLISH_WORDS.notChoice,
      corrected: value.corrected ?? ENGLISH_WORDS.corrected,
      again: value.again ?? ENGLISH_WORDS.again,
      stuck: value.stuck ?? ENGLISH_WORDS.stuck,
    }
  },
  () => readWords.schema?.() ?? {},
)

/** @param languages - all languages of the script's texts */
export const ownWordsOf = (read: OwnWords | null, languages: readonly string[]): Words => ({
  ...ENGLISH_WORDS,
  ...read,
  cancelWords: read?.cancelWords ?? [
    ...ENGLISH_CANCEL_WORDS,
    ...languages.flatMap((language) => CANCEL_WORDS[language.slice(0, 2)] ?? []),
  ],
})
