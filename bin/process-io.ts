import { EXIT, type Io } from '../src/cli/command.ts'
import { allowSlowNetworks } from './slow-networks.ts'

/**
 * The {@link Io} of this process. Sets the umask so that only this user can read files the command makes, because many hold
 * secrets or visitors' texts.
 */
export const processIo = (): Io => {
  process.umask(0o077)
  allowSlowNetworks()
  // As in serve.js: without a listener SIGUSR1 opens the inspector, whose port every user of the machine can reach.
  process.on('SIGUSR1', () => {})
  process.stdout.once('error', (error: NodeJS.ErrnoException) => {
    // Further errors of this stream must not end the process.
    process.stdout.on('error', () => {})
    // The reader has closed the pipe, as `head` does; the command still runs to its end.
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
