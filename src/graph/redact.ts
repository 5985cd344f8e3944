import { clip } from '../base/clip.ts'

const HIDDEN = '…'

// What a token looks like when Graph echoes one we did not expect: Facebook's own begin with EAA; app tokens hold a bar;
// anything this long without a space is an id at best.
const TOKEN_LIKE = /\bEAA\w{5,}|\b\d{5,}\|[\w-]{5,}|[\w|+/=-]{40,}/g
const TOKEN_PARAMETER =
  /\b(access_token|input_token|fb_exchange_token|client_secret|appsecret_proof)(["']?\s*[=:]\s*["']?)[^\s&"']+/gi
// Graph quotes a token it cannot read, in full: "Malformed access token abc".
const TOKEN_QUOTED = /\b(malformed access token:?\s+)\S+/gi
// eslint-disable-next-line no-control-regex -- control characters are exactly what must not reach a terminal or a log
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g
const LONGEST = 400
const SHORTEST_SECRET = 4

/**
 * Makes text from Graph fit for errors and logs: on one line, of bounded length, without the `secrets` of the call and
 * without anything that looks like a token.
 */
export const redact = (text: string, secrets: readonly string[] = []): string => {
  let clean = text
  for (const secret of secrets) {
    // Shorter ones are words of a visitor's text, and would leave nothing of the message.
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

/** Takes out control characters (a Page name may hold escape codes) and cuts what is longer than `longest`. */
export const oneLine = (text: string, longest: number): string => {
  const line = text.replace(CONTROL, ' ').trim()
  return line.length > longest ? `${clip(line, longest)}${HIDDEN}` : line
}
