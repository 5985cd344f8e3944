import { constants, fstatSync, openSync } from 'node:fs'
import { destination } from 'pino'
import { SECRET_NAMES } from './settings.ts'
import { withoutSteering } from './steering.ts'

/** Where log lines go, one JSON object each. */
export interface LogStream {
  write: (line: string) => void
}

/**
 * pino's options for one process: JSON lines in which nothing that grants access can appear under its usual name.
 *
 * @param spell - puts the commands in a remedy as they are given where the bot runs; remedies stay as they are without it
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

/** What waits in memory for a file that takes nothing, bytes; lines after that are lost. */
const MOST_UNWRITTEN = 1024 * 1024

/** Linux puts this much into a pipe in one piece or not at all, bytes: lines of the handlers' process stand between, not in, others. */
const IN_ONE_PIECE = 4096

/** How soon a full pipe is tried again. */
const RETRY_MS = 100
/** At the end of the process, for a second: a slow reader has time for all that waits, as a pipe is filled at each try. */
const LAST_RETRY_MS = 10
const LAST_TRIES = 100

/**
 * A log that never fails its writer and never keeps it waiting: the bot answers visitors also while nothing can be logged. Lines
 * that could not be written, as on a full disk, are tried again with the next one, and where a pipe is full, as of a pager in
 * which nobody reads on, soon; a pipe whose reader is gone takes no more. A terminal on which the log is read, now or later, is
 * not steered by what strangers sent.
 *
 * @param fd - such as 1 for standard output
 * @param onTrouble - called once, with the code of the system's error
 */
export const openLogStream = (fd: number, onTrouble: (code: string) => void): LogStream => {
  // pino would sleep until the reader of a full pipe has read on.
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
  // Each line is written at once. pino would flush after a fatal one, and the stream then tries for ever to write what it has.
  return { write: (line) => void stream.write(withoutSteering(line)) }
}

/**
 * Linux opens a pipe anew: non-blocking for this process alone, and also after a child process that shares the first one has been
 * started, which makes that a blocking one.
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

/** Of the whole process. */
const sleep = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)

const ON_THE_WIRE = `
  authorization cookie set-cookie x-hub-signature-256
  access_token input_token fb_exchange_token client_secret appsecret_proof signed_request hub.verify_token verify_token
  token pageToken userToken longLivedUserToken inputToken secret appSecret password
`
  .trim()
  .split(/\s+/)

// Wherever in a log line they stand: on its own, in an object such as `err` or `config`, in that one's `headers`.
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
