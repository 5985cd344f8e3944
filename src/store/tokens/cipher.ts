import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { BotError } from '../../base/errors.ts'
import { isJsonObject, type Json } from '../../base/json.ts'

const ALGORITHM = 'aes-256-gcm'
const KEY_BYTES = 32
// Bound to the ciphertext, so that it cannot be used for another purpose.
const CONTEXT = Buffer.from('evergreen tokens 1')

/**
 * Reads `TOKEN_KEY`; null when it is not set, so that tokens are stored unencrypted.
 *
 * @throws BotError `BOT_CONFIG_INVALID` when it is not 32 bytes in base64
 */
export const toTokenKey = (text: string | undefined): Buffer | null => {
  if (text === undefined) return null
  const key = Buffer.from(text, 'base64')
  if (key.length === KEY_BYTES) return key
  throw new BotError('BOT_CONFIG_INVALID', 'TOKEN_KEY must be 32 bytes in base64.', {
    remedy: 'Make one with "openssl rand -base64 32".',
  })
}

/** Encrypts the text of the token file. */
export const seal = (text: string, key: Buffer): string => {
  const iv = randomBytes(12)
  const cipher = createCipheriv(ALGORITHM, key, iv).setAAD(CONTEXT)
  const data = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return `${JSON.stringify({
    version: 1,
    cipher: ALGORITHM,
    key: fingerprint(key),
    iv: iv.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
    data: data.toString('base64'),
  })}\n`
}

/** Whether the parsed file holds a ciphertext. */
export const isSealed = (file: Json): boolean => isJsonObject(file) && 'cipher' in file

/** The place of the tokens, for errors. */
export interface SealedPlace {
  name: string
  /** The cure for a lost key, such as `move the file away`. */
  withoutKey: string
}

/**
 * Decrypts the parsed token file.
 *
 * @throws BotError `BOT_TOKEN_KEY_WRONG` when it was encrypted with another key
 * @throws Error when it is damaged
 */
export const unseal = (file: Json, key: Buffer | null, place: SealedPlace): string => {
  const { cipher, key: madeWith, iv, tag, data } = isJsonObject(file) ? file : {}
  if (key === null || (typeof madeWith === 'string' && madeWith !== fingerprint(key)))
    throw wrongKey(place, key)
  if (cipher !== ALGORITHM || typeof iv !== 'string' || typeof tag !== 'string' || typeof data !== 'string') {
    throw new Error('it is encrypted in an unknown way')
  }
  try {
    const decipher = createDecipheriv(ALGORITHM, key, Buffer.from(iv, 'base64'), { authTagLength: 16 })
    decipher.setAAD(CONTEXT).setAuthTag(Buffer.from(tag, 'base64'))
    return Buffer.concat([decipher.update(data, 'base64'), decipher.final()]).toString('utf8')
  } catch {
    // The original error would only add the library's words.
    throw new Error('its encrypted content was changed')
  }
}

const wrongKey = ({ name, withoutKey }: SealedPlace, key: Buffer | null): BotError =>
  new BotError(
    'BOT_TOKEN_KEY_WRONG',
    key === null
      ? `${name} is encrypted, but TOKEN_KEY is not set.`
      : `${name} was encrypted with another TOKEN_KEY.`,
    {
      remedy: `Set TOKEN_KEY to the key it was written with and restart the bot; without that key, ${withoutKey} and run "npm run bootstrap-token" again.`,
    },
  )

/** A fingerprint of the key. Not reversible, because the key has 256 random bits. */
const fingerprint = (key: Buffer): string => createHash('sha256').update(key).digest('hex').slice(0, 8)
