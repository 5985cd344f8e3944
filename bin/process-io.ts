import type { Io } from '../src/cli/command.ts'

/** The process as a command sees it. Files that the command makes are for this user alone: many hold secrets or visitors' words. */
export const processIo = (): Io => {
  process.umask(0o077)
  return {
    env: process.env,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    onInterrupt: (listener) => void process.once('SIGINT', listener),
  }
}
