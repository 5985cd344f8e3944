import type { Io } from '../src/cli/command.ts'

/** The process as a command sees it. */
export const processIo = (): Io => ({
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  onInterrupt: (listener) => void process.once('SIGINT', listener),
})
