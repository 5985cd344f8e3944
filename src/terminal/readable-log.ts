import type { Writable } from 'node:stream'
import { prettyFactory } from 'pino-pretty'
import type { LogStream } from '../base/log.ts'
import { showingSteering } from '../base/steering.ts'

/** Turns the JSON lines of the log into lines for a person who watches the terminal, which nothing in them steers. */
export const createReadableLog = (output: Writable, colorize: boolean): LogStream => {
  const prettify = prettyFactory({
    colorize,
    translateTime: 'SYS:HH:MM:ss',
    messageFormat: '{if part}{part}: {end}{msg}',
    // The message says in words what these hold for machines.
    ignore: 'pid,hostname,part,mistakes,needs,notice',
    singleLine: true,
    errorLikeObjectKeys: ['err'],
  })
  return { write: (line) => void output.write(prettify(showingSteering(line))) }
}
