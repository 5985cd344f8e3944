import { codeOf } from '../../base/error-code.ts'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/logger.ts'

/** Asks the database at every beat: at once after an event, and soon again when there was no answer. */
export interface Beating {
  begin: () => void
  /** The next beat is due at once. */
  wake: () => void
  /** No other beat begins. */
  stop: () => void
  isOver: () => boolean
  /** Stops; resolves when the last beat has ended. */
  end: () => Promise<void>
}

const RECONNECT_MS = 250
const TELL_AGAIN_MS = 60_000

export const createBeating = (deps: {
  clock: Clock
  log: Pick<Log, 'warn'>
  beatMs: number
  /** @throws when the database gave no answer */
  ask: () => Promise<void>
  onAnswer: () => void
}): Beating => {
  const { clock, log, beatMs, ask, onAnswer } = deps
  /** Whether the next beat is due at once. */
  let isDue = false
  let wake = (): void => void (isDue = true)
  let isOver = false
  let beating = Promise.resolve()

  /** Waits for the next beat; ends early at a wake. */
  const pause = async (): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const cancel = clock.after(isDue ? 0 : beatMs, resolve)
    wake = resolve
    await promise
    cancel()
    isDue = false
    wake = () => void (isDue = true)
  }

  const beat = async (): Promise<void> => {
    /** When each trouble was told, by its code. */
    const told = new Map<string | null, number>()
    while (!isOver) {
      try {
        await ask()
        told.clear()
        onAnswer()
      } catch (error) {
        const [code, nowMs] = [codeOf(error), clock.elapsed()]
        if (!isOver && nowMs - (told.get(code) ?? Number.NEGATIVE_INFINITY) >= TELL_AGAIN_MS) {
          told.set(code, nowMs)
          log.warn({ code }, 'the leases could not be renewed; tried again until they are')
        }
        await clock.sleep(RECONNECT_MS).catch(() => undefined)
        continue
      }
      if (!isOver) await pause()
    }
  }

  const stop = (): void => void (isOver = true)

  return {
    begin: () => void (beating = beat()),
    wake: () => wake(),
    stop,
    isOver: () => isOver,
    end: () => {
      stop()
      wake()
      return beating
    },
  }
}
