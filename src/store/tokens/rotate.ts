import type { TokenPlace } from './place.ts'

/**
 * Encrypts the tokens with another key in one step: after a crash they are readable with one of the two keys. Leaves nothing that the old
 * key opens.
 *
 * @param place - opened with the old key
 * @returns the number of Page tokens; null when there are none
 * @throws BotError `BOT_TOKEN_KEY_WRONG`, `BOT_TOKEN_STORE_UNREADABLE`, `BOT_STORE_UNAVAILABLE`: nothing was changed then
 */
export const rotateTokenKey = async (place: TokenPlace, to: Buffer): Promise<number | null> => {
  try {
    return await place.alone(async () => {
      const data = await place.adapter.read()
      if (data === null) return null
      await place.rewrite(data, to)
      return data.pages.length
    })
  } finally {
    await place.close()
  }
}
