import { constants, fstatSync, openSync } from 'node:fs'
import { destination } from 'pino'
import { SECRET_NAMES } from './settings.ts'
import { withoutSteering } from './steering.ts'

/** Takes log lines, one JSON object each. */
export interface LogStream {
  write: (line: string) => void
}

/**
 * pino's options for one process. Values of known secret names are redacted.
 *
 * @param spell - rewrites the commands in a remedy for the place where the bot runs; without it, remedies stay unchanged
 */
export const createLogOptions = (level: string, stream?: LogStream, spell?: (remedy: string) => string) => ({
  level,
  redact: { paths: REDACTED, censor: '[redacted]' },
  serializers: { req: describeRequest },
  ...(spell && { formatters: { log: (facts: Record<string, unknown>) => spelled(facts, spell) } }),
  ...(stream && { stream }),
})

const spelled = (
  facts: Record<string, unknown>,
  spell: (remedy: string) => string,
): Record<string, unknown> => {
  const { err } = facts
  if (!(err instanceof Error && 'remedy' in err && typeof err.remedy === 'string')) return facts
  const remedy = { value: spell(err.remedy), enumerable: true }
  return { ...facts, err: Object.create(err, { remedy }) as Error }
}

/** Bytes that may wait in memory while the file or pipe takes no lines; further lines are lost. */
const MOST_UNWRITTEN = 1024 * 1024

/**
 * Bytes that Linux writes to a pipe in one piece or not at all, so that lines of the handlers' process are not mixed into the
 * bot's lines.
 */
const IN_ONE_PIECE = 4096

/** The wait before a full pipe is tried again. */
const RETRY_MS = 100
/**
 * At the end of the process a full pipe is tried for one second. Each try fills the pipe, so a slow reader can get all waiting
 * lines.
 */
const LAST_RETRY_MS = 10
const LAST_TRIES = 100

/**
 * Opens a log whose `write` never throws and never blocks, so that the bot answers visitors even if nothing can be logged. Lines
 * that could not be written, as on a full disk, are tried again with the next line. A full pipe, as of a pager that is not
 * scrolled, is tried again after {@link RETRY_MS}; to a pipe without a reader nothing more is written. Control characters in
 * texts of strangers are escaped, because the log may be read on a terminal.
 *
 * @param fd - such as 1 for standard output
 * @param onTrouble - called once, with the code of the system's error
 */
export const openLogStream = (fd: number, onTrouble: (code: string) => void): LogStream => {
  // On a blocking pipe that is full, pino would sleep until its reader reads.
  const stream = destination({
    dest: withoutWaiting(fd),
    sync: true,
    maxLength: MOST_UNWRITTEN,
    maxWrite: IN_ONE_PIECE,
    retryEAGAIN: () => false,
  })
  let isTold = false
  let isFull = false
  const tell = (code: string): void => {
    if (isTold) return
    isTold = true
    onTrouble(code)
  }
  const writeOn = (): boolean => {
    isFull = false
    stream.write('')
    return !isFull
  }
  stream.on('error', ({ code = 'unknown error' }: NodeJS.ErrnoException) => {
    if (code !== 'EAGAIN') return tell(code)
    if (!isFull) setTimeout(writeOn, RETRY_MS).unref()
    isFull = true
  })
  stream.on('drop', () => {
    if (isFull) tell('EAGAIN')
  })
  process.on('exit', () => {
    for (let left = LAST_TRIES; isFull && !writeOn() && left > 0; left -= 1) sleep(LAST_RETRY_MS)
  })
  // There is no `flush`: each line is written at once, and pino would flush after a fatal line, which retries without end if the
  // file takes no lines.
  return { write: (line) => void stream.write(withoutSteering(line)) }
}

/**
 * On Linux, opens the pipe again as non-blocking. The flag then holds for this process only, and it stays when a child process
 * that inherits the original descriptor makes that one blocking.
 */
const withoutWaiting = (fd: number): number => {
  try {
    return fstatSync(fd).isFIFO()
      ? openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK)
      : fd
  } catch {
    return fd
  }
}

/** Blocks the whole process. */
const sleep = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)

const ON_THE_WIRE = `
  authorization cookie set-cookie x-hub-signature-256
  access_token input_token fb_exchange_token client_secret appsecret_proof signed_request hub.verify_token verify_token
  token pageToken userToken longLivedUserToken inputToken secret appSecret password
`
  .trim()
  .split(/\s+/)

// At each depth of a log line: as a field, in an object such as `err` or `config`, and in an object of that one, such as
// `headers`.
const REDACTED = [...ON_THE_WIRE, ...SECRET_NAMES].flatMap((name) => [
  `["${name}"]`,
  `*["${name}"]`,
  `*.*["${name}"]`,
])

// A query may hold the verify token or an OAuth code.
const describeRequest = (request: { method?: string; url?: string }) => ({
  method: request.method ?? '',
  url: request.url?.split('?', 1)[0] ?? '',
})
