import { BotError } from '../../base/errors.ts'
import type { TokenPlace } from './place.ts'

/**
 * Encrypts the tokens with another key in one step: after a crash they are readable with one of the two keys. Leaves nothing that the old
 * key opens.
 *
 * @param options.place - opened with the old key
 * @param options.to - the new key
 * @param options.reopen - opens the place with the new key
 * @returns the number of Page tokens; null when there are none
 * @throws BotError `BOT_TOKEN_KEY_WRONG`, `BOT_TOKEN_STORE_UNREADABLE`, `BOT_STORE_UNAVAILABLE`; the message of the last one says
 *   if the tokens need the new key in spite of the error
 */
export const rotateTokenKey = async ({
  place,
  to,
  reopen,
}: {
  place: TokenPlace
  to: Buffer
  reopen: () => Promise<TokenPlace>
}): Promise<number | null> => {
  try {
    return await place.alone(async () => {
      const data = await place.adapter.read()
      if (data === null) return null
      await place.rewrite(data, to).catch(async (error: unknown) => {
        throw (await isReadable(reopen)) ? rotated(error) : error
      })
      return data.pages.length
    })
  } finally {
    await place.close()
  }
}

/**
 * Whether the tokens are encrypted with the new key in spite of an error: a disk may fail after the file was replaced, a server
 * after the commit.
 */
const isReadable = async (reopen: () => Promise<TokenPlace>): Promise<boolean> => {
  const place = await reopen()
  try {
    return (await place.adapter.read()) !== null && !place.isExposed()
  } catch {
    return false
  } finally {
    await place.close()
  }
}

const rotated = (cause: unknown): BotError =>
  new BotError(
    'BOT_STORE_UNAVAILABLE',
    `The tokens are encrypted with the new key, but a power cut may undo that. ${cause instanceof Error ? cause.message : ''}`,
    {
      cause,
      remedy:
        'Set TOKEN_KEY to the new key and restart the bot. Keep the old key, too, until that is mended and `npm run rotate-token-key` has succeeded.',
    },
  )
