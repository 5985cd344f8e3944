/** Replaces digits of every script by ASCII digits, because patterns and numbers in `bot.yaml` are written with these. */
export const latinDigits = (text: string): string => text.replace(OTHER_DIGITS, asLatin)

const OTHER_DIGITS = /[^\P{Nd}0-9]/gu
const DIGIT = /\p{Nd}/u

const asLatin = (digit: string): string => {
  // Unicode has the ten digits of a script in a row, and some scripts' rows follow each other directly.
  const point = digit.codePointAt(0) ?? 0
  let before = 0
  while (DIGIT.test(String.fromCodePoint(point - before - 1))) before += 1
  return String(before % 10)
}
