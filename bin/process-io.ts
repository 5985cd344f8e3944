import { EXIT, type Io } from '../src/cli/command.ts'

/** The process as a command sees it. Files that the command makes are for this user alone: many hold secrets or visitors' words. */
export const processIo = (): Io => {
  process.umask(0o077)
  process.stdout.once('error', (error: NodeJS.ErrnoException) => {
    // Later errors of the same stream say nothing new, and must not end the process.
    process.stdout.on('error', () => {})
    // A reader may have read enough, as `head` does: the command goes on to its end all the same.
    if (error.code === 'EPIPE') return
    process.stderr.write(`The output could not be written (${error.code ?? error.message}).\n`)
    process.once('exit', () => (process.exitCode = EXIT.failed))
  })
  process.stderr.on('error', () => {})
  return {
    env: process.env,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    onInterrupt: (listener) => {
      for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, listener)
    },
  }
}
