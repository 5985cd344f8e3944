/** Words for "no", as part of a regular expression with the flags `iu`. Some are other words, too, so a sign must follow in a sentence. */
export const NO =
  'no+|nope|nein|nee|non|não|ne|nie|nu|nej|ei|нет|ні|hayır|לא|لا|いいえ|不是?|아니요?|không|tidak|όχι'

/** Signs of several writings that part "no" from the rest of a sentence. */
export const SIGNS = '[,.!;:…،、，。–—-]+'

/** Whether a word says no. */
export const isNo = (word: string): boolean => NO_ALONE.test(word)

const NO_ALONE = new RegExp(`^(?:${NO}|nao|hayir|khong|οχι)$`, 'iu')
