import { createTokenFile } from './file.ts'
import { withLock } from './lock.ts'
import { tokenFileIn, tokenLockIn } from './token-store.ts'

/**
 * Encrypts the tokens with another key, at one stroke: after a crash the file is readable with the one or the other. Nothing
 * that the old key opens is left behind.
 *
 * @param from - null when they are in the clear so far
 * @returns how many Page tokens there are; null when there is no token file
 * @throws BotError `BOT_TOKEN_KEY_WRONG`, `BOT_TOKEN_STORE_UNREADABLE`, `BOT_STORE_UNAVAILABLE`: nothing was changed
 */
export const rotateTokenKey = (dir: string, from: Buffer | null, to: Buffer): Promise<number | null> =>
  withLock(tokenLockIn(dir), async () => {
    const path = tokenFileIn(dir)
    const data = await createTokenFile(path, from).read()
    if (data === null) return null
    // A writer that has read nothing keeps no previous version.
    await createTokenFile(path, to).write(data)
    return data.pages.length
  })
