import type { Kind } from './kind.ts'

export const textKind: Kind = {
  // "?" asks what is meant.
  answerIn: (written) => (written === '' || /^[?？؟!\s]+$/.test(written) ? null : written),
  retry: 'notText',
  takesAnyText: true,
}
