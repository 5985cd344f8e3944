import { statSync } from 'node:fs'
import { codeOf } from '../base/error-code.ts'
import { BotError } from '../base/errors.ts'

/**
 * Whether a file or folder is there. `existsSync` says no of a file that this user may not look for, as in a folder that belongs to
 * another user, and a command would then begin with nothing.
 *
 * @throws BotError `BOT_STORE_UNAVAILABLE` where the system does not say
 */
export const isThere = (path: string): boolean => {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined
  } catch (error) {
    throw new BotError('BOT_STORE_UNAVAILABLE', `${path} cannot be looked for (${codeOf(error)}).`, {
      cause: error,
      remedy: FORBIDDEN.has(codeOf(error) ?? '')
        ? 'Run this as the user whose folder that is, which for DATA_DIR is the user of the bot, or let this user enter the folder and read its files.'
        : 'See that each folder and link of that path can be used, and that its disk is mounted.',
    })
  }
}

const FORBIDDEN: ReadonlySet<string> = new Set(['EACCES', 'EPERM'])
