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
 *   if the tokens need the new key in spite of the error, or may need it
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
      const data = await place.adapter.read().catch(async (error: unknown) => {
        throw isKeyWrong(error) && (await needsNewKey(reopen)) === true ? rotatedBefore(error) : error
      })
      if (data === null) return null
      await place.rewrite(data, to).catch(async (error: unknown) => {
        const isRotated = await needsNewKey(reopen)
        throw isRotated === false ? error : failedLate(isRotated, error)
      })
      return data.pages.length
    })
  } finally {
    await place.close()
  }
}

/**
 * Whether the tokens are encrypted with the new key in spite of an error: a disk may fail after the file was replaced, a server
 * after the commit. Null where they cannot be read now, as while the server does not answer.
 */
const needsNewKey = async (reopen: () => Promise<TokenPlace>): Promise<boolean | null> => {
  try {
    const place = await reopen()
    try {
      return (await place.adapter.read()) !== null && !place.isExposed()
    } finally {
      await place.close()
    }
  } catch (error) {
    return isKeyWrong(error) ? false : null
  }
}

const isKeyWrong = (error: unknown): boolean =>
  error instanceof BotError && error.code === 'BOT_TOKEN_KEY_WRONG'

/** As after a rotation that was killed before it could say that it was done. */
const rotatedBefore = (cause: unknown): BotError =>
  new BotError('BOT_TOKEN_KEY_WRONG', 'The tokens are encrypted with NEW_TOKEN_KEY already.', {
    cause,
    remedy: 'Nothing is left to do but to set TOKEN_KEY to it and to restart the bot, every instance of it.',
  })

const failedLate = (isRotated: true | null, cause: unknown): BotError => {
  const what = isRotated
    ? 'The tokens are encrypted with the new key, but a power cut may undo that.'
    : 'The tokens may be encrypted with the new key already.'
  const which = isRotated
    ? 'Set TOKEN_KEY to the new key and restart the bot. Keep the old key, too,'
    : 'Keep both keys, and set TOKEN_KEY to the one with which the bot starts,'
  return new BotError('BOT_STORE_UNAVAILABLE', `${what} ${cause instanceof Error ? cause.message : ''}`, {
    cause,
    remedy: `${which} until that is mended and \`npm run rotate-token-key\` has succeeded.`,
  })
}
