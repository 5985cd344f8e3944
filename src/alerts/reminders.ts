import { randomUUID } from 'node:crypto'
import type { Log } from '../base/logger.ts'
import type { Clock } from '../base/clock.ts'
import { createPump } from '../base/pump.ts'
import type { Duty } from '../base/duty.ts'
import { within } from '../base/within.ts'
import type { AlertBook } from './alert-book.ts'
import type { Needs, OpenNeed } from './needs.ts'
import type { Notice, NoticedNeed } from './notice.ts'
import { whatToTell } from './what-to-tell.ts'

export interface RemindersDeps {
  needs: Pick<Needs, 'open' | 'confirmed' | 'onChange' | 'onReworded'>
  book: AlertBook
  duty: Pick<Duty, 'isHead' | 'onChange'>
  clock: Clock
  /** From the first notice to the first reminder; each interval is twice the one before, up to a day. */
  remindMs: number
  /** Number of waiting replies of the Page, or of all Pages for {@link ./needs.ts WHOLE_BOT}. */
  waiting: (pageId: string) => Promise<number>
  /** Their visitors, of the Page or of all Pages. */
  parked: (pageId: string) => Promise<Pick<NoticedNeed, 'visitors' | 'firstWindowEndsMs'>>
  /** Whether a notice about these needs has to wait for the end of the quiet hours. */
  isQuiet: (needs: readonly OpenNeed[]) => boolean
  /** Names of the channels that each notice goes out by. */
  channels: readonly string[]
  /** Called with each notice once it is stored. */
  notify: (notice: Notice) => void
  /** Called when the book may hold unsent notices. */
  onUnsent: () => void
  consoleUrl?: Notice['consoleUrl']
  log: Pick<Log, 'error'>
}

export interface Reminders {
  start: () => void
  stop: () => Promise<void>
}

/**
 * Turns needs into notices, on the head alone. A need that closes within a moment causes no notice; needs that open within the same
 * moment share one.
 */
export const createReminders = (deps: RemindersDeps): Reminders => {
  const { needs, book, duty, clock, notify, log } = deps
  let cancelLook: (() => void) | undefined
  let cancelReminder = (): void => undefined
  let isStopped = false
  let isRead = false

  const lookSoon = (): void => {
    cancelLook ??= clock.after(MOMENT_MS, () => {
      cancelLook = undefined
      looking.wake()
    })
  }

  const looking = createPump({
    run: async () => {
      cancelReminder()
      // A need has just changed, and may change back within the moment.
      if (cancelLook !== undefined) return
      if (isStopped || !duty.isHead()) {
        isRead = false
        return
      }
      if (!isRead) await book.read()
      isRead = true
      await tell()
      if (book.told().unsent.length > 0) deps.onUnsent()
      const { reminder } = book.told()
      if (isStopped || reminder === null) return
      const leftMs = reminder.dueMs - clock.now()
      // A reminder that is due waits until its need is found again; that is a change, and calls this function.
      if (leftMs > 0) cancelReminder = clock.after(leftMs, looking.wake)
    },
    onError: (error) => {
      log.error({ err: error }, 'the operator could not be told')
      if (!isStopped) cancelReminder = clock.after(RETRY_MS, looking.wake)
    },
  })

  const tell = async (): Promise<void> => {
    const state = { open: needs.open(), confirmed: needs.confirmed() }
    const decide = (told = book.told()) =>
      whatToTell(told, state, { nowMs: clock.now(), remindMs: deps.remindMs })
    // Count before deciding, so that nothing is awaited between the decision and its notice.
    const about = decide().telling?.needs ?? []
    const noticed = new Map(
      await Promise.all(about.map(async (need) => [need, await lookAt(need, deps)] as const)),
    )
    let notice: Notice | null = null
    await book.change((told) => {
      const { told: becomes, telling } = decide(told)
      if (isStopped) return null
      notice = telling && {
        kind: telling.kind,
        needs: telling.needs.map((need) => noticed.get(need) ?? { ...need, ...UNKNOWN }),
        atMs: clock.now(),
        ...(deps.consoleUrl !== undefined && { consoleUrl: deps.consoleUrl }),
      }
      if (notice !== null && deps.isQuiet(notice.needs)) notice = null
      if (JSON.stringify(becomes) === JSON.stringify(told)) return null
      return { ...becomes, unsent: [...becomes.unsent, ...unsentOf(notice)] }
    })
    if (notice !== null && !isStopped) notify(notice)
  }

  const unsentOf = (notice: Notice | null) =>
    notice === null ? [] : deps.channels.map((channel) => ({ id: randomUUID(), channel, notice }))

  const stopListening = [needs.onChange(lookSoon), needs.onReworded(lookSoon)]
  const stopDuty = duty.onChange(lookSoon)

  return {
    start: lookSoon,
    stop: async () => {
      isStopped = true
      for (const stop of stopListening) stop()
      stopDuty()
      cancelLook?.()
      cancelReminder()
      await looking.idle()
      cancelReminder()
    },
  }
}

const MOMENT_MS = 2_000
const RETRY_MS = 5_000
// A database in trouble must not delay the notice about a dead token.
const COUNT_WITHIN_MS = 1_000
const UNKNOWN = { waiting: null, visitors: null, firstWindowEndsMs: null }

const lookAt = async (
  need: OpenNeed,
  { waiting, parked, clock }: Pick<RemindersDeps, 'waiting' | 'parked' | 'clock'>,
): Promise<NoticedNeed> => {
  const [replies, whom] = await Promise.all([
    within(clock, COUNT_WITHIN_MS, waiting(need.pageId), null).catch(() => null),
    within(clock, COUNT_WITHIN_MS, parked(need.pageId), null).catch(() => null),
  ])
  return { ...need, ...UNKNOWN, ...whom, waiting: replies }
}
