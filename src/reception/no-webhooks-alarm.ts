import type { Log } from '../base/logger.ts'
import type { Clock } from '../base/clock.ts'
import { followPages, soleDuty, type Duty } from '../base/duty.ts'
import type { Needs } from '../alerts/needs.ts'
import { duration, utc } from '../base/times.ts'
import type { Store } from '../store/store.ts'
import { createHeardSlots, type HeardSlot } from './heard-slots.ts'
import { createRhythm, type Rhythm } from './rhythm.ts'
import { createRhythmNotes } from './rhythm-notes.ts'

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
/** After this long the silence counts as usual: the alarm ends, and the rhythm is learned anew. */
const BELIEVED_MS = 7 * 86_400_000

export const createNoWebhooksAlarm = ({
  pages,
  duty = soleDuty,
  needs,
  store,
  clock,
  log,
}: NoWebhooksAlarmDeps): NoWebhooksAlarm => {
  const watched = new Map<string, Watched>()
  const notes = createRhythmNotes({ store, log })
  const slots = createHeardSlots({ clock, onSlot: (slot) => void judgeSlot(slot) })
  let judged = 0
  let stopFollowing = (): void => {}

  const keptPages = () => pages().filter(({ pageId }) => duty.keeps(pageId))

  const watch = async (pageId: string): Promise<Watched> => {
    const known = watched.get(pageId)
    if (known) return known
    const entry = {
      rhythm: createRhythm(await notes.rhythm(pageId)),
      heardMs: null,
      alarmMs: null,
      mayBeRaised: false,
    }
    watched.set(pageId, entry)
    return entry
  }

  const save = async (): Promise<void> => {
    for (const [pageId, { rhythm }] of watched) await notes.keepRhythm(pageId, rhythm)
  }

  /** The rhythm is saved for the Page's next keeper. */
  const lost = (pageId: string): void => {
    const entry = watched.get(pageId)
    watched.delete(pageId)
    if (entry !== undefined) void notes.keepRhythm(pageId, entry.rhythm)
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

  const judgeSlot = async ({ beganMs, heard }: HeardSlot): Promise<void> => {
    const nowMs = clock.now()
    for (const { pageId, pageName } of keptPages()) {
      const entry = await watch(pageId)
      const elsewhereMs = heard.has(pageId) ? null : await notes.heardElsewhere(pageId)
      const isHeardElsewhere = elsewhereMs !== null && elsewhereMs >= beganMs
      if (isHeardElsewhere) heardHere(pageId, entry, elsewhereMs)
      entry.rhythm.observe(beganMs, isHeardElsewhere || heard.has(pageId))
      judge(pageId, pageName, entry, nowMs)
    }
    judged += 1
    if (judged % SAVE_EVERY_SLOTS === 0) await save()
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
      const isFirst = slots.hear(pageId)
      const entry = watched.get(pageId)
      if (duty.keeps(pageId)) {
        if (entry) heardHere(pageId, entry, clock.now())
      } else if (isFirst) {
        notes.keepHeard(pageId, clock.now())
      }
    },
    start: async () => {
      stopFollowing = followPages(duty, () => pages().map(({ pageId }) => pageId), { taken, lost })
      for (const { pageId } of keptPages()) await watch(pageId)
      slots.start()
    },
    stop: async () => {
      slots.stop()
      stopFollowing()
      await save()
    },
  }
}
