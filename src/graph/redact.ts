import { clip } from '../base/clip.ts'

const HIDDEN = '…'

// Tokens that Graph may quote although they are not among the call's secrets: Facebook's tokens begin with EAA, app tokens hold a
// bar, and a word of 40 characters or more may be any other token.
const TOKEN_LIKE = /\bEAA\w{5,}|\b\d{5,}\|[\w-]{5,}|[\w|+/=-]{40,}/g
const TOKEN_PARAMETER =
  /\b(access_token|input_token|fb_exchange_token|client_secret|appsecret_proof)(["']?\s*[=:]\s*["']?)[^\s&"']+/gi
// Graph quotes a token it cannot read, in full: "Malformed access token abc".
const TOKEN_QUOTED = /\b(malformed access token:?\s+)\S+/gi
// eslint-disable-next-line no-control-regex -- the expression has to name the control characters that it removes
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g
const LONGEST = 400
const SHORTEST_SECRET = 4

/**
 * Makes text from Graph fit for errors and logs: on one line, of bounded length, without the `secrets` of the call and
 * without anything that looks like a token.
 */
export const redact = (text: string, secrets: readonly string[] = []): string => {
  let clean = text
  for (const secret of secrets) {
    // A shorter secret is a short text to a visitor, such as "a": replacing it would make the error unreadable.
    if (secret.length >= SHORTEST_SECRET) clean = clean.replaceAll(secret, HIDDEN)
  }
  return oneLine(
    clean
      .replace(TOKEN_PARAMETER, `$1$2${HIDDEN}`)
      .replace(TOKEN_QUOTED, `$1${HIDDEN}`)
      .replace(TOKEN_LIKE, HIDDEN),
    LONGEST,
  )
}

/**
 * Removes characters that control a terminal or the direction of a line, which a Page's name may hold, and cuts the text to
 * `longest` characters.
 */
export const oneLine = (text: string, longest: number): string => {
  const line = text.replace(CONTROL, ' ').trim()
  return line.length > longest ? `${clip(line, longest)}${HIDDEN}` : line
}
