import type { Log } from '../base/logger.ts'
import type { Clock } from '../base/clock.ts'
import { keyOf, type Needs, type OpenNeed } from './needs.ts'
import type { Notice, NoticedNeed } from './notice.ts'

export interface RemindersDeps {
  needs: Pick<Needs, 'open' | 'onChange'>
  clock: Clock
  /** From the first notice to the first reminder; the gaps double from there and stop growing at a day. */
  remindMs: number
  /** How many replies of the Page wait, or of all Pages for {@link ./needs.ts WHOLE_BOT}. */
  waiting: (pageId: string) => Promise<number>
  /** Whom they wait for, likewise. */
  parked: (pageId: string) => Promise<Pick<NoticedNeed, 'visitors' | 'firstWindowEndsMs'>>
  notify: (notice: Notice) => void
  consoleUrl?: Notice['consoleUrl']
  log: Pick<Pick<Log, 'info' | 'warn' | 'error'>, 'error'>
}

export interface Reminders {
  stop: () => void
}

/**
 * Turns needs into notices: one when the operator is needed, reminders while a need is open, one when all is well.
 * What opens and closes within a moment is never told; what opens within the same moment is told as one.
 */
export const createReminders = (deps: RemindersDeps): Reminders => {
  const { needs, clock, remindMs, notify, log } = deps
  const told = new Map<string, OpenNeed>()
  const mended: OpenNeed[] = []
  let cancelLook: (() => void) | undefined
  let cancelReminder: (() => void) | undefined
  let stopped = false
  // Notices leave in the order they were due, however long counting takes.
  let queue = Promise.resolve()

  const tell = (kind: Notice['kind'], about: OpenNeed[]): void => {
    const atMs = clock.now()
    queue = queue
      .then(async () => {
        const noticed = await Promise.all(about.map((need) => lookAt(need, deps)))
        if (!stopped) notify({ kind, needs: noticed, atMs, consoleUrl: deps.consoleUrl })
      })
      .catch((error: unknown) => log.error({ err: error }, 'the operator could not be told'))
  }

  const remindAfter = (delayMs: number): void => {
    cancelReminder?.()
    cancelReminder = clock.after(delayMs, () => {
      // Nothing is open for a moment when a need closes and opens again; look() decides what that was.
      if (needs.open().length > 0) tell('reminder', needs.open())
      remindAfter(Math.max(remindMs, Math.min(delayMs * 2, DAY_MS)))
    })
  }

  const look = (): void => {
    cancelLook = undefined
    const open = new Map(needs.open().map((need) => [keyOf(need), need]))
    for (const [key, need] of told) {
      if (open.has(key)) continue
      told.delete(key)
      // That a visitor was answered by a person is no news for the one who answered.
      if (need.cause !== 'person') mended.push(need)
    }
    if (open.size === 0) {
      cancelReminder?.()
      if (mended.length > 0) tell('well', mended.splice(0))
      return
    }
    if ([...open.keys()].every((key) => told.has(key))) return
    for (const [key, need] of open) told.set(key, need)
    tell('needed', [...open.values()])
    remindAfter(remindMs)
  }

  const lookSoon = (): void => {
    cancelLook ??= clock.after(MOMENT_MS, look)
  }

  const stopListening = needs.onChange(lookSoon)
  if (needs.open().length > 0) lookSoon()

  return {
    stop: () => {
      stopped = true
      stopListening()
      cancelLook?.()
      cancelReminder?.()
    },
  }
}

const MOMENT_MS = 2_000
const DAY_MS = 86_400_000
// A database in trouble must not keep the alarm about a dead token from being raised.
const COUNT_WITHIN_MS = 1_000

const lookAt = async (
  need: OpenNeed,
  { waiting, parked, clock }: Pick<RemindersDeps, 'waiting' | 'parked' | 'clock'>,
): Promise<NoticedNeed> => {
  const [replies, whom] = await Promise.all([
    inTime(clock, () => waiting(need.pageId)),
    inTime(clock, () => parked(need.pageId)),
  ])
  return { ...need, waiting: replies, ...(whom ?? { visitors: null, firstWindowEndsMs: null }) }
}

const inTime = async <Value>(clock: Clock, ask: () => Promise<Value>): Promise<Value | null> => {
  const patience = new AbortController()
  const unknown = clock.sleep(COUNT_WITHIN_MS, patience.signal).then(
    () => null,
    () => null,
  )
  try {
    return await Promise.race([ask(), unknown])
  } catch {
    return null
  } finally {
    patience.abort()
  }
}
