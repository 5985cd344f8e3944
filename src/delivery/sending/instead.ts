import type { DeadReason, QueuedReply } from '../../messages.ts'

/**
 * What is sent in place of a message that cannot be shown: its choices, below a short text. Nothing where Facebook refuses these,
 * too.
 */
export const insteadOf = (
  content: QueuedReply | null,
  reason: DeadReason,
  words: string,
): QueuedReply | undefined => {
  if (content === null || reason !== 'bad_request') return undefined
  const { text, quick_replies: choices } = content.message
  if (choices === undefined || text === words) return undefined
  const { answersMs, datedMs, saying } = content
  return {
    message: { text: words, quick_replies: choices },
    ...(answersMs !== undefined && { answersMs }),
    ...(datedMs !== undefined && { datedMs }),
    ...(saying !== undefined && { saying }),
  }
}
