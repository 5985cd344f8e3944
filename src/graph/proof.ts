import { createBoundedMap } from '../base/bounded-map.ts'
import { createHmac } from 'node:crypto'

/** Header and proof of a call with a token. */
export interface TokenWithProof {
  authorization: string
  /** `appsecret_proof=...`, for the query. */
  proof: string
}

const MOST_REMEMBERED = 1000

/**
 * Makes the header and the proof of a token, and remembers them: a Page sends thousands of messages with the same one.
 *
 * @see docs/messenger-platform.md#b10
 */
export const createProver = (appSecret: string): ((token: string) => TokenWithProof) => {
  const remembered = createBoundedMap<string, TokenWithProof>(MOST_REMEMBERED)
  return (token) => {
    const known = remembered.get(token)
    if (known) return known
    const made = {
      authorization: `Bearer ${token}`,
      proof: `appsecret_proof=${createHmac('sha256', appSecret).update(token).digest('hex')}`,
    }
    remembered.set(token, made)
    return made
  }
}
