/** Digits of every script as those of ASCII: visitors count as their keyboards do, and patterns and numbers are written with ours. */
export const latinDigits = (text: string): string => text.replace(OTHER_DIGITS, asLatin)

const OTHER_DIGITS = /[^\P{Nd}0-9]/gu
const DIGIT = /\p{Nd}/u

const asLatin = (digit: string): string => {
  // Unicode has the ten digits of a set in a row, and some sets side by side.
  const point = digit.codePointAt(0) ?? 0
  let before = 0
  while (DIGIT.test(String.fromCodePoint(point - before - 1))) before += 1
  return String(before % 10)
}
