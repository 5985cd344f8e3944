import { clean } from './given.ts'
import type { Kind } from './kind.ts'

export const emailKind: Kind = {
  answerIn: (text, _question, { payload }) => emailIn(clean(payload ?? '')) ?? emailIn(text),
  retry: 'notEmail',
  button: { content_type: 'user_email' },
}

/** Null for two addresses, too, because only the visitor knows which one is meant. */
const emailIn = (text: string): string | null => {
  const [found, ...others] = new Set(text.normalize('NFKC').slice(0, 320).match(EMAIL))
  return found === undefined || others.length > 0 || /^\.|\.@|\.\./.test(found) ? null : found
}

const EMAIL =
  /[^\s@<>()[\],;:"]{1,64}@[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?(?:\.[\p{L}\p{N}-]+)*\.\p{L}{2,}/gu
