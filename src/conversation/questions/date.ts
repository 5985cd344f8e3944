import { dateIn } from '../dates.ts'
import type { Kind } from './kind.ts'

export const date: Kind = {
  answerIn: (text, _question, _given, place) => dateIn(text, place),
  retry: 'notDate',
  standsInQuestions: true,
}
