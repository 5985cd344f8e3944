import type { Duty } from './duty.ts'

/**
 * Runs work of the whole bot while this instance is the head.
 *
 * @returns the function that stops it
 */
export const whileHead = (
  duty: Pick<Duty, 'isHead' | 'onChange'>,
  work: { start: () => void; stop: () => void },
): (() => void) => {
  let isRunning = false
  const heed = (): void => {
    if (duty.isHead() === isRunning) return
    isRunning = !isRunning
    if (isRunning) work.start()
    else work.stop()
  }
  const stopListening = duty.onChange(heed)
  heed()
  return () => {
    stopListening()
    if (isRunning) work.stop()
  }
}
