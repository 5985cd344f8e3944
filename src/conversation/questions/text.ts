import type { Kind } from './kind.ts'

export const text: Kind = {
  answerIn: (written) => (written === '' ? null : written),
  retry: 'notText',
  takesAnyText: true,
}
