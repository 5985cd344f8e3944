import { plainLine } from '../../terminal/terminal-text.ts'
import type { DeadLetter, DeadMark } from '../../store/dead-letters.ts'

/** A dead letter for `--json`: times in ISO 8601, and the message only if it is asked for. */
export const toJson = (letter: DeadLetter, withMessage: boolean): object => {
  const { id, pageId, psid, reason, error } = letter
  return {
    id,
    pageId,
    psid,
    reason,
    error,
    acceptedAt: iso(letter.acceptedMs),
    diedAt: iso(letter.diedMs),
    windowEndsAt: letter.windowEndsMs === null ? null : iso(letter.windowEndsMs),
    ...(withMessage && { message: messageOf(letter) }),
  }
}

/** Two or three lines: id, time and visitor; the reason; Graph's error. */
export const toLines = (letter: DeadLetter): string[] => {
  const { id, pageId, psid, reason, error, diedMs } = letter
  const lines = [
    `${id}  ${when(diedMs)}  Page ${pageId} to ${psid ?? 'no visitor'}`,
    `  ${reason}: ${WHY[reason]}`,
  ]
  if (error !== null) lines.push(`  Graph: ${error.verdict}, ${numbers(error)}: ${error.message}`)
  return lines.map(plainLine)
}

/** All facts of a dead letter, with the message. */
export const toPage = (letter: DeadLetter): string[] => [
  ...toLines(letter),
  `  the visitor wrote  ${when(letter.acceptedMs)}`,
  `  window             ${letter.windowEndsMs === null ? 'not known' : `until ${when(letter.windowEndsMs)}`}`,
  '  message',
  ...JSON.stringify(messageOf(letter), null, 2)
    .split('\n')
    .map((line) => `    ${plainLine(line)}`),
]

/** A warning about a letter that was put back into the outbox; null for none. */
export const warningOf = ({ id, windowEndsMs }: DeadMark, nowMs: number): string | null =>
  isClosed(windowEndsMs, nowMs)
    ? `${id}: its 24-hour window closed on ${when(windowEndsMs ?? 0)}; it comes back here as outside_window, unless the visitor writes first.`
    : null

export const isClosed = (windowEndsMs: number | null, nowMs: number): boolean =>
  windowEndsMs !== null && nowMs >= windowEndsMs

const WHY: Record<DeadLetter['reason'], string> = {
  outside_window: 'more than 24 hours had passed since the visitor wrote',
  unreachable: 'Facebook cannot reach this visitor',
  bad_request: 'Facebook does not accept this message',
  damaged: 'its record in the database cannot be read, as after damage to the disk',
}

const numbers = ({ code, subcode, fbtraceId }: NonNullable<DeadLetter['error']>): string =>
  [
    code === null ? 'no code' : `code ${code}`,
    ...(subcode === null ? [] : [`subcode ${subcode}`]),
    ...(fbtraceId === null ? [] : [`fbtrace_id ${fbtraceId}`]),
  ].join(', ')

/** The message of a dead letter. */
const messageOf = ({ body }: DeadLetter): unknown => {
  try {
    return (JSON.parse(body) as { message?: unknown }).message ?? null
  } catch {
    return body
  }
}

const iso = (ms: number): string => new Date(ms).toISOString()

const when = (ms: number): string => `${iso(ms).slice(0, 16).replace('T', ' ')} UTC`
