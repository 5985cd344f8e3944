import { isDiskFull } from '../base/disk-full.ts'
import { codeOf } from '../base/error-code.ts'
import { BotError } from '../base/errors.ts'

/**
 * The error for a script that cannot be changed.
 *
 * @param about.file - the script
 * @param about.why - the reason, as a sentence
 */
export const notChangeable = (
  { file, why, remedy = MAY_WRITE }: { file: string; why: string; remedy?: string },
  cause?: unknown,
): BotError =>
  new BotError('BOT_SCRIPT_READ_ONLY', `${file} cannot be changed from here. ${why}`, { cause, remedy })

/**
 * The error for a script that could not be saved. Nothing is changed then.
 *
 * @param about.place - the file or folder that could not be written: the script, or the folder of its earlier versions
 */
export const unwritable = ({ file, place }: { file: string; place: string }, cause: unknown): BotError =>
  notChangeable({ file, ...troubleOf(place, cause) }, cause)

const troubleOf = (place: string, cause: unknown): { why: string; remedy?: string } => {
  const code = codeOf(cause) ?? 'unknown error'
  if (isDiskFull(cause))
    return {
      why: `The disk of ${place} is full (${code}).`,
      remedy: 'Make room on that disk, then save again. Nothing was changed.',
    }
  // The system says so of a file that is mounted by itself, as a container may have it.
  if (code === 'EBUSY')
    return {
      why: `${place} cannot be replaced, because it is mounted by itself (${code}).`,
      remedy: 'Mount its folder in place of the file, or change the file by hand. Nothing was changed.',
    }
  return { why: `${mayNotWrite(place)} (${code}).` }
}

export const mayNotWrite = (place: string): string => `The bot may not write to ${place} or its folder`

const MAY_WRITE = 'Let the user of the bot write to the file and its folder, or change the file by hand.'
