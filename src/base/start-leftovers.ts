const START_IS_OVER_MS = 10_000

/**
 * Collects, once a start is over, what it has left in this thread: some 20 MiB of the event loop's and 3 of the database thread's, which V8
 * by itself keeps for as long as there is little to do. Of the kinds of collection only the last resort gives the memory back. `gc` is there
 * where Node.js was started with `--expose-gc`, as `npm start` does.
 */
export const collectStartLeftovers = (): void => {
  setTimeout(() => globalThis.gc?.({ type: 'major', flavor: 'last-resort' }), START_IS_OVER_MS).unref()
}
