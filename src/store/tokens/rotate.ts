import type { TokenPlace } from './place.ts'

/**
 * Encrypts the tokens with another key, at one stroke: after a crash they are readable with the one or the other. Nothing
 * that the old key opens is left behind.
 *
 * @param place - opened with the key they have so far
 * @returns how many Page tokens there are; null when there are none
 * @throws BotError `BOT_TOKEN_KEY_WRONG`, `BOT_TOKEN_STORE_UNREADABLE`, `BOT_STORE_UNAVAILABLE`: nothing was changed
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
