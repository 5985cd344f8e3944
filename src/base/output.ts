/**
 * Keeps this process alive where its output cannot be written, as on a full disk or where the terminal is gone: Node.js ends a
 * process in which nothing listens to the error. Text that could not be written is lost.
 */
export const outliveOutput = (): void => {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
}
