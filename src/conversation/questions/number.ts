import { latinDigits } from '../../base/digits.ts'
import type { Question } from '../../script/types.ts'
import { countIn } from '../date-doubts.ts'
import { readDate, withoutTimes, type DatePlace } from '../dates.ts'
import { isSaidOtherwise, numberWordsIn } from '../number-words.ts'
import { TIME_OF_DAY } from './given.ts'
import type { Kind } from './kind.ts'

export const numberKind: Kind = {
  answerIn: (text, question, _given, place) => numberIn(latinDigits(text), question, place),
  retry: 'notNumber',
  isInDigits: true,
  standsInQuestions: true,
}

const numberIn = (written: string, { least, most }: Question, place: DatePlace): string | null => {
  // The marks of Arabic.
  const text = written.replaceAll('٫', '.').replaceAll('٬', ',').replace(TIME_OF_DAY, ' ')
  const numbers = text.match(NUMBER) ?? []
  // With several numbers, only the visitor knows which one is meant, or whether it is their sum ("2 adults and 2 children").
  const found = numbers.length < 2 ? numbers[0] : oneOf(text, place)
  if (found === undefined && numbers.length > 0) return null
  if (found !== undefined && (isSaidOtherwise(text, found) || isHour(text, place))) return null
  const value = found === undefined ? numberWordsIn(text) : Number(plainNumber(found.replace('−', '-')))
  if (value === null) return null
  if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER) return null
  if ((least !== null && value < least) || (most !== null && value > most)) return null
  return String(value)
}

/** "Tomorrow at 8" */
const isHour = (text: string, place: DatePlace): boolean => HOUR.test(readDate(text, place)?.rest ?? '')

const HOUR = /(?:^| )(?:at|um|gegen|las|as|alle|kl|om|godz|o|saat) \d{1,2}$/

/** The number that stands beside a time or a date: "4 at 7 pm", "24.12., 4 people"; undefined where several fit. */
const oneOf = (text: string, place: DatePlace): string | undefined => {
  const [found, another] = withoutTimes(text).match(NUMBER) ?? []
  return another === undefined ? found : countIn(readDate(text, place)?.rest ?? '')
}

/**
 * Blanks belong to a number only between groups of three digits, and before a group that begins with a zero: `4711 0815`. The sign in
 * "A-4711" is a hyphen.
 */
const NUMBER =
  /\d{2,}(?:(?:\s|\s?[-–/]\s?)0\d{2,})+(?!\d)(?![.,]\d)|(?:(?<![\p{L}\d])[-−])?(?:\d{1,3}(?:[\s'’]\d{3})+(?!\d)(?:[.,]\d+)?|\d[\d.,]*)/gu

/** `1.234,5`, `1,234.5`, `1 234` and `2,5` as JavaScript writes them. */
const plainNumber = (written: string): string => {
  const digits = written.replace(/(?<=\d)[-–]|[\s'’/]/g, '').replace(/[.,]+$/, '')
  const last = Math.max(digits.lastIndexOf('.'), digits.lastIndexOf(','))
  if (last === -1) return digits
  const separator = digits[last] ?? ''
  const repeated = digits.indexOf(separator) !== last
  const both = digits.includes('.') && digits.includes(',')
  // "1.234" may be either. Groups of three digits after one to three digits count as thousands.
  const thousands = repeated || (!both && /^-?\d{1,3}[.,]\d{3}$/.test(digits))
  if (thousands) return digits.replace(/[.,]/g, '')
  return `${digits.slice(0, last).replace(/[.,]/g, '')}.${digits.slice(last + 1)}`
}
