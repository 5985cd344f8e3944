import type { Test } from 'tap'
import { createAlertBook } from '../../src/alerts/alert-book.ts'
import { createNeeds } from '../../src/alerts/needs.ts'
import type { Notice } from '../../src/alerts/notice.ts'
import { createReminders, type RemindersDeps } from '../../src/alerts/reminders.ts'
import { soleDuty } from '../../src/base/duty.ts'
import { createFakeClock, type FakeClock } from '../helpers/clock.ts'
import { createFakeRecords } from '../helpers/records.ts'

export const HOUR = 3_600_000
export const MOMENT = 2_000

export const NO_LOG = { warn: () => undefined }

/** Needs and their reminders on a fake clock; `notices` are those told. */
export const build = (t: Test, change: Partial<RemindersDeps> & { clock?: FakeClock } = {}) => {
  const clock = change.clock ?? createFakeClock()
  const needs = createNeeds({ clock })
  const startMs = clock.now()
  const notices: Notice[] = []
  const failures: string[] = []
  const reminders = createReminders({
    needs,
    book: createAlertBook({ records: createFakeRecords(clock), log: NO_LOG }),
    duty: soleDuty,
    clock,
    remindMs: HOUR,
    waiting: async () => 3,
    parked: async () => ({ visitors: 2, firstWindowEndsMs: startMs + 20 * HOUR }),
    isQuiet: () => false,
    channels: [],
    notify: (notice) => notices.push(notice),
    onUnsent: () => undefined,
    log: { error: (_facts, message) => failures.push(message) },
    ...change,
  })
  reminders.start()
  t.teardown(() => reminders.stop())
  return {
    clock,
    needs,
    notices,
    failures,
    reminders,
    /** Kind and hour of each notice so far. */
    told: () => notices.map(({ kind, atMs }) => [kind, Math.round((atMs - startMs) / HOUR)]),
  }
}
