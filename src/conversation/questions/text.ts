import type { Kind } from './kind.ts'

export const textKind: Kind = {
  answerIn: (written) => (written === '' ? null : written),
  retry: 'notText',
  takesAnyText: true,
}
