import type { Writable } from 'node:stream'
import { prettyFactory } from 'pino-pretty'
import type { LogStream } from '../base/log.ts'
import { showingSteering } from '../base/steering.ts'

/** Turns the JSON lines of the log into readable lines for a terminal, with control characters escaped. */
export const createReadableLog = (output: Writable, colorize: boolean): LogStream => {
  const prettify = prettyFactory({
    colorize,
    translateTime: 'SYS:HH:MM:ss',
    messageFormat: '{if part}{part}: {end}{msg}',
    // The message has these facts in words.
    ignore: 'pid,hostname,part,mistakes,needs,notice',
    singleLine: true,
    errorLikeObjectKeys: ['err'],
  })
  return { write: (line) => void output.write(prettify(showingSteering(line))) }
}
