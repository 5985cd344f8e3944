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

/**
 * A log that never fails its writer: the bot answers visitors also while nothing can be logged. Lines that could not be
 * written, as on a full disk, are tried again with the next one; a pipe whose reader is gone takes no more. A terminal on which
 * the log is read, now or later, is not steered by what strangers sent.
 *
 * @param fd - such as 1 for standard output
 * @param onTrouble - called once, with the code of the system's error
 */
export const openLogStream = (fd: number, onTrouble: (code: string) => void): LogStream => {
  const stream = destination({ dest: fd, sync: true, maxLength: MOST_UNWRITTEN })
  let isTold = false
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (isTold) return
    isTold = true
    onTrouble(error.code ?? 'unknown error')
  })
  // Each line is written at once. pino would flush after a fatal one, and the stream then tries for ever to write what it has.
  return { write: (line) => void stream.write(withoutSteering(line)) }
}

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
