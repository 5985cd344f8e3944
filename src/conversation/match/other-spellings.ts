/**
 * Other spellings of a key whose writer holds a letter or repeats a picture: "heyyyy", "شكراااا", "👍👍". Empty for most keys. Few words
 * have a letter three times ("Schifffahrt"), so the key itself goes first.
 */
export const otherSpellings = (key: string): string[] => {
  if (HELD.test(key)) {
    const spelled = (letters: string): string =>
      key
        .split(' ')
        .map((word) => (CODE.test(word) ? word : word.replace(HELD_LETTERS, letters)))
        .join(' ')
    return ['$1', '$1$1'].map(spelled).filter((one) => one !== key)
  }
  const picture = REPEATED.exec(key)?.[1]
  return picture === undefined ? [] : [picture]
}

const HELD = /(\p{L})\1\1/u
const HELD_LETTERS = /(\p{L})\1{2,}/gu
/** "Class III", "XXXL", a battery "AAA" */
const CODE = /^(?:[ivxlcm]+|(\p{L})\1+)$/u
const REPEATED = /^(\p{Extended_Pictographic}[^\p{L}\p{N}]{0,10}?)\1+$/u
