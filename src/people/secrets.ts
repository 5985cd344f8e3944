import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/** Hashes passwords, so that a copy of the database does not reveal them. */
export interface PasswordHash {
  of: (password: string) => Promise<string>
  /** Takes the same time for a person who does not exist (`stored` is null). */
  matches: (password: string, stored: string | null) => Promise<boolean>
}

/**
 * @param cost - scrypt's N. The default takes 32 MiB and some 50 ms, which makes offline guessing expensive; a lockout bounds
 *   online guessing.
 */
export const createPasswordHash = (cost = 2 ** 15): PasswordHash => {
  const derive = (password: string, salt: Buffer): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const options = { N: cost, r: 8, p: 1, maxmem: 64 * 1024 * 1024 }
      scrypt(password.normalize('NFKC'), salt, BYTES, options, (error, key) =>
        error === null ? resolve(key) : reject(error),
      )
    })
  return {
    of: async (password) => {
      const salt = randomBytes(16)
      const hash = await derive(password, salt)
      return `${salt.toString('base64url')}.${hash.toString('base64url')}`
    },
    matches: async (password, stored) => {
      const [salt = '', hash = ''] = (stored ?? NOBODY).split('.')
      const given = await derive(password, Buffer.from(salt, 'base64url'))
      const wanted = Buffer.from(hash, 'base64url')
      return given.length === wanted.length && timingSafeEqual(given, wanted) && stored !== null
    },
  }
}

/** Encrypts secrets that must be read again, with a key that is not in the database. */
export interface Vault {
  lock: (text: string) => string
  /** Null if it was encrypted with another key. */
  unlock: (locked: string) => string | null
}

export const createVault = (appSecret: string): Vault => {
  const key = Buffer.from(hkdfSync('sha256', appSecret, '', 'evergreen second factors', 32))
  return {
    lock: (text) => {
      const iv = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key, iv)
      const content = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([iv, cipher.getAuthTag(), content]).toString('base64url')
    },
    unlock: (locked) => {
      const bytes = Buffer.from(locked, 'base64url')
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
        decipher.setAuthTag(bytes.subarray(12, 28))
        return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
      } catch {
        return null
      }
    },
  }
}

const BYTES = 32
const NOBODY = `${Buffer.alloc(16).toString('base64url')}.${Buffer.alloc(BYTES).toString('base64url')}`
