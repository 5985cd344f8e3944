import type { Clock } from '../base/clock.ts'
import type { EventStream } from '../web/event-stream.ts'
import type { RepairDesk } from './repair-desk.ts'
import { repairProgress } from './repair-page.ts'
import type { Repair } from './repair.ts'

/** Keeps the open pages of repairs up to date. */
export interface LiveRepair {
  /**
   * Sends the progress of a repair to its page, until the repair is over and the waiting replies have been sent.
   *
   * @param mayLook - whether the session of the page is still valid; asked before each event
   */
  follow: (repair: Repair, stream: EventStream, mayLook: () => boolean) => void
  /** Ends all streams. */
  stop: () => void
}

const RECOUNT_MS = 1000
const BEAT_MS = 20_000

export const createLiveRepair = (deps: {
  waiting: RepairDesk['waiting']
  clock: Pick<Clock, 'after'>
}): LiveRepair => {
  const { waiting, clock } = deps
  const open = new Set<(how: 'done' | 'over') => void>()

  return {
    follow: (repair, stream, mayLook) => {
      const began = repair.view().is
      let cancel = (): void => undefined
      let cancelBeat = (): void => undefined
      const beat = (): void => {
        cancelBeat = clock.after(BEAT_MS, () => {
          if (!mayLook()) return stop('over')
          stream.beat()
          beat()
        })
      }
      const tell = async (): Promise<void> => {
        const view = repair.view()
        const isAnother = view.is !== began
        const left = isAnother ? null : await waiting(repair)
        if (!mayLook()) return stop('over')
        // A new state has a page with other forms, so the browser must load it again.
        if (isAnother) return stream.send('reload', {})
        stream.send('parts', { progress: repairProgress(view, left).text })
        if (left === 0) stop('done')
        else if (left !== null && open.has(stop)) cancel = clock.after(RECOUNT_MS, () => void tell())
      }
      const stopListening = repair.onChange(() => void tell())
      const end = (): void => {
        cancel()
        cancelBeat()
        stopListening()
        open.delete(stop)
      }
      /** @param how - the name of the event that tells the page the end */
      const stop = (how: 'done' | 'over'): void => {
        end()
        stream.send(how, {})
        stream.close()
      }
      open.add(stop)
      stream.onClose(end)
      beat()
      void tell()
    },
    stop: () => {
      for (const stop of open) stop('done')
    },
  }
}
