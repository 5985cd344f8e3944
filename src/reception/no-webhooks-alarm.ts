import type { Log } from '../base/logger.ts'
import type { Clock } from '../base/clock.ts'
import { followPages, soleDuty, type Duty } from '../base/duty.ts'
import type { Needs } from '../alerts/needs.ts'
import { duration, utc } from '../base/times.ts'
import type { Store } from '../store/store.ts'
import { createRhythm, SLOT_MS, type Rhythm } from './rhythm.ts'

export interface NoWebhooksAlarmDeps {
  /** The Pages whose webhooks are expected: those with a token. */
  pages: () => { pageId: string; pageName: string | null }[]
  /**
   * The keeper of a Page raises the alarm, and other instances tell it of the webhooks they receive; by default there is one
   * instance only.
   */
  duty?: Duty
  needs: Pick<Needs, 'raise' | 'settle'>
  /** Stores the learned rhythm, so that it survives restarts. */
  store: Pick<Store, 'remember' | 'recall'>
  clock: Clock
  log: Pick<Log, 'warn'>
}

/** Raises a need when a Page has had no webhooks for longer than its rhythm makes plausible. */
export interface NoWebhooksAlarm {
  /** Notes an event of the Page. Must be cheap, because it is called for every event. */
  heard: (pageId: string) => void
  start: () => Promise<void>
  stop: () => Promise<void>
}

interface Watched {
  rhythm: Rhythm
  heardMs: number | null
  /** When the alarm was raised; null while there is none. */
  alarmMs: number | null
  /** Whether the previous keeper may have raised an alarm. */
  mayBeRaised: boolean
}

const SAVE_EVERY_SLOTS = 6
/** If a timer is later than this, the machine slept and no webhook could arrive. */
const LATE_MS = 60_000
/** After this long the silence counts as usual: the alarm ends, and the rhythm is learned anew. */
const BELIEVED_MS = 7 * 86_400_000

const nameOf = (pageId: string): string => `rhythm:${pageId}`
/**
 * The note in which an instance that does not keep the Page stores when it received the Page's last webhook; written once a slot.
 */
const heardOf = (pageId: string): string => `heard:${pageId}`

