import closeWithGrace from 'close-with-grace'

/** The signals that end a process in order. */
export const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const
/**
 * Signals within this time count as one. A terminal sends Ctrl-C to npm and to the program, and npm passes its own on; when a
 * terminal is closed, both it and its shell send SIGHUP.
 */
const SAME_MS = 1000

/** Ends the process in order on a signal or an unhandled error, and at once on a second signal. */
export const endWithGrace = (
  options: { delay: number; logger?: { error: (about: unknown) => void } },
  end: (why: { signal?: string | undefined; err?: Error | undefined }) => Promise<void>,
): void => {
  let first: { signal: string; ms: number } | null = null
  const { close } = closeWithGrace({ ...options, skip: [...SIGNALS] }, async (why) => {
    // close-with-grace takes a thrown `undefined` for no error, and would exit with 0, after which no supervisor restarts the bot.
    const err = 'err' in why ? (why.err ?? new Error(`${String(why.err)} was thrown`)) : undefined
    await end({ signal: why.signal ?? first?.signal, err })
    if (err !== undefined) process.exit(1)
    // Keep an exit code that was set before; close-with-grace would exit with 0.
    if (process.exitCode !== undefined) process.exit()
  })
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (first === null) {
        first = { signal, ms: performance.now() }
        close()
      } else if (performance.now() - first.ms > SAME_MS) process.exit(1)
    })
  }
}
