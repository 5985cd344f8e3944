import { latinDigits } from '../../base/digits.ts'
import { clean, TIME_OF_DAY } from './given.ts'
import type { Kind } from './kind.ts'

export const phoneKind: Kind = {
  answerIn: (text, _question, { payload }) => phoneIn(clean(payload ?? '')) ?? phoneIn(latinDigits(text)),
  retry: 'notPhone',
  isInDigits: true,
  button: { content_type: 'user_phone_number' },
}

/** Null for a text with two numbers or a part of one, because the number meant is then a guess. */
const phoneIn = (written: string): string | null => {
  const text = written
    .replace(/\p{Pd}/gu, '-')
    .replace(WITH_LETTER_O, (row) => row.replace(/o/gi, '0'))
    .replace(TIME_OF_DAY, ' ')
    .replace(DATE, ' ')
  const [digits, ...others] = new Set([...text.matchAll(PHONE)].flatMap(([found]) => dialledIn(found) ?? []))
  return digits === undefined || others.length > 0 ? null : digits
}

const PHONE = /(?<!\d[,;]?)\+?[\d(][\d\s().\-/]{4,30}\d/g
/** A row of digits in which some zeros are the letter: `O7700 9OO123`. */
const WITH_LETTER_O = /(?<![\p{L}\d])[\doO]*\d[\doO]*(?![\p{L}\d])/gu
/** `2026-12-24`, `24.12.2026`, `24.12.` */
const DATE =
  /(?<!\d)(?:\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2\d{4})(?!\d)|(?<![\d.])\d{1,2}\.\d{1,2}\.(?!\d)/g

const dialledIn = (found: string): string | null => {
  // The zero in "+49 (0)30" is dialled only without the country code.
  const dialled = /^(?:\+|00)/.test(found) ? found.replace('(0)', '') : found
  const digits = dialled.replace(/\D/g, '')
  if (digits.length < 6 || digits.length > 15) return null
  return found.startsWith('+') ? `+${digits}` : digits
}
