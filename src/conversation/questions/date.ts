import type { Question } from '../../script/types.ts'
import { datesIn, type DatePlace } from '../dates.ts'
import type { Given } from './given.ts'
import type { Kind } from './kind.ts'

const daysIn = (text: string, { remember }: Question, { payload }: Given, place: DatePlace): string[] => {
  // The payload of a tapped day.
  const [, name, day] = /^evergreen:answer:(.+):(\d{4}-\d\d-\d\d)$/.exec(payload ?? '') ?? []
  return datesIn(day !== undefined && name === remember ? day : text, place)
}

export const dateKind: Kind = {
  answerIn: (...given) => {
    const [day, other] = daysIn(...given)
    return other === undefined ? (day ?? null) : null
  },
  daysIn,
  retry: 'notDate',
  isInDigits: true,
  standsInQuestions: true,
}