export const createNoWebhooksAlarm = ({
  pages,
  duty = soleDuty,
  needs,
  store,
  clock,
  log,
}: NoWebhooksAlarmDeps): NoWebhooksAlarm => {
  const watched = new Map<string, Watched>()
  let heard = new Set<string>()
  let slotMs = 0
  let slots = 0
  let cancel = (): void => {}
  let stopFollowing = (): void => {}

  const keptPages = () => pages().filter(({ pageId }) => duty.keeps(pageId))

  const watch = async (pageId: string): Promise<Watched> => {
    const known = watched.get(pageId)
    if (known) return known
    const entry = {
      rhythm: createRhythm(await recall(pageId)),
      heardMs: null,
      alarmMs: null,
      mayBeRaised: false,
    }
    watched.set(pageId, entry)
    return entry
  }

  const recall = (pageId: string): Promise<string | null> =>
    store.recall(nameOf(pageId)).catch((error: unknown) => {
      log.warn({ err: error, pageId }, 'the rhythm of the Page could not be read, and is learned anew')
      return null
    })

  const save = async (): Promise<void> => {
    for (const [pageId, { rhythm }] of watched) await saveOne(pageId, rhythm)
  }

  const saveOne = (pageId: string, rhythm: Rhythm): Promise<void> =>
    store.remember(nameOf(pageId), rhythm.save()).catch((error: unknown) => {
      log.warn({ err: error, pageId }, 'the rhythm of the Page could not be stored')
    })

  /** The rhythm is saved for the Page's next keeper. */
  const lost = (pageId: string): void => {
    const entry = watched.get(pageId)
    watched.delete(pageId)
    if (entry !== undefined) void saveOne(pageId, entry.rhythm)
  }

  const taken = (pageId: string): void => {
    void watch(pageId).then((entry) => {
      entry.mayBeRaised = true
    })
  }

  const heardHere = (pageId: string, entry: Watched, atMs: number): void => {
    entry.heardMs = Math.max(entry.heardMs ?? 0, atMs)
    if (entry.alarmMs === null && !entry.mayBeRaised) return
    entry.alarmMs = null
    entry.mayBeRaised = false
    needs.settle(pageId, 'silent')
  }

  /** When another instance last received a webhook of the Page, ms since the epoch; null if none did. */
  const heardElsewhere = async (pageId: string): Promise<number | null> => {
    const atMs = Number((await store.recall(heardOf(pageId)).catch(() => null)) ?? Number.NaN)
    return Number.isFinite(atMs) ? atMs : null
  }

  const nextSlot = (): void => {
    slotMs = Math.ceil(clock.now() / SLOT_MS) * SLOT_MS
    heard = new Set()
    // The alarm begins with the next slot, the first one it observes from beginning to end.
    cancel = clock.after(slotMs - clock.now(), lookAtSlot)
  }

  const lookAtSlot = (): void => {
    heard = new Set()
    cancel = clock.after(slotMs + SLOT_MS - clock.now(), () => void endSlot())
  }

  const endSlot = async (): Promise<void> => {
    const [endedMs, active] = [slotMs, heard]
    const nowMs = clock.now()
    const isLate = nowMs - (endedMs + SLOT_MS) > LATE_MS
    if (isLate) return nextSlot()
    slotMs += SLOT_MS
    lookAtSlot()
    for (const { pageId, pageName } of keptPages()) {
      const entry = await watch(pageId)
      const elsewhereMs = active.has(pageId) ? null : await heardElsewhere(pageId)
      const isHeardElsewhere = elsewhereMs !== null && elsewhereMs >= endedMs
      if (isHeardElsewhere) heardHere(pageId, entry, elsewhereMs)
      entry.rhythm.observe(endedMs, isHeardElsewhere || active.has(pageId))
      judge(pageId, pageName, entry, nowMs)
    }
    slots += 1
    if (slots % SAVE_EVERY_SLOTS === 0) await save()
  }

  const judge = (pageId: string, pageName: string | null, entry: Watched, nowMs: number): void => {
    if (entry.alarmMs !== null && nowMs - entry.alarmMs > BELIEVED_MS) {
      entry.rhythm = createRhythm()
      entry.alarmMs = null
      log.warn({ pageId }, 'nothing came for a week; the rhythm of the Page is learned anew')
      return needs.settle(pageId, 'silent')
    }
    if (entry.alarmMs !== null || !entry.rhythm.isImplausible()) return
    entry.alarmMs = nowMs
    const since = entry.heardMs
    needs.raise({
      pageId,
      pageName,
      cause: 'silent',
      what:
        since === null
          ? 'No webhook has come since the bot was started, which is very unusual for this Page.'
          : `No webhook has come for ${duration(nowMs - since)} (since ${utc(since)}), which is very unusual for this Page.`,
      remedy:
        'Run `npm run doctor`: it tells whether Facebook still reaches the bot. If every check passes, the Page has a quiet day, and its next webhook ends this alert.',
    })
  }

  return {
    heard: (pageId) => {
      const isFirst = !heard.has(pageId)
      heard.add(pageId)
      const entry = watched.get(pageId)
      if (duty.keeps(pageId)) {
        if (entry) heardHere(pageId, entry, clock.now())
      } else if (isFirst) {
        // A failure is ignored: the next slot stores it again.
        store.remember(heardOf(pageId), String(clock.now())).catch(() => undefined)
      }
    },
    start: async () => {
      stopFollowing = followPages(duty, () => pages().map(({ pageId }) => pageId), { taken, lost })
      for (const { pageId } of keptPages()) await watch(pageId)
      nextSlot()
    },
    stop: async () => {
      cancel()
      stopFollowing()
      await save()
    },
  }
}
