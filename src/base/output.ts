/**
 * Keeps this process alive if its output cannot be written, as on a full disk or after the terminal was closed: without a listener,
 * the `error` event would end the process. Text that could not be written is lost.
 */
export const outliveOutput = (): void => {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
}
