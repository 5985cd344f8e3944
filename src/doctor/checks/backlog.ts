import { durationToTheSecond } from '../../base/times.ts'
import type { DatabaseFindings } from '../../store/sqlite/inspect.ts'
import { ok, warning, type CheckResult } from '../check-result.ts'
import { plural } from '../../base/numbers.ts'

/** Queue entries of this age in a running bot are a fault. */
const LONG_WAIT_MS = 5 * 60_000

/** Judges the queues of a sound database. @param sound - the sentence about its soundness and size */
export const judgeBacklog = (
  sound: string,
  { inbox, outbox, dead }: Pick<Extract<DatabaseFindings, { status: 'sound' }>, 'inbox' | 'outbox' | 'dead'>,
  running: boolean,
  nowMs: number,
): CheckResult => {
  const left = dead > 0 ? `, ${plural(dead, 'dead letter')} (npm run dead-letters)` : ''
  const waiting = [
    ...(inbox.count > 0 ? [plural(inbox.count, 'event')] : []),
    ...(outbox.count > 0 ? [plural(outbox.count, 'reply', 'replies')] : []),
  ].join(' and ')
  if (waiting === '') return ok(`${sound}, nothing waits${left}`)
  const age = nowMs - Math.min(inbox.oldestMs ?? nowMs, outbox.oldestMs ?? nowMs)
  const backlog = `${sound}; ${waiting} wait, the oldest for ${durationToTheSecond(age)}${left}`
  if (!running) return warning(backlog, 'Start the bot: it goes on where it stopped.')
  return age < LONG_WAIT_MS
    ? ok(backlog)
    : warning(
        backlog,
        'Mend the failed checks below; the bot then sends waiting replies by itself. If no check failed, read the log.',
      )
}
